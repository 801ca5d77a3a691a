/** Shifted slots that stay before the array is cut. Cutting small arrays is not worth the work. */
const MIN_CUT = 64

/** A queue with fast access to both ends. */
export class Deque<Item extends object> implements Iterable<Item> {
  #items: (Item | undefined)[] = []
  #head = 0

  get size(): number {
    return this.#items.length - this.#head
  }

  first(): Item | undefined {
    return this.#items[this.#head]
  }

  last(): Item | undefined {
    return this.#items.at(-1)
  }

  push(item: Item): void {
    this.#items.push(item)
  }

  shift(): Item | undefined {
    const item = this.#items[this.#head]
    if (item === undefined) return undefined
    this.#items[this.#head++] = undefined
    if (this.size === 0) {
      this.#items.length = 0
      this.#head = 0
    } else if (this.#head >= MIN_CUT && this.#head * 2 >= this.#items.length) {
      // Cut when half is used up, so that the average cost of a shift does not depend on the length.
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }

  /** Removes the items that do not pass; the others stay in their order. */
  retain(passes: (item: Item) => boolean): void {
    this.#items = [...this].filter(passes)
    this.#head = 0
  }

  *[Symbol.iterator](): Iterator<Item> {
    for (let at = this.#head; at < this.#items.length; at++) {
      const item = this.#items[at]
      if (item !== undefined) yield item
    }
  }
}
