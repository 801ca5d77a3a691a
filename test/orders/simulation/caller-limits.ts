import { type KeyLimits, NO_LIMITS, type ValueLimit } from '../../../src/limits/key-limits.ts'
import { LAST_PRICES } from './prices.ts'
import type { Rng } from './rng.ts'

/** A caller that sends orders, with its limits. */
export interface Caller {
  readonly id: string
  readonly limits: KeyLimits | null
  /** When its token expires, Unix ms; null when it does not expire. */
  readonly expiresAtMs: number | null
}

const LOT_VALUE = { HKD: LAST_PRICES.HKD * 100, USD: LAST_PRICES.USD * 100 } as const

/** Trading hours that begin or end during a schedule, in their time zone. Midnight falls into the second one. */
const HOURS = [
  { timeZone: 'UTC', windows: ['01:00-09:00', '01:59-02:30', '01:00-02:00'] },
  { timeZone: 'America/Noronha', windows: ['22:00-06:00', '23:00-00:00', '23:59-00:30'] },
] as const

/** A caller with a random selection of limits. */
export function drawCaller(id: string, rng: Rng, startMs: number): Caller {
  const expiresAtMs = rng.chance(0.1) ? startMs + rng.between(5_000, 120_000) : null
  if (rng.chance(0.15)) return { id, limits: null, expiresAtMs }
  const zone = rng.chance(0.5) ? HOURS[1] : HOURS[0]
  const limits: KeyLimits = {
    ...NO_LIMITS,
    maxOrdersPerMinute: rng.chance(0.6) ? rng.between(1, 5) : null,
    maxOrderValue: rng.chance(0.4) ? capOf(rng, rng.between(2, 4)) : null,
    maxDailyValue: rng.chance(0.6) ? capOf(rng, rng.between(3, 12)) : null,
    allowedMarkets: rng.chance(0.15) ? ['HK'] : null,
    allowedTrdSides: rng.chance(0.15) ? ['BUY'] : null,
    hoursWindow: rng.chance(0.15) ? rng.pick(zone.windows) : null,
    timeZone: zone.timeZone,
  }
  return { id, limits, expiresAtMs }
}

/** A cap for each currency; sometimes the second currency may not be traded. */
function capOf(rng: Rng, lots: number): ValueLimit {
  const HKD = LOT_VALUE.HKD * lots
  return rng.chance(0.3) ? { HKD } : { HKD, USD: LOT_VALUE.USD * lots }
}
