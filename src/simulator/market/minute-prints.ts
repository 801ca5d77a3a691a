import { TickerDirection } from '../../../proto/enums.ts'
import { mix, Noise, unitOf } from './hash.ts'
import type { PriceLadder } from './price-ladder.ts'
import { emptyTicks, type KeyPrint, type MinuteBars, type MinuteTicks } from './price-series.ts'

/** Twenty prints per second: twice the mean of the most active security. */
const MAX_PRINTS_PER_MINUTE = 1200

/**
 * How a minute's lots are distributed over its prints. The opening, highest, lowest and closing print have their own
 * lots. The others are in pairs around the middle price, at equal distance and with equal lots, or at the middle price.
 * So the turnover of the minute can be computed from this plan, without the prints.
 */
export interface MinutePlan {
  readonly prints: number
  readonly openLots: number
  readonly highLots: number
  readonly lowLots: number
  readonly closeLots: number
  /** Lots of all other prints together. */
  readonly restLots: number
  /** Middle rung of the other prints. */
  readonly middle: number
}

/** The plan of one minute, from its prices in `bars`, its volume `lots` and its noise `hash`. */
export function planMinute(
  bars: MinuteBars,
  minute: number,
  lots: number,
  hash: number,
  meanPrints: number,
): MinutePlan {
  const wanted = Math.round(meanPrints * (0.5 + unitOf(mix(hash, 1))))
  const affordable = 4 + Math.floor((lots - 4) / 2)
  const prints = Math.max(4, Math.min(wanted, affordable, MAX_PRINTS_PER_MINUTE))
  // Each of the four gets at most a tenth of the lots, so at least six tenths are left for the others.
  const spare = (lots - 4) / 2550
  const openLots = 1 + Math.floor(spare * (hash & 0xff))
  const highLots = 1 + Math.floor(spare * ((hash >>> 8) & 0xff))
  const lowLots = 1 + Math.floor(spare * ((hash >>> 16) & 0xff))
  const closeLots = 1 + Math.floor(spare * (hash >>> 24))
  const restLots = lots - openLots - highLots - lowLots - closeLots
  const sum = (bars.open[minute] ?? 0) + (bars.high[minute] ?? 0) + (bars.low[minute] ?? 0) + (bars.close[minute] ?? 0)
  const middle = Math.round(sum / 4)
  if (prints > 4) return { prints, openLots, highLots, lowLots, closeLots, restLots, middle }
  return { prints, openLots, highLots, lowLots, closeLots: closeLots + restLots, restLots: 0, middle }
}

/** Turnover of the minute in price units times lots; equals the turnover of the prints of `makePrints`. */
export function plannedTurnover(bars: MinuteBars, minute: number, plan: MinutePlan, ladder: PriceLadder): number {
  return (
    ladder.unitsAt(bars.open[minute] ?? 0) * plan.openLots +
    ladder.unitsAt(bars.high[minute] ?? 0) * plan.highLots +
    ladder.unitsAt(bars.low[minute] ?? 0) * plan.lowLots +
    ladder.unitsAt(bars.close[minute] ?? 0) * plan.closeLots +
    ladder.unitsAt(plan.middle) * plan.restLots
  )
}

/** Times of the prints of a minute: from `startMs`, within 60 s. */
export interface PrintTimes {
  readonly startMs: number
  /** Whether the minute opens a session: its first print is then exactly at the start. */
  readonly opensStretch: boolean
}

/** The prints of a minute. Their open, high, low, close and volume equal those of the bar. */
export function makePrints(
  bars: MinuteBars,
  minute: number,
  plan: MinutePlan,
  hash: number,
  ladder: PriceLadder,
  lotSize: number,
  times: PrintTimes,
): MinuteTicks {
  const ticks = emptyTicks(bars.dayIndex, bars.session, minute, plan.prints)
  const noise = new Noise(mix(hash, 2))
  placeRest(ticks, bars, minute, plan, ladder, noise)
  placeFour(ticks, bars, minute, plan)
  finish(ticks, lotSize, times, noise)
  return ticks
}

/** The first, highest, lowest and last print of the minute, computed without the others. */
export function keyPrintsOf(bars: MinuteBars, minute: number, plan: MinutePlan): readonly KeyPrint[] {
  const { highSlot, lowSlot } = extremesOf(bars, minute, plan.prints)
  const high = { slot: highSlot, price: bars.high[minute] ?? 0 }
  const low = { slot: lowSlot, price: bars.low[minute] ?? 0 }
  return [
    { slot: 0, price: bars.open[minute] ?? 0 },
    ...(lowSlot < highSlot ? [low, high] : [high, low]),
    { slot: plan.prints - 1, price: bars.close[minute] ?? 0 },
  ]
}

/** Slots of the highest and the lowest print, always different; in a rising minute the lowest is first. */
interface Extremes {
  readonly highSlot: number
  readonly lowSlot: number
}

function extremesOf(bars: MinuteBars, minute: number, prints: number): Extremes {
  const rises = (bars.close[minute] ?? 0) >= (bars.open[minute] ?? 0)
  const early = 1 + Math.floor((prints - 2) / 4)
  const late = prints - 1 - early
  return rises ? { lowSlot: early, highSlot: late } : { highSlot: early, lowSlot: late }
}

function placeFour(ticks: MinuteTicks, bars: MinuteBars, minute: number, plan: MinutePlan): void {
  const { highSlot, lowSlot } = extremesOf(bars, minute, plan.prints)
  put(ticks, 0, bars.open[minute] ?? 0, plan.openLots)
  put(ticks, highSlot, bars.high[minute] ?? 0, plan.highLots)
  put(ticks, lowSlot, bars.low[minute] ?? 0, plan.lowLots)
  put(ticks, plan.prints - 1, bars.close[minute] ?? 0, plan.closeLots)
}

function placeRest(
  ticks: MinuteTicks,
  bars: MinuteBars,
  minute: number,
  plan: MinutePlan,
  ladder: PriceLadder,
  noise: Noise,
): void {
  const rest = plan.prints - 4
  if (rest <= 0) return
  const { highSlot, lowSlot } = extremesOf(bars, minute, plan.prints)
  const firstExtreme = Math.min(highSlot, lowSlot)
  const secondExtreme = Math.max(highSlot, lowSlot)
  /** The slot of the nth other print: all slots except the first, the two extremes and the last. */
  const slotOf = (order: number): number => {
    if (order + 1 < firstExtreme) return order + 1
    return order + 2 < secondExtreme ? order + 2 : order + 3
  }

  const open = bars.open[minute] ?? 0
  const close = bars.close[minute] ?? 0
  const high = bars.high[minute] ?? 0
  const low = bars.low[minute] ?? 0
  const { middle } = plan
  // If the tick size changes within the range, equal distances in rungs differ in money, so all are at the middle.
  const reach = ladder.isEven(low, high) ? Math.min(high - middle, middle - low) : 0
  const jitter = Math.max(1, (high - low) / 6)

  const pairs = (rest - 1) >> 1
  const singles = rest - 2 * pairs
  let left = plan.restLots - singles
  for (let pair = 0; pair < pairs; pair++) {
    const pairsLeft = pairs - pair
    const mean = Math.floor(left / (2 * pairsLeft))
    const lots = 1 + noise.below(Math.min(2 * mean - 1, (left >> 1) - pairsLeft + 1))
    left -= 2 * lots
    const early = slotOf(pair)
    const expected = open + ((close - open) * early) / plan.prints
    const distance = Math.max(-reach, Math.min(reach, Math.round(middle - expected + noise.triangle() * jitter)))
    put(ticks, early, middle - distance, lots)
    put(ticks, slotOf(rest - 1 - pair), middle + distance, lots)
  }
  for (let single = 0; single < singles; single++) {
    const lots = single === singles - 1 ? left + 1 : 1 + (left >> 1)
    left -= lots - 1
    put(ticks, slotOf(pairs + single), middle, lots)
  }
}

function put(ticks: MinuteTicks, slot: number, price: number, lots: number): void {
  ticks.price[slot] = price
  ticks.volume[slot] = lots
}

/** Sets evenly spread times with jitter, converts lots to shares, and sets the directions. */
function finish(ticks: MinuteTicks, lotSize: number, times: PrintTimes, noise: Noise): void {
  const stratumMs = 60_000 / ticks.length
  let previous = ticks.price[0] ?? 0
  for (let slot = 0; slot < ticks.length; slot++) {
    const bits = noise.next()
    const opens = slot === 0 && times.opensStretch
    ticks.timeMs[slot] = times.startMs + (opens ? 0 : Math.floor((slot + unitOf(bits)) * stratumMs))
    ticks.volume[slot] = (ticks.volume[slot] ?? 0) * lotSize
    const price = ticks.price[slot] ?? 0
    ticks.direction[slot] = directionOf(price - previous, bits, opens)
    previous = price
  }
}

/** A rising price is a buy at the ask, a falling price a sale at the bid; at an equal price either is possible. */
function directionOf(change: number, bits: number, isOpening: boolean): number {
  if (isOpening) return TickerDirection.Neutral
  if (change > 0) return TickerDirection.Bid
  if (change < 0) return TickerDirection.Ask
  if ((bits & 15) === 0) return TickerDirection.Neutral
  return (bits & 16) === 0 ? TickerDirection.Bid : TickerDirection.Ask
}
