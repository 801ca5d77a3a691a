/** What one entry takes beside its text and its bytes: objects, map slots. An estimate, on the safe side. */
const ENTRY_BYTES = 256

/**
 * A map that never holds more than so many bytes: what was not used for longest goes first. A value that alone would
 * take more than an eighth is not kept, because it would push out what many ask for. Not a `BoundedMap`, whose bound is a
 * number of entries: replies have between a hundred bytes and a megabyte.
 */
export class ByteLru<Value extends { readonly body: Uint8Array }> {
  readonly #mostBytes: number
  readonly #entries = new Map<string, Value>()
  #bytes = 0

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  /** Bytes held, by estimate. */
  get bytes(): number {
    return this.#bytes
  }

  get size(): number {
    return this.#entries.size
  }

  /** The value, which counts as used now; null when it is not there. */
  get(key: string): Value | null {
    const value = this.#entries.get(key)
    if (value === undefined) return null
    this.#entries.delete(key)
    this.#entries.set(key, value)
    return value
  }

  set(key: string, value: Value): void {
    this.delete(key)
    const bytes = bytesOf(key, value)
    if (bytes > this.#mostBytes / 8) return
    this.#entries.set(key, value)
    this.#bytes += bytes
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#mostBytes) break
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    const value = this.#entries.get(key)
    if (value === undefined) return
    this.#entries.delete(key)
    this.#bytes -= bytesOf(key, value)
  }

  clear(): void {
    this.#entries.clear()
    this.#bytes = 0
  }
}

function bytesOf(key: string, value: { readonly body: Uint8Array }): number {
  return 2 * key.length + value.body.length + ENTRY_BYTES
}
