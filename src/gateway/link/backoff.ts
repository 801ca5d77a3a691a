import { LEAST_ATTEMPT_GAP_MS, RECONNECT_DELAY_MS, STABLE_LINK_MS } from './timing.ts'

/**
 * Delay before reconnect attempt number `failures` (1 after the first failure): it doubles from 250 ms to 30 s. The
 * upper half of the delay is random, so gateways that lose their links together do not reconnect together. `random` is
 * in [0, 1).
 */
export function reconnectDelayMs(failures: number, random: number): number {
  // 2^7 * 250 ms exceeds the ceiling; the bound keeps the power finite.
  const doublings = Math.min(failures - 1, 7)
  const ceilingMs = Math.min(RECONNECT_DELAY_MS.first * 2 ** doublings, RECONNECT_DELAY_MS.most)
  return Math.round(ceilingMs / 2 + (ceilingMs / 2) * random)
}

/** Paces the attempts to connect. */
export class Backoff {
  readonly #random: () => number
  #failures = 0
  #soonestMs = -Infinity

  /** `random` is uniform in [0, 1). */
  constructor(random: () => number) {
    this.#random = random
  }

  /** The earliest time of the next attempt when a call waits for the link, Unix ms. */
  get soonestMs(): number {
    return this.#soonestMs
  }

  /**
   * Records a failed attempt, or the end of a link after `upMs`. Returns the delay before the next attempt, ms. Before
   * another way to OpenD has been tried (`isRoundOver` is false) the delay does not grow. After a refusal
   * (`isRefusal`), such as for a wrong key, waiting calls do not bring the next attempt forward: OpenD would refuse
   * every one of them, and a person has to act.
   */
  failed(nowMs: number, upMs: number | null, isRoundOver = true, isRefusal = false): number {
    const isFirst = upMs !== null && upMs >= STABLE_LINK_MS
    if (isRoundOver) this.#failures = isFirst ? 1 : this.#failures + 1
    const delayMs = isRoundOver ? this.#delayMs() : reconnectDelayMs(1, this.#random())
    this.#soonestMs = nowMs + (isRefusal ? Math.max(delayMs, LEAST_ATTEMPT_GAP_MS) : LEAST_ATTEMPT_GAP_MS)
    return delayMs
  }

  #delayMs(): number {
    return reconnectDelayMs(this.#failures, this.#random())
  }

  /** Restarts the backoff: the next failure counts as the first. */
  reset(): void {
    this.#failures = 0
  }
}
