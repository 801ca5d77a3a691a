import type { KeyChanges, KeyStore, StoredKey } from '../../src/keys/key-store.ts'

/** The meaning of `KeyStore` in the plainest code. */
export class MemoryKeys implements KeyStore {
  readonly #keys: Map<string, StoredKey>

  constructor(keys: readonly StoredKey[] = []) {
    this.#keys = new Map(keys.map((key) => [key.id, key]))
  }

  all(): readonly StoredKey[] {
    return [...this.#keys.values()]
  }

  apply({ put, remove }: KeyChanges): void {
    for (const id of remove) this.#keys.delete(id)
    for (const key of put) {
      const before = this.#keys.get(key.id)
      this.#keys.set(key.id, before === undefined ? key : { ...before, record: key.record })
    }
  }
}
