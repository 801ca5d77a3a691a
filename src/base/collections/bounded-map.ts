/**
 * A map with a bounded number of entries: at the bound, a new key evicts the entry that was set longest ago. Use it for
 * caches, whose entries can be read or computed again. Setting an entry renews it, reading does not.
 */
export class BoundedMap<Key, Value> {
  readonly #most: number
  readonly #entries = new Map<Key, Value>()

  /** `most` is the maximum number of entries, 1 or more. */
  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key)
  }

  has(key: Key): boolean {
    return this.#entries.has(key)
  }

  /** Sets an entry and makes it the newest. */
  set(key: Key, value: Value): void {
    // A map iterates over its keys in insertion order.
    if (!this.#entries.delete(key) && this.#entries.size >= this.#most) {
      const oldest = this.#entries.keys().next()
      if (oldest.done !== true) this.#entries.delete(oldest.value)
    }
    this.#entries.set(key, value)
  }

  /** The value of the key; if it has none, sets the result of `make`. */
  getOrSet(key: Key, make: () => Value): Value {
    const known = this.#entries.get(key)
    if (known !== undefined || this.#entries.has(key)) return known as Value
    const value = make()
    this.set(key, value)
    return value
  }

  delete(key: Key): boolean {
    return this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
  }

  /** The entries, oldest first. */
  [Symbol.iterator](): IterableIterator<[Key, Value]> {
    return this.#entries.entries()
  }
}
