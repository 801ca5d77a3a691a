import { RECONNECT_DELAY_MS } from './timing.ts'

/**
 * Delay before reconnect attempt number `failures` (1 after the first failure): doubling from 250 ms to 30 s, of which
 * the upper half is random, so that many gateways cut at once do not come back at once. `random` is in [0, 1).
 */
export function reconnectDelayMs(failures: number, random: number): number {
  // 2^7 * 250 ms is already over the ceiling; the bound keeps the power finite.
  const doublings = Math.min(failures - 1, 7)
  const ceilingMs = Math.min(RECONNECT_DELAY_MS.first * 2 ** doublings, RECONNECT_DELAY_MS.most)
  return Math.round(ceilingMs / 2 + (ceilingMs / 2) * random)
}
