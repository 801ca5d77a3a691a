import type { AuditLog } from '../src/audit/audit-log.ts'
import { readSocketCaller } from '../src/auth/socket-caller-header.ts'
import { type SocketCaller, standingFailure } from '../src/auth/socket-caller.ts'
import type { MetricSample } from '../src/base/metric.ts'
import type { ConnectorSocket, ConnectorView } from '../src/connector/connector-socket.ts'
import { ConnectorHub } from '../src/connector/hub.ts'
import { CloseCode } from '../src/connector/messages.ts'
import type { Config } from '../src/env.ts'
import type { OpendClient } from '../src/gateway/opend-client.ts'
import type { Connect } from '../src/transport/link.ts'
import { connectorEvent } from './audit-events.ts'
import { connectorMetrics } from './gateway-metrics.ts'
import type { ObjectKeys } from './object-keys.ts'
import { PLATFORM_TIMERS } from './platform.ts'

/** The tag of these sockets at the platform, which distinguishes them from push sockets. */
export const CONNECTOR_TAG = 'connector'

/** The path on which the Worker forwards the upgrade of a connector, with its name as `?name=`. */
const CONNECTOR_PATH = '/connector'

/** What the platform stores with the socket of a connector. */
interface Attachment {
  readonly name: string
  readonly caller: SocketCaller
  readonly connectedAtMs: number
}

/**
 * The WebSockets of connectors. They hibernate as push sockets do: a connector on standby costs nothing, and it stays
 * connected when the object is evicted, which restores it here.
 */
export class ConnectorSockets {
  readonly #ctx: DurableObjectState
  readonly #keys: ObjectKeys
  readonly #hub: ConnectorHub
  readonly #bySocket = new Map<WebSocket, ConnectorSocket>()
  readonly #callers = new WeakMap<ConnectorSocket, SocketCaller>()

  /** `opend` is not called before a connector connects or a call is made. */
  constructor(
    ctx: DurableObjectState,
    config: Config | null,
    keys: ObjectKeys,
    audit: AuditLog,
    opend: () => OpendClient,
  ) {
    this.#ctx = ctx
    this.#keys = keys
    const [firstStream = 1] = crypto.getRandomValues(new Uint32Array(1))
    this.#hub = new ConnectorHub({
      names: config?.link.connectorNames ?? [],
      timers: PLATFORM_TIMERS,
      firstStream,
      isIdle: () => !opend().session.calls.pending.hasSentCalls,
      onAvailable: () => opend().hurry(),
      onEvent: (event) => audit.record(connectorEvent(event)),
    })
    for (const socket of ctx.getWebSockets(CONNECTOR_TAG)) {
      // Only `accept` writes attachments.
      const attachment = socket.deserializeAttachment() as Attachment
      this.#hub.add(this.#adapt(socket, attachment), true)
    }
  }

  /** Opens links over the best connector. */
  get connect(): Connect {
    return this.#hub.connect
  }

  get views(): readonly ConnectorView[] {
    return this.#hub.views()
  }

  /** Accepts a connector, which the Worker has authenticated; null for a request that is not one. */
  accept(request: Request): Response | null {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname !== CONNECTOR_PATH) return null
    const caller = readSocketCaller(request.headers)
    const refusal = caller === null ? null : standingFailure(this.#keys.ofConnector(caller, Date.now()))
    if (caller === null || refusal !== null) return new Response(refusal?.code ?? 'auth.missing_token', { status: 401 })
    const { 0: client, 1: server } = new WebSocketPair()
    this.#ctx.acceptWebSocket(server, [CONNECTOR_TAG])
    const attachment: Attachment = { name: searchParams.get('name') ?? '', caller, connectedAtMs: Date.now() }
    server.serializeAttachment(attachment)
    const socket = this.#adapt(server, attachment)
    if (!this.#hub.add(socket)) {
      this.#bySocket.delete(server)
      socket.close(CloseCode.Full, 'too many connectors')
    }
    return new Response(null, { status: 101, webSocket: client })
  }

  /** Passes a message of a socket on. Returns false for a socket that is not that of a connector. */
  message(socket: WebSocket, data: string | ArrayBuffer): boolean {
    const found = this.#bySocket.get(socket)
    if (found === undefined) return this.#isConnector(socket)
    this.#hub.message(found, typeof data === 'string' ? data : new Uint8Array(data))
    return true
  }

  /** Handles the end of a socket. Returns false for a socket that is not that of a connector. */
  closed(socket: WebSocket, code: number): boolean {
    const found = this.#bySocket.get(socket)
    if (found === undefined) return this.#isConnector(socket)
    this.#bySocket.delete(socket)
    this.#hub.closed(found, `it closed the connection (${code})`)
    return true
  }

  /** Ends the connectors whose token is not valid any more. */
  dropFallen(): void {
    this.#hub.dropWhere((socket) => {
      const caller = this.#callers.get(socket)
      const standing = caller === undefined ? 'revoked' : this.#keys.ofConnector(caller, Date.now())
      return standing === 'valid' ? null : `its token is ${standing}`
    })
  }

  /** The regular work: ends silent connectors and those whose token has expired, moves the link back to a better one. */
  check(): void {
    this.dropFallen()
    this.#hub.check()
  }

  metrics(): readonly MetricSample[] {
    return connectorMetrics(this.views, this.#hub.takeOvers)
  }

  #isConnector(socket: WebSocket): boolean {
    return this.#ctx.getTags(socket).includes(CONNECTOR_TAG)
  }

  #adapt(socket: WebSocket, { name, caller, connectedAtMs }: Attachment): ConnectorSocket {
    const adapted: ConnectorSocket = {
      name,
      caller: caller.id,
      connectedAtMs,
      send: (message) => {
        try {
          socket.send(message)
        } catch {
          // The socket is closed; its close event follows.
        }
      },
      close: (code, reason) => {
        this.#bySocket.delete(socket)
        try {
          socket.close(code, reason)
        } catch {
          // It is closed already.
        }
      },
      heardAtMs: () => this.#ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? null,
    }
    this.#bySocket.set(socket, adapted)
    this.#callers.set(adapted, caller)
    return adapted
  }
}
