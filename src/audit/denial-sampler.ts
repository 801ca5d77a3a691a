import { BoundedMap } from '../base/collections/bounded-map.ts'

/** Recorded denials of one caller and code in any minute; further ones are counted and left out. */
export const DENIALS_PER_MINUTE = 10

/** Recorded denials of all callers together in any minute: a flood may use many tokens and codes. */
export const ALL_DENIALS_PER_MINUTE = 100

/** Callers and codes whose denials are counted at the same time. */
const MAX_SERIES = 300

const MINUTE_MS = 60_000

interface Series {
  minute: number
  recorded: number
}

/**
 * Decides which denials are recorded: under a flood the log would otherwise grow without bound, and push out what matters.
 * The next recorded row says how many were left out.
 */
export class DenialSampler {
  readonly #series = new BoundedMap<string, Series>(MAX_SERIES)
  readonly #all: Series = { minute: 0, recorded: 0 }
  #leftOut = 0

  /** Whether to record a denial. Otherwise it counts as left out. */
  take(caller: string, code: string, nowMs: number): boolean {
    const minute = Math.floor(nowMs / MINUTE_MS)
    const own = this.#series.getOrSet(`${code} ${caller}`, () => ({ minute, recorded: 0 }))
    for (const series of [own, this.#all]) {
      if (series.minute === minute) continue
      series.minute = minute
      series.recorded = 0
    }
    if (own.recorded >= DENIALS_PER_MINUTE || this.#all.recorded >= ALL_DENIALS_PER_MINUTE) {
      this.#leftOut++
      return false
    }
    own.recorded++
    this.#all.recorded++
    return true
  }

  /** Adds denials that an isolate of the Worker has left out itself. */
  addLeftOut(count: number): void {
    this.#leftOut += count
  }

  /** Denials that were left out since this was last called. */
  takeLeftOut(): number {
    const count = this.#leftOut
    this.#leftOut = 0
    return count
  }
}
