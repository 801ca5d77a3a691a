/** How the items of one kind of line follow each other. */
export interface SeriesRules<Item> {
  /** Order in time; 0 for two versions of the same item. */
  readonly compare: (one: Item, other: Item) => number
  /** Whether `next` surely comes right after `last`, in what a getter would answer. */
  readonly follows: (last: Item, next: Item) => boolean
  /** A pushed item as a getter would show it. */
  readonly asRead: (pushed: Item) => Item
  /** Most items that are kept. */
  readonly most: number
}

/**
 * The latest bars, ticks or minute points of a security: what a getter answered, and what was pushed since. Without a
 * reply nothing is known, because pushes never tell what was before them; and as soon as a push leaves a doubt whether
 * something is missing, everything is forgotten until the next reply.
 */
export class ItemSeries<Item> {
  readonly #rules: SeriesRules<Item>
  /** Oldest first; empty while nothing is known. */
  #items: Item[] = []
  /** Whether there is nothing before the first item. */
  #isWhole = false
  /** What was pushed since each getter that is under way was sent: its reply may or may not have it. */
  readonly #underWay = new Set<Item[]>()

  constructor(rules: SeriesRules<Item>) {
    this.#rules = rules
  }

  /** How many items are held, those for getters under way not counted. */
  get size(): number {
    return this.#items.length
  }

  /** Takes pushed items. */
  onPush(pushed: readonly Item[]): void {
    const items = pushed.map(this.#rules.asRead)
    for (const kept of this.#underWay) {
      kept.push(...items)
      // So much during one call: its reply comes too late to be of use.
      if (kept.length > 2 * this.#rules.most) this.#underWay.delete(kept)
    }
    this.#addAll(items)
  }

  /** A getter is being sent. The token goes back with `learn` or `giveUp`. */
  begin(): Item[] {
    const pushed: Item[] = []
    this.#underWay.add(pushed)
    return pushed
  }

  /** That getter brought nothing. */
  abort(token: Item[]): void {
    this.#underWay.delete(token)
  }

  /**
   * That getter, which asked for so many items, brought these. What was pushed meanwhile is applied on top: a push that
   * the reply has already changes nothing, and one that came after it is not lost.
   */
  applyReply(token: Item[], reply: readonly Item[], asked: number): void {
    const isComplete = this.#underWay.delete(token)
    const [first] = reply
    const last = reply.at(-1)
    if (!isComplete || first === undefined || last === undefined || !this.#isSorted(reply)) {
      this.forget()
      return
    }
    const earlier = this.#before(first, last)
    this.#isWhole = reply.length < asked || (earlier !== null && this.#isWhole)
    this.#items = [...(earlier ?? []), ...reply]
    this.#trim()
    this.#addAll(token)
  }

  /** The latest `count` items, or all where there are fewer; null when that is not known. */
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
    const at = order === 0 ? this.#items.length - 1 : this.#placeOf(item)
    const there = this.#items[at]
    if (there !== undefined && compare(there, item) === 0) this.#items[at] = item
    // Before the first item is what nobody asked for; anywhere else something is missing.
    else if (at > 0 || this.#isWhole) this.forget()
  }

  /** The items before the reply's first, when they surely go on into it; null when they do not. */
  #before(first: Item, last: Item): readonly Item[] | null {
    const { compare, follows } = this.#rules
    const known = this.#items.at(-1)
    if (known === undefined) return null
    const at = this.#placeOf(first)
    const there = this.#items[at]
    if (there === undefined || compare(there, first) !== 0) return null
    if (compare(last, known) > 0 && !follows(known, last)) return null
    return this.#items.slice(0, at)
  }

  /** The place of the first item that is not before this one. */
  #placeOf(item: Item): number {
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

  /** Lets it grow to twice the most before it cuts, so that most pushes cost no copy. */
  #trim(): void {
    if (this.#items.length <= 2 * this.#rules.most) return
    this.#items = this.#items.slice(-this.#rules.most)
    this.#isWhole = false
  }
}
