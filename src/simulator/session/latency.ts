import { hash32, INIT_CONNECT } from './identity.ts'
import { RATE_RULES } from './rate-rules.ts'

/** Bounds of a time in ms, both inclusive. */
export interface MsRange {
  readonly leastMs: number
  readonly mostMs: number
}

/** How long replies take after the call. */
export interface Latency {
  /** Calls with a least gap: orders, changes and combinations. */
  readonly orders: MsRange
  /** All other calls, apart from those that open a connection. */
  readonly reads: MsRange
}

/** Usual times of a real OpenD: an order goes to the trade server and back, most reads are answered by OpenD itself. */
export const USUAL_LATENCY: Latency = {
  orders: { leastMs: 25, mostMs: 120 },
  reads: { leastMs: 1, mostMs: 10 },
}

/** InitWebSocket, whose id is below those of the API. */
const INIT_WEB_SOCKET = 1

/** Whether a call has a least gap. OpenD counts such a call when it arrives, not when the trade server carries it out. */
export function hasLeastGap(protoId: number): boolean {
  return RATE_RULES.get(protoId)?.leastGapMs !== undefined
}

/** Draws the time of each reply. The same seed and order of calls give the same times. */
export class ReplyTimes {
  readonly #seed: number
  /** Null for replies without delay. */
  readonly #latency: Latency | null
  #calls = 0

  constructor(seed: number, latency: Latency | null) {
    this.#seed = seed
    this.#latency = latency
  }

  /**
   * How long the reply to the next call takes, in whole ms. A call with a least gap takes at least as long as that gap,
   * whatever the range: a caller that waits for each reply then never meets the gap, as with a real OpenD.
   */
  nextMs(protoId: number): number {
    if (this.#latency === null || protoId === INIT_CONNECT || protoId === INIT_WEB_SOCKET) return 0
    const gapMs = RATE_RULES.get(protoId)?.leastGapMs ?? 0
    const range = hasLeastGap(protoId) ? this.#latency.orders : this.#latency.reads
    const leastMs = Math.max(range.leastMs, gapMs)
    const mostMs = Math.max(range.mostMs, leastMs)
    return leastMs + (hash32(this.#seed, ++this.#calls) % (mostMs - leastMs + 1))
  }
}
