import type { Timers } from '../src/base/time/timers.ts'

/** The platform's clock and timers. */
export const PLATFORM_TIMERS: Timers = {
  nowMs: () => Date.now(),
  after: (delayMs, run) => {
    const handle = setTimeout(run, delayMs)
    return () => clearTimeout(handle)
  },
}
