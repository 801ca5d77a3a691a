import { Qot_Common_SortField as SortField } from '../../../proto/enums.ts'
import type { Security } from '../market/security.ts'
import { dayFigures, extendedFigures } from './session-figures.ts'

/** The figure of a security for a sort field; null for a field that does not apply to plain securities. */
export function sortFigure(security: Security, sortField: number, nowMs: number): number | null {
  const day = dayFigures(security, nowMs)
  switch (sortField) {
    case SortField.CurPrice:
      return day.last
    case SortField.PriceChangeVal:
      return day.change
    case SortField.ChangeRate:
      return day.changeRate
    case SortField.Volume:
      return day.volume
    case SortField.Turnover:
      return day.turnover
    case SortField.Amplitude:
      return day.amplitude
    case SortField.BidPrice:
      return security.bookAt(nowMs).bids[0]?.price ?? 0
    case SortField.AskPrice:
      return security.bookAt(nowMs).asks[0]?.price ?? 0
    case SortField.BidVol:
      return security.bookAt(nowMs).bids[0]?.volume ?? 0
    case SortField.AskVol:
      return security.bookAt(nowMs).asks[0]?.volume ?? 0
    case SortField.PreCurPrice:
      return extendedFigures(security, nowMs, 'pre-market')?.price ?? 0
    case SortField.AfterCurPrice:
      return extendedFigures(security, nowMs, 'after-market')?.price ?? 0
    case SortField.PreChangeRate:
      return extendedFigures(security, nowMs, 'pre-market')?.changeRate ?? 0
    case SortField.AfterChangeRate:
      return extendedFigures(security, nowMs, 'after-market')?.changeRate ?? 0
    case SortField.MarketCap:
      return day.last * (security.listing.fundamentals?.issuedShares ?? 0)
    default:
      return null
  }
}

/** Sorts by the figure, and by code if figures are equal or the field does not apply. */
export function sortedSecurities(
  securities: readonly Security[],
  sortField: number,
  isAscending: boolean,
  nowMs: number,
): readonly Security[] {
  const rows = securities.map((security) => ({ security, figure: sortFigure(security, sortField, nowMs) ?? 0 }))
  const sign = isAscending ? 1 : -1
  rows.sort((one, other) => {
    if (one.figure !== other.figure) return sign * (one.figure - other.figure)
    const byCode = one.security.instrument.code < other.security.instrument.code ? -1 : 1
    return sortField === SortField.Code ? sign * byCode : byCode
  })
  return rows.map((row) => row.security)
}
