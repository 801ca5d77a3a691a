/** Counts of one call. */
export interface CallCount {
  readonly protoId: number
  readonly count: number
}

/** Most orders whose delays GetDelayStatistics lists; OpenD does not publish its number. */
const MAX_ORDERS = 100

/**
 * Counts the answers to each call and the pushes of each kind, for GetDelayStatistics. Has at most one entry per
 * protocol of the schema.
 */
export class CallStatistics {
  readonly #calls = new Map<number, number>()
  readonly #pushes = new Map<number, number>()
  readonly #orders: string[] = []

  addCall(protoId: number): void {
    this.#calls.set(protoId, (this.#calls.get(protoId) ?? 0) + 1)
  }

  addPush(protoId: number): void {
    this.#pushes.set(protoId, (this.#pushes.get(protoId) ?? 0) + 1)
  }

  addOrder(orderId: string): void {
    this.#orders.push(orderId)
    if (this.#orders.length > MAX_ORDERS) this.#orders.shift()
  }

  /** In order of protocol id. */
  calls(): CallCount[] {
    return [...this.#calls].map(([protoId, count]) => ({ protoId, count })).toSorted((a, b) => a.protoId - b.protoId)
  }

  pushesOf(protoId: number): number {
    return this.#pushes.get(protoId) ?? 0
  }

  /** The latest orders placed, oldest first. */
  orders(): readonly string[] {
    return this.#orders
  }
}
