import type { Connect, Link, LinkListener } from './link.ts'

/** A server in the same process: it takes connections and speaks the bytes that a socket would carry. */
export interface LoopbackServer {
  /** Takes a connection, or returns null when it refuses one. */
  accept(sink: LoopbackSink): LoopbackConnection | null
}

/** The server's way to the client. */
export interface LoopbackSink {
  send(bytes: Uint8Array): void
  close(detail: string): void
}

/** The client's way to the server. */
export interface LoopbackConnection {
  receive(bytes: Uint8Array): void
  closed(): void
}

/**
 * Links to a server in the same process. Every event crosses in its own microtask, as a socket's would in its own task:
 * neither side ever runs inside the other's call.
 */
export function loopbackConnector(server: LoopbackServer): Connect {
  return (listener) => new LoopbackLink(server, listener)
}

class LoopbackLink implements Link {
  #connection: LoopbackConnection | null = null
  #isOver = false

  constructor(server: LoopbackServer, listener: LinkListener) {
    queueMicrotask(() => {
      if (this.#isOver) return
      this.#connection = server.accept({
        send: (bytes) => queueMicrotask(() => this.#isOver || listener.received(bytes)),
        close: (detail) => queueMicrotask(() => this.#end(listener, detail)),
      })
      if (this.#connection === null) this.#end(listener, 'the simulator refused the connection')
      else listener.opened()
    })
  }

  send(bytes: Uint8Array): void {
    queueMicrotask(() => this.#isOver || this.#connection?.receive(bytes))
  }

  close(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#connection?.closed()
  }

  #end(listener: LinkListener, detail: string): void {
    if (this.#isOver) return
    this.#isOver = true
    listener.closed(detail)
  }
}
