const MS_PER_MINUTE = 60_000

/** A period of trading between two times. */
export interface Stretch {
  readonly startMs: number
  readonly endMs: number
  /** `Qot_Common.QotMarketState` during the period. */
  readonly state: number
}

/** The trading minutes of one session of one day, numbered from 0 across its breaks. */
export class SessionGrid {
  readonly stretches: readonly Stretch[]
  /** Number of trading minutes. */
  readonly length: number
  readonly startMs: number
  readonly endMs: number

  constructor(stretches: readonly Stretch[]) {
    this.stretches = stretches
    this.length = stretches.reduce((sum, one) => sum + (one.endMs - one.startMs) / MS_PER_MINUTE, 0)
    this.startMs = stretches[0]?.startMs ?? 0
    this.endMs = stretches.at(-1)?.endMs ?? 0
  }

  /** Start of a minute. The minute ends 60 s later, exclusive. */
  minuteStartMs(minute: number): number {
    let rest = minute
    for (const { startMs, endMs } of this.stretches) {
      const minutes = (endMs - startMs) / MS_PER_MINUTE
      if (rest < minutes) return startMs + rest * MS_PER_MINUTE
      rest -= minutes
    }
    return this.endMs
  }

  /** End of a minute, which labels its bar. */
  minuteEndMs(minute: number): number {
    return this.minuteStartMs(minute) + MS_PER_MINUTE
  }

  /** The last minute that has begun; in a break or after the end, the last minute before it. -1 before the first. */
  minuteAt(timeMs: number): number {
    let before = 0
    let found = -1
    for (const { startMs, endMs } of this.stretches) {
      if (timeMs < startMs) break
      const minutes = (endMs - startMs) / MS_PER_MINUTE
      found = before + Math.min(minutes - 1, Math.floor((timeMs - startMs) / MS_PER_MINUTE))
      before += minutes
    }
    return found
  }

  /** Whether the minute is the first of the session or the first after a break. */
  beginsStretch(minute: number): boolean {
    const startMs = this.minuteStartMs(minute)
    return this.stretches.some((one) => one.startMs === startMs)
  }

  /** The period that contains that time; null in breaks, before and after the session. */
  stretchAt(timeMs: number): Stretch | null {
    return this.stretches.find((one) => timeMs >= one.startMs && timeMs < one.endMs) ?? null
  }
}
