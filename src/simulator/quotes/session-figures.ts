import type { MessageTypes } from '../../../proto/messages.ts'
import type { ExtendedSession } from '../market/extended-session.ts'
import type { Security } from '../market/security.ts'
import { countOf, percentOf, rounded } from './figures.ts'

/** The current day of a security in money, for quotes, snapshots and lists. */
export interface DayFigures {
  readonly dayIndex: number
  readonly timeMs: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly last: number
  readonly lastClose: number
  readonly volume: number
  readonly turnover: number
  /** Mean price of the day's prints. */
  readonly average: number
  /** Percent of the issued shares; 0 for a security without shares. */
  readonly turnoverRate: number
  /** Percent of the last close. */
  readonly amplitude: number
  readonly change: number
  /** Percent of the last close. */
  readonly changeRate: number
}

const NOTHING: DayFigures = {
  dayIndex: -1,
  timeMs: 0,
  open: 0,
  high: 0,
  low: 0,
  last: 0,
  lastClose: 0,
  volume: 0,
  turnover: 0,
  average: 0,
  turnoverRate: 0,
  amplitude: 0,
  change: 0,
  changeRate: 0,
}

/** The figures of the regular session; all zero before the first print. */
export function dayFigures(security: Security, nowMs: number): DayFigures {
  const state = security.stateAt(nowMs)
  if (state === null) return NOTHING
  const { ladder, turnoverMultiplier, fundamentals } = security.listing
  const last = ladder.priceAt(state.last)
  const lastClose = ladder.priceAt(security.series.dayBar(state.dayIndex)?.reference ?? state.open)
  const high = ladder.priceAt(state.high)
  const low = ladder.priceAt(state.low)
  const turnover = security.moneyOf(state.turnover)
  const change = rounded(last - lastClose, ladder.decimals)
  return {
    dayIndex: state.dayIndex,
    timeMs: state.timeMs,
    open: ladder.priceAt(state.open),
    high,
    low,
    last,
    lastClose,
    volume: state.volume,
    turnover: rounded(turnover, 3),
    average: rounded(turnover / (state.volume * turnoverMultiplier), ladder.decimals + 1),
    turnoverRate: fundamentals === null ? 0 : percentOf(state.volume, fundamentals.issuedShares),
    amplitude: percentOf(high - low, lastClose),
    change,
    changeRate: percentOf(change, lastClose),
  }
}

/** The latest extended session of a US security; undefined for other securities. */
export function extendedFigures(
  security: Security,
  nowMs: number,
  session: ExtendedSession,
): MessageTypes['Qot_Common.PreAfterMarketData'] | undefined {
  const state = security.hasExtendedSessions ? security.stateAt(nowMs, session) : null
  const day = state === null ? null : security.series.dayBar(state.dayIndex)
  if (state === null || day === null) return undefined
  const { ladder } = security.listing
  // All changes are from the last regular close: of the day before until the open, of today after hours.
  const base = ladder.priceAt(session === 'after-market' ? day.close : day.reference)
  const price = ladder.priceAt(state.last)
  const high = ladder.priceAt(state.high)
  const low = ladder.priceAt(state.low)
  return {
    price,
    highPrice: high,
    lowPrice: low,
    volume: countOf(state.volume),
    turnover: rounded(security.moneyOf(state.turnover), 3),
    changeVal: rounded(price - base, ladder.decimals),
    changeRate: percentOf(price - base, base),
    amplitude: percentOf(high - low, base),
  }
}
