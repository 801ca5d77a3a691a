import type { Timers } from '../src/base/time/timers.ts'

/** The platform's clock and timers. */
export const PLATFORM_TIMERS: Timers = {
  nowMs: () => Date.now(),
  after: (delayMs, run) => {
    const handle = setTimeout(run, delayMs)
    return () => clearTimeout(handle)
  },
}

/** Uniform in [0, 1) from the platform's secure generator: a predictable order tag could be put on another order. */
export function secureRandom(): number {
  const [bits = 0] = crypto.getRandomValues(new Uint32Array(1))
  return bits / 2 ** 32
}
