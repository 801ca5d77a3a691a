/** A complete answer. `text` is all of it, header included. */
export interface ReadResponse {
  readonly status: number
  readonly text: string
}

const HEADER_END = '\r\n\r\n'
const CHUNKED_END = '0\r\n\r\n'

/** Finds the end of an HTTP/1.1 answer in what a socket delivers. One answer is under way at a time. */
export class ResponseReader {
  #text = ''

  /** The answer when this chunk completes it, else null. */
  push(chunk: Buffer): ReadResponse | null {
    this.#text += chunk.toString('latin1')
    const text = this.#text
    const headerEnd = text.indexOf(HEADER_END)
    if (headerEnd === -1 || !isComplete(text, headerEnd)) return null
    this.#text = ''
    return { status: Number(text.slice(9, 12)), text }
  }
}

function isComplete(text: string, headerEnd: number): boolean {
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1]
  if (length !== undefined) return text.length - headerEnd - HEADER_END.length >= Number(length)
  return text.endsWith(CHUNKED_END)
}
