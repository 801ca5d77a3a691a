import type { RecordChange } from './record-change.ts'

interface Saved<Item> {
  readonly item: Item
  readonly name: string
  /** The item as it was saved. */
  readonly copy: Item
}

/**
 * Finds what has changed in a list whose items are added at the end, removed anywhere and never moved. A call compares
 * references for all items and contents only for those that can have changed, so it takes microseconds for a thousand
 * finished orders.
 */
export class ListRecords<Item extends object> {
  readonly #nameOf: (item: Item) => string
  readonly #isSame: (saved: Item, item: Item) => boolean
  #saved: Saved<Item>[] = []

  /** `isSame` compares an item with its copy of the last call. */
  constructor(nameOf: (item: Item) => string, isSame: (saved: Item, item: Item) => boolean) {
    this.#nameOf = nameOf
    this.#isSame = isSame
  }

  /** Adds the changes since the last call to `changes`. */
  compare(changes: RecordChange[], list: readonly Item[]): void {
    this.#removeMissing(changes, list)
    for (let index = 0; index < list.length; index++) {
      const item = list[index]
      const saved = this.#saved[index]
      if (item === undefined || (saved !== undefined && this.#isSame(saved.copy, item))) continue
      const [name, text] = [saved?.name ?? this.#nameOf(item), JSON.stringify(item)]
      this.#saved[index] = { item, name, copy: JSON.parse(text) as Item }
      changes.push({ name, text })
    }
  }

  /** Afterwards the saved items are the first ones of the list. */
  #removeMissing(changes: RecordChange[], list: readonly Item[]): void {
    let kept = 0
    for (const saved of this.#saved) {
      if (list[kept] === saved.item) this.#saved[kept++] = saved
      else changes.push({ name: saved.name, text: null })
    }
    this.#saved.length = kept
  }
}
