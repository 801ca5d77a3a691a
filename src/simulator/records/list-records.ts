/** A change of one stored record. */
export interface RecordChange {
  readonly name: string
  /** JSON; null for a record that is removed. */
  readonly text: string | null
}

/** The records of one kind. */
export interface RecordKind<Item> {
  readonly nameOf: (item: Item) => string
  /** How an item is compared with its copy of the last call; null for items that never change. */
  readonly changes: {
    readonly copyOf: (item: Item) => Item
    readonly isSame: (copy: Item, item: Item) => boolean
  } | null
}

interface Saved<Item> {
  readonly item: Item
  readonly name: string
  /** The item as it was saved. */
  readonly copy: Item
}

/**
 * Finds what has changed in a list whose items are added at the end, removed anywhere and never moved. It runs after
 * each event on all orders of all accounts, so items that never change are not visited and others are compared member by
 * member, without JSON.
 */
export class ListRecords<Item extends object> {
  readonly #kind: RecordKind<Item>
  readonly #saved: Saved<Item>[] = []

  constructor(kind: RecordKind<Item>) {
    this.#kind = kind
  }

  /** Adds the changes since the last call to `changes`. */
  compare(changes: RecordChange[], list: readonly Item[]): void {
    this.#removeMissing(changes, list)
    if (this.#kind.changes !== null) {
      const { isSame } = this.#kind.changes
      let index = 0
      for (const { item, copy } of this.#saved) {
        if (!isSame(copy, item)) changes.push(this.#save(index, item))
        index++
      }
    }
    for (const item of list.slice(this.#saved.length)) changes.push(this.#save(this.#saved.length, item))
  }

  /** Afterwards the saved items are the first ones of the list. */
  #removeMissing(changes: RecordChange[], list: readonly Item[]): void {
    let index = 0
    // If the last saved item has its place, no item before it is missing.
    while (this.#saved.length > 0 && list[this.#saved.length - 1] !== this.#saved.at(-1)?.item) {
      while (index < this.#saved.length && list[index] === this.#saved[index]?.item) index++
      const [missing] = this.#saved.splice(index, 1)
      if (missing === undefined) return
      changes.push({ name: missing.name, text: null })
    }
  }

  #save(index: number, item: Item): RecordChange {
    const { nameOf, changes } = this.#kind
    const name = this.#saved[index]?.name ?? nameOf(item)
    this.#saved[index] = { item, name, copy: changes === null ? item : changes.copyOf(item) }
    return { name, text: JSON.stringify(item) }
  }
}
