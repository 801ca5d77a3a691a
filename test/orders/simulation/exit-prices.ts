import type { ExitPrice, Exits } from '../../../src/orders/exits/exit-price.ts'
import { LAST_PRICE } from './order-bodies.ts'
import type { Rng } from './rng.ts'

/**
 * Exits of an order. Prices do not move in a schedule, so the price decides what happens: a take profit below the last
 * price is filled at once, and a stop loss above it is triggered at once.
 */
export function drawExits(rng: Rng): Exits {
  const takeProfit = rng.chance(0.2) ? null : drawPrice(rng, rng.chance(0.3) ? 0.95 : 1.1)
  const stopLoss = takeProfit !== null && rng.chance(0.2) ? null : drawPrice(rng, rng.chance(0.4) ? 1.05 : 0.8)
  return { takeProfit, stopLoss }
}

function drawPrice(rng: Rng, ratio: number): ExitPrice {
  const price = Math.round(LAST_PRICE * ratio)
  return rng.pick<ExitPrice>([
    { kind: 'price', price },
    { kind: 'price', price: price + 0.03 },
    { kind: 'percent', percent: rng.between(1, 20) },
    { kind: 'ticks', ticks: rng.between(1, 50) },
  ])
}
