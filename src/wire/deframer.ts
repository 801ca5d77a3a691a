import { MAX_FRAME_BODY_BYTES, WHOLE_FRAME_FROM_BYTES } from '../base/memory-budget.ts'
import { decodeHeader, HEADER_BYTES, type Frame, type FrameHeader } from './frame.ts'

/**
 * What a chunk completed, or why the stream cannot be read on. A failure still carries the frames that were whole
 * before it: a reply must not get lost because garbage followed it in the same segment.
 */
export type Deframed =
  | { readonly ok: true; readonly frames: readonly Frame[] }
  | { readonly ok: false; readonly frames: readonly Frame[]; readonly detail: string }

/** First allocation for an unfinished frame: most requests fit, and a connection costs little. */
const INITIAL_BYTES = 1024

/**
 * Cuts a byte stream into frames, whatever the chunking. A declared length over the bound is refused from the header
 * alone, and memory follows the bytes that really came: at most twice as many, until half a MiB came and the whole frame
 * gets its memory. So a header that promises 8 MiB costs nothing by itself, a large frame is never copied with much of
 * it in memory twice, and eight million one-byte segments cost no more than one large one.
 *
 * After a failure every further push fails too. Chunks are not kept: the caller may reuse their memory.
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

  /** Cuts out a frame that lies whole in the bytes, past the buffer; null when none does, or it must be refused. */
  #takeWhole(bytes: Uint8Array, frames: Frame[]): Uint8Array | null {
    if (this.#length > 0 || bytes.length < HEADER_BYTES) return null
    const header = decodeHeader(bytes, 0)
    if (header === null || header.bodyBytes > this.#maxBodyBytes) return null
    const end = HEADER_BYTES + header.bodyBytes
    if (end > bytes.length) return null
    frames.push({ header, body: bytes.slice(HEADER_BYTES, end) })
    return bytes.subarray(end)
  }

  /** Uses up the bytes that the header or the body still wants, and returns those that follow. */
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

  /** The whole of the present frame: growing past it would be waste. */
  #limit(): number {
    return HEADER_BYTES + (this.#header?.bodyBytes ?? 0)
  }

  /** The body of the frame that is complete. A large one takes its memory along; the small buffer is used again. */
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

/** Whether the first bytes can become a frame: garbage is recognised by its first byte, not after 44 of them. */
function startsLikeFrame(bytes: Uint8Array, length: number): boolean {
  return (length < 1 || bytes[0] === 0x46) && (length < 2 || bytes[1] === 0x54)
}
