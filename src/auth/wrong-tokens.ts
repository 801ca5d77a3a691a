import { MAX_WATCHED_NETWORKS } from '../base/memory-budget.ts'
import { BoundedMap } from '../base/collections/bounded-map.ts'

/**
 * Wrong tokens that a network may send in a minute before it is slowed down. A client with a mistyped key retries a few
 * times; an office behind one address has several such clients.
 */
export const MOST_WRONG_TOKENS = 30

const WINDOW_MS = 60_000

/** Counts the wrong tokens of each client network, in this isolate. */
export class WrongTokens {
  /** Times of the last wrong tokens of a network, oldest first; at most `MOST_WRONG_TOKENS`. */
  readonly #times = new BoundedMap<string, number[]>(MAX_WATCHED_NETWORKS)

  /** Counts a wrong token. */
  count(network: string, nowMs: number): void {
    const times = this.#times.get(network) ?? []
    this.#times.set(network, [...times, nowMs].slice(-MOST_WRONG_TOKENS))
  }

  /** The time until a network may send another token that has to be looked up; 0 when it may now. */
  waitMs(network: string, nowMs: number): number {
    const times = this.#times.get(network) ?? []
    const [first] = times
    if (first === undefined || times.length < MOST_WRONG_TOKENS || first > nowMs) return 0
    return Math.max(0, first + WINDOW_MS - nowMs)
  }
}
