/**
 * A map of a bounded number of entries: a new key that has no room pushes out the entry that was set longest ago. For
 * what may be forgotten at any time, because it can be read or computed again. Reading an entry does not renew it, setting
 * it does.
 */
export class BoundedMap<Key, Value> {
  readonly #most: number
  readonly #entries = new Map<Key, Value>()

  /** `most` entries, 1 or more. */
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

  /** Sets an entry, which is the newest from then on. */
  set(key: Key, value: Value): void {
    // A map keeps its keys in the order in which they were put in.
    if (!this.#entries.delete(key) && this.#entries.size >= this.#most) {
      const oldest = this.#entries.keys().next()
      if (oldest.done !== true) this.#entries.delete(oldest.value)
    }
    this.#entries.set(key, value)
  }

  /** The value of the key; where there is none, `make` makes it. */
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

  /** The entries, the one that was set longest ago first. */
  [Symbol.iterator](): IterableIterator<[Key, Value]> {
    return this.#entries.entries()
  }
}
