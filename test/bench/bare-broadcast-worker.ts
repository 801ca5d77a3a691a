import { connect } from 'cloudflare:sockets'
import { DurableObject } from 'cloudflare:workers'

/**
 * The least that can stand where the product stands: an object that keeps hibernatable WebSockets and sends one and the
 * same text to all of them whenever so many bytes have come over its TCP connection. Its speed is the ceiling of this
 * machine.
 */

interface Bindings {
  readonly SOURCE_PORT: string
  /** Length of a push as it comes over TCP. */
  readonly PUSH_BYTES: string
  readonly TEXT: string
  readonly GATEWAY: DurableObjectNamespace<GatewayObject>
}

/** Named as in wrangler.toml, so that the bare Worker is bundled and served exactly as the product is. */
export class GatewayObject extends DurableObject<Bindings> {
  readonly #sockets = new Set<WebSocket>()

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env)
    const socket = connect({ hostname: '127.0.0.1', port: Number(env.SOURCE_PORT) })
    void this.#read(socket.readable.getReader())
  }

  override fetch(): Response {
    const { 0: client, 1: server } = new WebSocketPair()
    this.ctx.acceptWebSocket(server)
    this.#sockets.add(server)
    return new Response(null, { status: 101, webSocket: client })
  }

  override webSocketClose(socket: WebSocket): void {
    this.#sockets.delete(socket)
  }

  override webSocketError(socket: WebSocket): void {
    this.#sockets.delete(socket)
  }

  async #read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const pushBytes = Number(this.env.PUSH_BYTES)
    const text = this.env.TEXT
    let bytes = 0
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      for (bytes += chunk.value.length; bytes >= pushBytes; bytes -= pushBytes) {
        for (const socket of this.#sockets) socket.send(text)
      }
    }
  }
}

export default {
  fetch(request: Request, env: Bindings): Promise<Response> {
    return env.GATEWAY.getByName('gateway').fetch(request)
  },
}
