import type { ExitPrice, Exits } from '../../../src/orders/exits/exit-price.ts'
import { LAST_PRICE } from './order-bodies.ts'
import type { Rng } from './rng.ts'

/** Ratios to the last price at which an exit is reached at once. */
const BELOW = 0.97
const ABOVE = 1.03

/**
 * Exits of an order. Prices do not move in a schedule, so the price decides what happens: a take profit below the last
 * price is filled at once, and a stop loss above it is triggered at once.
 */
export function drawExits(rng: Rng): Exits {
  const takeProfit = rng.chance(0.2) ? null : drawPrice(rng, rng.chance(0.3) ? BELOW : 1.1)
  const stopLoss = takeProfit !== null && rng.chance(0.2) ? null : drawPrice(rng, rng.chance(0.4) ? ABOVE : 0.8)
  return { takeProfit, stopLoss }
}

function drawPrice(rng: Rng, ratio: number): ExitPrice {
  const price = { kind: 'price', price: Math.round(LAST_PRICE * ratio) } as const
  const isReached = ratio === BELOW || ratio === ABOVE
  if (isReached) return price
  return rng.pick<ExitPrice>([
    price,
    { kind: 'price', price: price.price + 0.03 },
    { kind: 'percent', percent: rng.between(1, 20) },
    { kind: 'ticks', ticks: rng.between(1, 50) },
  ])
}
