/** The part of the `ws` package that this project uses; the package comes without types. */
declare module 'ws' {
  import type { EventEmitter } from 'node:events'
  import type { IncomingMessage, Server } from 'node:http'

  export class WebSocket extends EventEmitter {
    constructor(address: string, options?: { readonly perMessageDeflate?: boolean })
    readonly readyState: number
    readonly OPEN: 1
    readonly bufferedAmount: number
    binaryType: 'nodebuffer' | 'arraybuffer'
    send(data: Uint8Array | string): void
    ping(): void
    close(code?: number, reason?: string): void
    terminate(): void
    on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): this
    on(event: 'open' | 'pong' | 'close', listener: () => void): this
    on(event: 'error', listener: (error: Error) => void): this
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
