import { AccumulateField, RehabType, StockField } from '../../../proto/enums.ts'
import { civilDateOf, epochDayOf } from '../../base/time/civil-date.ts'
import { extremesBefore } from '../market/price-extremes.ts'
import { adjustedPrice } from '../market/rehab.ts'
import type { Security } from '../market/security.ts'
import { rounded } from './figures.ts'
import { dayFigures } from './session-figures.ts'

/** A figure for the stock filter; null for a field that this security does not have. */
export function stockFigure(security: Security, field: number, nowMs: number): number | null {
  const day = dayFigures(security, nowMs)
  const company = security.listing.fundamentals
  const extremes = extremesBefore(security, day.dayIndex)
  const highest = Math.max(extremes.highest52Weeks, day.high)
  const lowest = extremes.lowest52Weeks === 0 ? day.low : Math.min(extremes.lowest52Weeks, day.low)
  switch (field) {
    case StockField.CurPrice:
      return day.last
    case StockField.CurPriceToHighest52WeeksRatio:
      return ratioChange(day.last, highest)
    case StockField.CurPriceToLowest52WeeksRatio:
      return ratioChange(day.last, lowest)
    case StockField.HighPriceToHighest52WeeksRatio:
      return ratioChange(day.high, highest)
    case StockField.LowPriceToLowest52WeeksRatio:
      return ratioChange(day.low, lowest)
    case StockField.VolumeRatio:
      return volumeRatio(security, day.dayIndex, day.volume, nowMs)
    case StockField.BidAskRatio:
      return bidAskRatio(security, nowMs)
    case StockField.LotPrice:
      return rounded(day.last * security.instrument.lotSize, 3)
    case StockField.MarketVal:
      return company === null ? null : rounded(day.last * company.issuedShares, 2)
    case StockField.PeAnnual:
      return company === null ? null : quotient(day.last, company.earningsPerShare * LAST_YEAR_PROFIT)
    case StockField.PeTTM:
      return company === null ? null : quotient(day.last, company.earningsPerShare)
    case StockField.PbRate:
      return company === null ? null : quotient(day.last, company.netAssetPerShare)
    case StockField.ChangeRate5min:
      return changeSinceMinutes(security, nowMs, 5)
    case StockField.ChangeRateBeginYear:
      return changeSinceYear(security, nowMs)
    case StockField.TotalShare:
      return company?.issuedShares ?? null
    case StockField.FloatShare:
      return company === null ? null : Math.round(company.issuedShares * FREE_FLOAT)
    case StockField.FloatMarketVal:
      return company === null ? null : rounded(day.last * Math.round(company.issuedShares * FREE_FLOAT), 2)
    default:
      return null
  }
}

/** Free float as a part of a company's shares. Founders and the state own the rest. */
export const FREE_FLOAT = 0.82

/** Profit of the last full year, as a fraction of the profit of the last twelve months. */
export const LAST_YEAR_PROFIT = 0.94

/** A figure over the last `days` trading days, including today. */
export function accumulatedFigure(security: Security, field: number, days: number, nowMs: number): number | null {
  const today = dayFigures(security, nowMs)
  if (today.dayIndex < 0 || days < 1) return null
  const firstDay = Math.max(security.series.firstDay, today.dayIndex - days + 1)
  let { high, low, volume, turnover } = today
  for (let dayIndex = firstDay; dayIndex < today.dayIndex; dayIndex++) {
    const bar = security.series.dayBar(dayIndex)
    if (bar === null) continue
    high = Math.max(high, forwardPrice(security, dayIndex, bar.high, today.dayIndex))
    low = Math.min(low, forwardPrice(security, dayIndex, bar.low, today.dayIndex))
    volume += bar.volume
    turnover += security.turnoverOn(dayIndex)
  }
  const before = security.series.dayBar(firstDay)
  if (before === null) return null
  const base = forwardPrice(security, firstDay, before.reference, today.dayIndex)
  const shares = security.listing.fundamentals?.issuedShares ?? 0
  switch (field) {
    case AccumulateField.ChangeRate:
      return ratioChange(today.last, base)
    case AccumulateField.Amplitude:
      return base === 0 ? 0 : rounded(((high - low) / base) * 100, 3)
    case AccumulateField.Volume:
      return volume
    case AccumulateField.Turnover:
      return rounded(turnover, 3)
    case AccumulateField.TurnoverRate:
      return shares === 0 ? null : rounded((volume / shares) * 100, 3)
    default:
      return null
  }
}

/** Imbalance of the volumes in the book, in percent: 100 with only bids, -100 with only asks. */
export function bidAskRatio(security: Security, nowMs: number): number {
  const { bids, asks } = security.bookAt(nowMs)
  const bidVolume = bids.reduce((total, level) => total + level.volume, 0)
  const askVolume = asks.reduce((total, level) => total + level.volume, 0)
  const both = bidVolume + askVolume
  return both === 0 ? 0 : rounded(((bidVolume - askVolume) / both) * 100, 3)
}

/** Today's volume per minute, divided by that of the previous five days. */
export function volumeRatio(security: Security, dayIndex: number, volumeToday: number, nowMs: number): number {
  if (dayIndex < 0) return 0
  let volume = 0
  let minutes = 0
  for (let back = 1; back <= 5; back++) {
    const bar = security.series.dayBar(dayIndex - back)
    if (bar === null) continue
    volume += bar.volume
    minutes += security.clock.sessionsOf(dayIndex - back).regular.length
  }
  const minutesToday = security.clock.sessionsOf(dayIndex).regular.minuteAt(nowMs) + 1
  return volume === 0 ? 0 : rounded(volumeToday / minutesToday / (volume / minutes), 3)
}

/** Close of the minute that ended `minutes` before the latest print; null early in the day. */
export function closeMinutesAgo(security: Security, nowMs: number, minutes: number): number | null {
  const state = security.stateAt(nowMs)
  const bars = state === null ? null : security.series.minuteBars(state.dayIndex, 'regular')
  if (state === null || bars === null || state.minute < minutes) return null
  return security.listing.ladder.priceAt(bars.close[state.minute - minutes] ?? 0)
}

function changeSinceMinutes(security: Security, nowMs: number, minutes: number): number {
  const day = dayFigures(security, nowMs)
  return ratioChange(day.last, closeMinutesAgo(security, nowMs, minutes) ?? day.open)
}

function changeSinceYear(security: Security, nowMs: number): number | null {
  const day = dayFigures(security, nowMs)
  if (day.dayIndex < 0) return null
  const { calendar } = security.clock
  const { year } = civilDateOf(calendar.dayAt(day.dayIndex))
  const lastYear = calendar.indexAtOrBefore(epochDayOf(year, 1, 1) - 1)
  const bar = security.series.dayBar(lastYear)
  return bar === null ? null : ratioChange(day.last, forwardPrice(security, lastYear, bar.close, day.dayIndex))
}

function forwardPrice(security: Security, dayIndex: number, rung: number, todayIndex: number): number {
  const { calendar } = security.clock
  const price = security.listing.ladder.priceAt(rung)
  return adjustedPrice(price, RehabType.Forward, security.actions, calendar.dayAt(dayIndex), calendar.dayAt(todayIndex))
}

/** Difference of `value` from `base`, in percent of `base`. */
function ratioChange(value: number, base: number): number {
  return base === 0 ? 0 : rounded(((value - base) / base) * 100, 3)
}

function quotient(price: number, base: number): number {
  return base === 0 ? 0 : rounded(price / base, 3)
}
