import type { Connect, Link, LinkListener } from './link.ts'

/** A server in the same process. It exchanges the same bytes as over a socket. */
export interface LoopbackServer {
  /** Accepts a connection, or returns null to refuse it. */
  accept(sink: LoopbackSink): LoopbackConnection | null
}

/** Sends from the server to the client. */
export interface LoopbackSink {
  send(bytes: Uint8Array): void
  close(detail: string): void
}

/** Sends from the client to the server. */
export interface LoopbackConnection {
  receive(bytes: Uint8Array): void
  closed(): void
}

/**
 * Opens links to a server in the same process. Every event has its own microtask, as a socket event has its own task,
 * so neither side runs inside a call of the other.
 */
export function loopbackConnector(server: LoopbackServer): Connect {
  return (listener) => new LoopbackLink(server, listener)
}

class LoopbackLink implements Link {
  #connection: LoopbackConnection | null = null
  #hasEnded = false

  constructor(server: LoopbackServer, listener: LinkListener) {
    queueMicrotask(() => {
      if (this.#hasEnded) return
      this.#connection = server.accept({
        send: (bytes) => queueMicrotask(() => this.#hasEnded || listener.received(bytes)),
        close: (detail) => queueMicrotask(() => this.#end(listener, detail)),
      })
      if (this.#connection === null) this.#end(listener, 'the simulator refused the connection')
      else listener.opened()
    })
  }

  send(bytes: Uint8Array): void {
    queueMicrotask(() => this.#hasEnded || this.#connection?.receive(bytes))
  }

  close(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#connection?.closed()
  }

  #end(listener: LinkListener, detail: string): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    listener.closed(detail)
  }
}
