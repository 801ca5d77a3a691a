/** The order of the items of one kind of series. */
export interface SeriesRules<Item> {
  /** Compares by time; 0 for two versions of the same item. */
  readonly compare: (one: Item, other: Item) => number
  /** Whether `next` certainly comes directly after `last` in a getter's reply. */
  readonly follows: (last: Item, next: Item) => boolean
  /** A pushed item in the form of a getter's reply. */
  readonly asRead: (pushed: Item) => Item
  /** The most items of a series. */
  readonly most: number
}

/**
 * The latest bars, ticks or minute points of a security: a getter's reply and the pushes since. The series is empty
 * without a reply, because pushes do not contain earlier items. When a push may not directly follow the last item, the
 * series is cleared until the next reply.
 */
export class ItemSeries<Item> {
  readonly #rules: SeriesRules<Item>
  /** Oldest first; empty while the series is not known. */
  #items: Item[] = []
  /** Whether the first item is the first that exists. */
  #isWhole = false
  /** For each pending getter the items pushed since it was sent. Its reply may or may not contain them. */
  readonly #pendingGetters = new Set<Item[]>()

  constructor(rules: SeriesRules<Item>) {
    this.#rules = rules
  }

  /** The number of items, without those recorded for pending getters. */
  get size(): number {
    return this.#items.length
  }

  /** Takes pushed items. */
  onPush(pushed: readonly Item[]): void {
    const items = pushed.map(this.#rules.asRead)
    for (const recorded of this.#pendingGetters) {
      recorded.push(...items)
      // After this many pushes during one call, its reply is too old to use.
      if (recorded.length > 2 * this.#rules.most) this.#pendingGetters.delete(recorded)
    }
    this.#addAll(items)
  }

  /** Call this when a getter is sent. Pass the returned token to `applyReply` or `abort`. */
  begin(): Item[] {
    const pushed: Item[] = []
    this.#pendingGetters.add(pushed)
    return pushed
  }

  /** The getter failed. */
  abort(token: Item[]): void {
    this.#pendingGetters.delete(token)
  }

  /**
   * Applies the reply of a getter that asked for `requested` items, then the items pushed since the getter was sent. A
   * pushed item that the reply already contains changes nothing.
   */
  applyReply(token: Item[], reply: readonly Item[], requested: number): void {
    const isComplete = this.#pendingGetters.delete(token)
    const [first] = reply
    const last = reply.at(-1)
    if (!isComplete || first === undefined || last === undefined || !this.#isSorted(reply)) {
      this.forget()
      return
    }
    const earlier = this.#before(first, last)
    this.#isWhole = reply.length < requested || (earlier !== null && this.#isWhole)
    this.#items = [...(earlier ?? []), ...reply]
    this.#trim()
    this.#addAll(token)
  }

  /** The latest `count` items, or all when fewer exist; null when the series does not have them. */
  last(count: number): readonly Item[] | null {
    if (this.#items.length === 0) return null
    if (count <= this.#items.length) return this.#items.slice(-count)
    return this.#isWhole ? [...this.#items] : null
  }

  forget(): void {
    this.#items = []
    this.#isWhole = false
  }

  #addAll(items: readonly Item[]): void {
    for (const item of items) {
      if (this.#items.length === 0) return
      this.#add(item)
    }
    this.#trim()
  }

  #add(item: Item): void {
    const { compare, follows } = this.#rules
    const last = this.#items.at(-1)
    if (last === undefined) return
    const order = compare(item, last)
    if (order > 0) {
      if (follows(last, item)) this.#items.push(item)
      else this.forget()
      return
    }
    const at = order === 0 ? this.#items.length - 1 : this.#indexOf(item)
    const there = this.#items[at]
    if (there !== undefined && compare(there, item) === 0) this.#items[at] = item
    // An item before the first one is ignored. In any other position an item is missing.
    else if (at > 0 || this.#isWhole) this.forget()
  }

  /** The known items before the first of the reply; null when the reply may not directly follow them. */
  #before(first: Item, last: Item): readonly Item[] | null {
    const { compare, follows } = this.#rules
    const known = this.#items.at(-1)
    if (known === undefined) return null
    const at = this.#indexOf(first)
    const there = this.#items[at]
    if (there === undefined || compare(there, first) !== 0) return null
    if (compare(last, known) > 0 && !follows(known, last)) return null
    return this.#items.slice(0, at)
  }

  /** The index of the first item that is not before this one. */
  #indexOf(item: Item): number {
    let low = 0
    let high = this.#items.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const there = this.#items[middle]
      if (there !== undefined && this.#rules.compare(there, item) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  #isSorted(items: readonly Item[]): boolean {
    return items.every((item, at) => {
      const before = items[at - 1]
      return before === undefined || this.#rules.compare(before, item) < 0
    })
  }

  /** Cuts the series only when it has twice the most items, so that most pushes need no copy. */
  #trim(): void {
    if (this.#items.length <= 2 * this.#rules.most) return
    this.#items = this.#items.slice(-this.#rules.most)
    this.#isWhole = false
  }
}
