import type { Book, Instrument } from '../market/instrument.ts'
import type { AccountsState, TakenLiquidity } from './account-state.ts'
import type { AvailableLevel, Execution } from './matching.ts'
import { scaledPriceOf } from './money.ts'

/**
 * The simulated market is independent of the accounts, so volume that orders take from the book is recorded here and is
 * not available a second time. After this time the book counts as refilled.
 */
const REFILL_MS = 3000

/** Most records of one security within `REFILL_MS`: an order sweeps a few levels, and order rates are limited. */
const MAX_LEVELS_PER_SECURITY = 256

/** The opposite side of the book for an incoming order, best first, less recently taken volume. */
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

/** Records the volume that an order took. */
export function takeLiquidity(
  state: AccountsState,
  instrument: Instrument,
  isBuy: boolean,
  executions: readonly Execution[],
  nowMs: number,
): void {
  if (executions.length === 0) return
  removeExpired(state, nowMs)
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

/** Removes expired records, so that the list contains only securities traded during the last `REFILL_MS`. */
function removeExpired(state: AccountsState, nowMs: number): void {
  for (const taken of state.takenLiquidity) {
    const firstFresh = taken.levels.findIndex((one) => nowMs - one.atMs < REFILL_MS)
    taken.levels.splice(0, firstFresh === -1 ? taken.levels.length : firstFresh)
  }
  state.takenLiquidity = state.takenLiquidity.filter((one) => one.levels.length > 0)
}

function liquidityKey(instrument: Instrument): string {
  return `${instrument.market}/${instrument.code}`
}
