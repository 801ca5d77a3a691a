import { connect } from 'cloudflare:sockets'
import { MAX_UNSENT_BYTES } from '../base/memory-budget.ts'
import type { Connect, Link, LinkListener } from './link.ts'

/** Links to that TCP address, over the platform's sockets. */
export function tcpConnector(hostname: string, port: number): Connect {
  return (listener) => new TcpLink(hostname, port, listener)
}

class TcpLink implements Link {
  readonly #listener: LinkListener
  readonly #socket: Socket
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  /** What waits for the write under way to end. */
  #unsent: Uint8Array[] = []
  /** Bytes that wait, and those of the write under way. */
  #unsentBytes = 0
  #isWriting = false
  #isOver = false

  constructor(hostname: string, port: number, listener: LinkListener) {
    this.#listener = listener
    // With half-open allowed a peer's FIN would leave us writing to nobody.
    this.#socket = connect({ hostname, port }, { allowHalfOpen: false, secureTransport: 'off' })
    this.#writer = this.#socket.writable.getWriter()
    void this.#run()
  }

  send(bytes: Uint8Array): void {
    if (this.#isOver) return
    this.#unsentBytes += bytes.length
    if (this.#unsentBytes > MAX_UNSENT_BYTES) {
      this.#end(`${this.#unsentBytes} bytes unsent: the peer does not read`)
      return
    }
    this.#unsent.push(bytes)
    if (!this.#isWriting) void this.#write()
  }

  close(): void {
    this.#isOver = true
    this.#release()
  }

  /** One write at a time. What comes meanwhile goes out together in the next: a system call costs more than a copy. */
  async #write(): Promise<void> {
    this.#isWriting = true
    try {
      while (this.#unsent.length > 0 && !this.#isOver) {
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

  /** `opened` and `closed` of the socket are both watched: a closed port shows in them and not in `write`. */
  async #run(): Promise<void> {
    this.#socket.closed.then(
      () => this.#end('the peer closed the connection'),
      (error: unknown) => this.#end(reasonOf(error)),
    )
    try {
      await this.#socket.opened
      if (this.#isOver) return
      this.#listener.opened()
      const reader = this.#socket.readable.getReader()
      for (;;) {
        const { done, value } = await reader.read()
        if (done || this.#isOver) break
        this.#listener.received(value)
      }
      this.#end('the peer closed the connection')
    } catch (error) {
      this.#end(reasonOf(error))
    }
  }

  #end(detail: string): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#listener.closed(detail)
    this.#release()
  }

  /** Closing a socket that never opened can take the platform 20 s, so nobody waits for it. */
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
