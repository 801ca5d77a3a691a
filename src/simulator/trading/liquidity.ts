import type { Book, Instrument } from '../market/instrument.ts'
import type { AccountsState, TakenLiquidity } from './account-state.ts'
import type { AvailableLevel, Execution } from './matching.ts'
import { scaledPriceOf } from './money.ts'

/**
 * The market does not know the accounts, so what an order takes out of the book is written down here and not sold
 * twice. After this time the market counts as having put new volume there.
 */
const REFILL_MS = 3000

/** Dealings in one security within `REFILL_MS` that are remembered: an order sweeps a few levels, and rates are limited. */
const MAX_LEVELS_PER_SECURITY = 256

/** The side of the book an incoming order meets, best first, less what was taken from it lately. */
export function availableLevels(
  state: AccountsState,
  instrument: Instrument,
  book: Book,
  isBuy: boolean,
  nowMs: number,
): readonly AvailableLevel[] {
  const taken = state.takenLiquidity.find((one) => one.key === liquidityKey(instrument))
  return (isBuy ? book.asks : book.bids).map((level) => {
    const price = scaledPriceOf(level.price)
    return { price, volume: Math.max(0, level.volume - takenAt(taken, price, isBuy, nowMs)) }
  })
}

/** Remembers what an order took. */
export function takeLiquidity(
  state: AccountsState,
  instrument: Instrument,
  isBuy: boolean,
  executions: readonly Execution[],
  nowMs: number,
): void {
  if (executions.length === 0) return
  forgetOld(state, nowMs)
  const key = liquidityKey(instrument)
  let taken = state.takenLiquidity.find((one) => one.key === key)
  if (taken === undefined) {
    taken = { key, levels: [] }
    state.takenLiquidity.push(taken)
  }
  for (const { price, qty } of executions) taken.levels.push({ price, volume: qty, isAsk: isBuy, atMs: nowMs })
  if (taken.levels.length > MAX_LEVELS_PER_SECURITY) {
    taken.levels.splice(0, taken.levels.length - MAX_LEVELS_PER_SECURITY)
  }
}

function takenAt(taken: TakenLiquidity | undefined, price: number, isAsk: boolean, nowMs: number): number {
  if (taken === undefined) return 0
  return taken.levels.reduce(
    (sum, one) => (one.price === price && one.isAsk === isAsk && nowMs - one.atMs < REFILL_MS ? sum + one.volume : sum),
    0,
  )
}

/** So the list holds only securities dealt in during the last `REFILL_MS`. */
function forgetOld(state: AccountsState, nowMs: number): void {
  for (const taken of state.takenLiquidity) {
    const firstFresh = taken.levels.findIndex((one) => nowMs - one.atMs < REFILL_MS)
    taken.levels.splice(0, firstFresh === -1 ? taken.levels.length : firstFresh)
  }
  state.takenLiquidity = state.takenLiquidity.filter((one) => one.levels.length > 0)
}

function liquidityKey(instrument: Instrument): string {
  return `${instrument.market}/${instrument.code}`
}
