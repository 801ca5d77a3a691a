import { MAX_FRAME_BODY_BYTES, WHOLE_FRAME_FROM_BYTES } from '../base/memory-budget.ts'
import { decodeHeader, HEADER_BYTES, type Frame, type FrameHeader } from './frame.ts'

/**
 * The frames that a chunk completed, or an error of the stream. An error also has the frames completed before it, so
 * that a reply is not lost when invalid bytes follow it in the same segment.
 */
export type Deframed =
  | { readonly ok: true; readonly frames: readonly Frame[] }
  | { readonly ok: false; readonly frames: readonly Frame[]; readonly detail: string }

/** First allocation for an unfinished frame: large enough for most requests, small for each connection. */
const INITIAL_BYTES = 1024

/**
 * Splits a byte stream into frames, independent of the chunks. A declared length over the bound is refused when the
 * header arrives. The buffer is at most twice as large as the received bytes; from half a MiB on, it has the size of
 * the whole frame. So a header that declares 8 MiB allocates no memory by itself, a large frame is never copied while
 * most of it is in memory twice, and eight million one-byte segments cost as much as one large segment.
 *
 * After a failure every further push fails too. The deframer copies chunks: the caller may reuse their memory.
 */
export class Deframer {
  readonly #maxBodyBytes: number
  /** Bytes of the unfinished frame: the first `#length` bytes of `#buffer`. */
  #buffer = new Uint8Array(0)
  #length = 0
  /** Header of the unfinished frame, once it is complete. */
  #header: FrameHeader | null = null
  #failure: string | null = null

  constructor(maxBodyBytes: number = MAX_FRAME_BODY_BYTES) {
    this.#maxBodyBytes = maxBodyBytes
  }

  /** Bytes that belong to a frame not yet complete. */
  get bufferedBytes(): number {
    return this.#length
  }

  push(chunk: Uint8Array): Deframed {
    const frames: Frame[] = []
    let rest = chunk
    while (rest.length > 0 && this.#failure === null) rest = this.#takeWhole(rest, frames) ?? this.#take(rest, frames)
    if (this.#failure !== null) return { ok: false, frames, detail: this.#failure }
    return { ok: true, frames }
  }

  /** Reads a complete frame without the buffer; null when the frame is incomplete or must be refused. */
  #takeWhole(bytes: Uint8Array, frames: Frame[]): Uint8Array | null {
    if (this.#length > 0 || bytes.length < HEADER_BYTES) return null
    const header = decodeHeader(bytes, 0)
    if (header === null || header.bodyBytes > this.#maxBodyBytes) return null
    const end = HEADER_BYTES + header.bodyBytes
    if (end > bytes.length) return null
    frames.push({ header, body: bytes.slice(HEADER_BYTES, end) })
    return bytes.subarray(end)
  }

  /** Takes the bytes that the header or the body still needs, and returns the rest. */
  #take(bytes: Uint8Array, frames: Frame[]): Uint8Array {
    const wanted = HEADER_BYTES + (this.#header?.bodyBytes ?? 0) - this.#length
    const taken = Math.min(wanted, bytes.length)
    this.#append(bytes.subarray(0, taken))
    if (this.#header === null) this.#readHeader()
    if (this.#header !== null && this.#length === HEADER_BYTES + this.#header.bodyBytes) {
      frames.push({ header: this.#header, body: this.#takeBody() })
    }
    return bytes.subarray(taken)
  }

  #readHeader(): void {
    if (this.#length < HEADER_BYTES) {
      if (!startsLikeFrame(this.#buffer, this.#length)) this.#fail(NO_MAGIC)
      return
    }
    const header = decodeHeader(this.#buffer, 0)
    if (header === null) this.#fail(NO_MAGIC)
    else if (header.bodyBytes > this.#maxBodyBytes) {
      this.#fail(`a frame declares ${header.bodyBytes} bytes, the bound is ${this.#maxBodyBytes}`)
    } else this.#header = header
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length
    if (needed > this.#buffer.length) {
      const doubled = needed < WHOLE_FRAME_FROM_BYTES ? this.#buffer.length * 2 : Infinity
      const grown = new Uint8Array(Math.max(needed, INITIAL_BYTES, Math.min(doubled, this.#limit())))
      grown.set(this.#buffer.subarray(0, this.#length))
      this.#buffer = grown
    }
    this.#buffer.set(bytes, this.#length)
    this.#length = needed
  }

  /** The size of the current frame: the buffer never needs more. */
  #limit(): number {
    return HEADER_BYTES + (this.#header?.bodyBytes ?? 0)
  }

  /** The body of the complete frame. A large body keeps the buffer; a small buffer is reused. */
  #takeBody(): Uint8Array {
    const isLarge = this.#buffer.length > INITIAL_BYTES
    const body = isLarge
      ? this.#buffer.subarray(HEADER_BYTES, this.#length)
      : this.#buffer.slice(HEADER_BYTES, this.#length)
    if (isLarge) this.#buffer = new Uint8Array(0)
    this.#length = 0
    this.#header = null
    return body
  }

  #fail(detail: string): void {
    this.#failure = detail
    this.#buffer = new Uint8Array(0)
    this.#length = 0
  }
}

const NO_MAGIC = 'a frame does not start with "FT"'

/** Whether the first bytes can be the start of a frame, so that invalid input fails at its first byte. */
function startsLikeFrame(bytes: Uint8Array, length: number): boolean {
  return (length < 1 || bytes[0] === 0x46) && (length < 2 || bytes[1] === 0x54)
}
