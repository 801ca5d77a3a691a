import { connect } from 'cloudflare:sockets'
import { DurableObject } from 'cloudflare:workers'

/**
 * The least that can stand where the product stands: a Worker that hands the body to one object, which sends it over
 * one TCP connection to an echo server and hands the echo back. Its speed is the ceiling of this machine.
 */

interface Bindings {
  readonly ECHO_PORT: string
  readonly GATEWAY: DurableObjectNamespace<GatewayObject>
}

/** Named as in wrangler.toml, so that the bare Worker is bundled and served exactly as the product is. */
export class GatewayObject extends DurableObject<Bindings> {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  /** Calls in the order they were sent; an echo comes back in the same. */
  readonly #waiting: { readonly byteLength: number; readonly resolve: (echo: Uint8Array) => void }[] = []

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env)
    const socket = connect({ hostname: '127.0.0.1', port: Number(env.ECHO_PORT) })
    this.#writer = socket.writable.getWriter()
    void this.#read(socket.readable.getReader())
  }

  call(body: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve) => {
      this.#waiting.push({ byteLength: body.length, resolve })
      void this.#writer.write(body)
    })
  }

  async #read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    let rest = new Uint8Array()
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      const bytes = new Uint8Array(rest.length + chunk.value.length)
      bytes.set(rest)
      bytes.set(chunk.value, rest.length)
      rest = this.#settle(bytes)
    }
  }

  /** Settles every call whose echo is complete; returns the bytes that belong to the next. */
  #settle(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    let offset = 0
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const end = offset + next.byteLength
      if (end > bytes.length) break
      this.#waiting.shift()
      next.resolve(bytes.slice(offset, end))
      offset = end
    }
    return bytes.slice(offset)
  }
}

export default {
  async fetch(request: Request, env: Bindings): Promise<Response> {
    const body = await request.bytes()
    return new Response(await env.GATEWAY.getByName('gateway').call(body))
  },
}
