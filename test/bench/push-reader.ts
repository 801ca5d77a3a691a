/** What a push begins with, up to the letter that tells it from every other message: `{"type":"q`. */
const LETTER_AT = 9
const QUOTE_LETTER = 'q'.charCodeAt(0)

/** Of every other message so much is read: enough for a whole ping, and for how a reply begins. */
const HEAD_BYTES = 100

/** Longest payload whose length stands in the second byte of a WebSocket frame (RFC 6455 section 5.2). */
const SHORT_BYTES = 125
const LENGTH_16 = 126

const TEXT = 0x81

/**
 * Reads what a server sends over one WebSocket, as cheaply as can be: pushes are counted and not looked at. Of any
 * other message the beginning is handed on.
 */
export class PushReader {
  readonly #hear: (text: string) => void
  /** The end of a chunk in which a frame began but not enough of it. */
  #rest: Buffer = Buffer.alloc(0)
  /** Bytes of the frame under way that are still to come. */
  #missing = 0
  #isPush = false
  /** Length of the last push's payload, in bytes. */
  pushBytes = 0

  constructor(hear: (text: string) => void) {
    this.#hear = hear
  }

  /** Takes a chunk, which may be reused afterwards. Returns how many pushes it completed. */
  read(fresh: Buffer): number {
    const chunk = this.#rest.length === 0 ? fresh : Buffer.concat([this.#rest, fresh])
    if (this.#rest.length > 0) this.#rest = Buffer.alloc(0)
    let pushes = 0
    let at = 0
    while (at < chunk.length) {
      if (this.#missing === 0 && !this.#begin(chunk, at)) {
        this.#rest = Buffer.from(chunk.subarray(at))
        break
      }
      const taken = Math.min(this.#missing, chunk.length - at)
      at += taken
      this.#missing -= taken
      if (this.#missing === 0 && this.#isPush) pushes++
    }
    return pushes
  }

  /** Reads the beginning of the frame at `at`. False when more of it is needed. */
  #begin(chunk: Buffer, at: number): boolean {
    if (chunk.length - at < 2) return false
    if (chunk[at] !== TEXT) throw new Error(`the server sent no text but a frame of kind ${chunk[at]}`)
    const short = chunk[at + 1] ?? 0
    if (short > LENGTH_16) throw new Error('the server sent a message over 64 KiB')
    const headerBytes = short <= SHORT_BYTES ? 2 : 4
    if (chunk.length - at < headerBytes) return false
    const payloadBytes = short <= SHORT_BYTES ? short : chunk.readUInt16BE(at + 2)
    const payloadAt = at + headerBytes
    const headBytes = Math.min(payloadBytes, HEAD_BYTES)
    if (chunk.length - payloadAt < headBytes) return false
    this.#isPush = chunk[payloadAt + LETTER_AT] === QUOTE_LETTER
    if (this.#isPush) this.pushBytes = payloadBytes
    else this.#hear(chunk.toString('latin1', payloadAt, payloadAt + headBytes))
    this.#missing = headerBytes + payloadBytes
    return true
  }
}
