/** Memory of one entry beside its key and its bytes: objects, map slots. A high estimate. */
const ENTRY_BYTES = 256

/**
 * A map with a bound in bytes; the least recently used entries are removed first. A value larger than an eighth of the
 * bound is not stored, because it would remove many others. `BoundedMap` bounds the number of entries instead, which
 * does not fit replies of a hundred bytes to a megabyte.
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

  /** The value, or null. Counts as a use. */
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
