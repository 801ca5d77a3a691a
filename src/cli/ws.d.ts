/** The part of the `ws` package that this project uses; the package comes without types. */
declare module 'ws' {
  import type { EventEmitter } from 'node:events'
  import type { ClientRequest, IncomingMessage, Server } from 'node:http'

  export class WebSocket extends EventEmitter {
    constructor(
      address: string,
      options?: {
        readonly perMessageDeflate?: boolean
        readonly headers?: Readonly<Record<string, string>>
        /** How long the peer may take to end the connection after both sides have sent a close frame, ms. */
        readonly closeTimeout?: number
      },
    )
    readonly readyState: number
    readonly OPEN: 1
    readonly bufferedAmount: number
    binaryType: 'nodebuffer' | 'arraybuffer'
    send(data: Uint8Array | string): void
    ping(): void
    close(code?: number, reason?: string): void
    terminate(): void
    /** Stops reading from the TCP socket, so that its buffers fill up, until `resume`. */
    pause(): void
    resume(): void
    on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): this
    on(event: 'open' | 'pong', listener: () => void): this
    on(event: 'close', listener: (code: number, reason: Buffer) => void): this
    on(event: 'error', listener: (error: Error) => void): this
    /** The server answered without an upgrade. A listener has to end the request. */
    on(event: 'unexpected-response', listener: (request: ClientRequest, response: IncomingMessage) => void): this
  }

  export class WebSocketServer extends EventEmitter {
    readonly clients: Set<WebSocket>
    constructor(options: {
      readonly host?: string
      readonly port?: number
      readonly server?: Server
      readonly maxPayload?: number
      readonly perMessageDeflate?: boolean
    })
    address(): { readonly port: number } | string | null
    close(done?: () => void): void
    on(event: 'connection', listener: (socket: WebSocket, request: IncomingMessage) => void): this
    on(event: 'listening', listener: () => void): this
    on(event: 'error', listener: (error: Error) => void): this
  }
}
