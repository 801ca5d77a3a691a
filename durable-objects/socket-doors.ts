import { readSocketCaller } from '../src/auth/socket-caller-header.ts'
import { standingFailure } from '../src/auth/socket-caller.ts'
import type { Gateway } from '../src/core/gateway.ts'
import type { ConnectorSockets } from './connector-sockets.ts'
import type { ObjectKeys } from './object-keys.ts'
import type { HibernatingSockets } from './push-sockets.ts'

/** The parts of the object to which its WebSockets belong. */
export interface SocketParts {
  readonly connectors: ConnectorSockets
  readonly pushSockets: HibernatingSockets
  readonly keys: ObjectKeys
  readonly gateway: Gateway
}

/** The two kinds of WebSockets that the object accepts: the connectors of OpenD, and the push sockets of clients. */
export class SocketDoors {
  readonly #parts: SocketParts

  constructor(parts: SocketParts) {
    this.#parts = parts
  }

  /** Accepts a socket. The Worker has authenticated the request. */
  open(request: Request): Response {
    const { connectors, pushSockets, keys, gateway } = this.#parts
    const connector = connectors.accept(request)
    if (connector !== null) return connector
    const caller = readSocketCaller(request.headers)
    const standing = caller === null ? 'valid' : keys.ofSocket(caller, Date.now())
    const refusal = standingFailure(standing)
    if (refusal !== null) return new Response(refusal.code, { status: 401 })
    if (caller !== null && !gateway.pushes.hasRoomFor(caller.id)) return new Response(null, { status: 429 })
    const accepted = pushSockets.accept(request, caller, Date.now())
    if (accepted === null) return new Response(null, { status: 503 })
    gateway.pushes.opened(accepted.opened)
    return accepted.response
  }

  message(socket: WebSocket, data: string | ArrayBuffer): void {
    const { connectors, pushSockets, gateway } = this.#parts
    if (connectors.message(socket, data)) return
    const found = pushSockets.of(socket)
    if (found !== null) gateway.pushes.message(found, data)
  }

  closed(socket: WebSocket, code: number): void {
    const { connectors, pushSockets, gateway } = this.#parts
    if (connectors.closed(socket, code)) return
    const found = pushSockets.of(socket)
    if (found !== null) gateway.pushes.closed(found)
  }
}
