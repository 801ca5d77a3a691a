import { connect } from 'cloudflare:sockets'
import { MAX_UNSENT_BYTES } from '../base/memory-budget.ts'
import type { Connect, Link, LinkListener } from './link.ts'

/** Opens a TCP connection, as the platform's sockets and the bindings of private networks do. */
export type OpenTcp = (address: { hostname: string; port: number }, options: SocketOptions) => Socket

/** Opens links to a TCP address: over the platform's sockets, or over a binding of a private network. */
export function tcpConnector(hostname: string, port: number, open: OpenTcp = connect): Connect {
  return (listener) => new TcpLink(hostname, port, open, listener)
}

class TcpLink implements Link {
  readonly #listener: LinkListener
  readonly #socket: Socket
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  /** Frames that wait for the current write to end. */
  #unsent: Uint8Array[] = []
  /** Bytes of the waiting frames and of the current write. */
  #unsentBytes = 0
  #isWriting = false
  #hasEnded = false

  constructor(hostname: string, port: number, open: OpenTcp, listener: LinkListener) {
    this.#listener = listener
    // A half-open socket would accept writes after the peer has closed the connection.
    this.#socket = open({ hostname, port }, { allowHalfOpen: false, secureTransport: 'off' })
    this.#writer = this.#socket.writable.getWriter()
    void this.#run()
  }

  send(bytes: Uint8Array): void {
    if (this.#hasEnded) return
    this.#unsentBytes += bytes.length
    if (this.#unsentBytes > MAX_UNSENT_BYTES) {
      this.#end(`${this.#unsentBytes} bytes unsent: the peer does not read`)
      return
    }
    this.#unsent.push(bytes)
    if (!this.#isWriting) void this.#write()
  }

  close(): void {
    this.#hasEnded = true
    this.#release()
  }

  /** One write at a time. Frames that arrive during a write are joined for the next: a copy costs less than a write. */
  async #write(): Promise<void> {
    this.#isWriting = true
    try {
      while (this.#unsent.length > 0 && !this.#hasEnded) {
        const bytes = join(this.#unsent)
        this.#unsent = []
        await this.#writer.write(bytes)
        this.#unsentBytes -= bytes.length
      }
    } catch (error) {
      this.#end(reasonOf(error))
    }
    this.#isWriting = false
  }

  /** Watches both `opened` and `closed` of the socket: `write` does not report a closed port. */
  async #run(): Promise<void> {
    this.#socket.closed.then(
      () => this.#end('the peer closed the connection'),
      (error: unknown) => this.#end(reasonOf(error)),
    )
    try {
      await this.#socket.opened
      if (this.#hasEnded) return
      this.#listener.opened()
      const reader = this.#socket.readable.getReader()
      for (;;) {
        const { done, value } = await reader.read()
        if (done || this.#hasEnded) break
        this.#listener.received(value)
      }
      this.#end('the peer closed the connection')
    } catch (error) {
      this.#end(reasonOf(error))
    }
  }

  #end(detail: string): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#listener.closed(detail)
    this.#release()
  }

  /** Does not wait: the platform can take 20 s to close a socket that never opened. */
  #release(): void {
    this.#socket.close().catch(() => undefined)
  }
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces
  if (only !== undefined && pieces.length === 1) return only
  const joined = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let offset = 0
  for (const piece of pieces) {
    joined.set(piece, offset)
    offset += piece.length
  }
  return joined
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'the connection failed'
}
