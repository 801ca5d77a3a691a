import { IpoPeriod, PriceType, Qot_Common_SortField as SortField, WarrantStatus } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { C2S } from '../handler.ts'
import { parseLocalTime } from '../../base/time/civil-date.ts'
import { within } from './option-chain.ts'

type WarrantData = MessageTypes['Qot_GetWarrant.WarrantData']

/** OpenD's unit for volumes in this filter: ten thousand. */
const VOLUME_UNIT = 10_000

/** Whether a warrant is within all bounds of the call. */
export function passesFilters(warrant: WarrantData, c2s: C2S<'Qot_GetWarrant'>, nowMs: number): boolean {
  const { typeList = [], issuerList = [] } = c2s
  return (
    (typeList.length === 0 || typeList.includes(warrant.type)) &&
    (issuerList.length === 0 || issuerList.includes(warrant.issuer)) &&
    (c2s.status === undefined || c2s.status === WarrantStatus.Unknow || c2s.status === warrant.status) &&
    matchesPriceType(warrant, c2s.priceType) &&
    matchesMaturity(warrant, c2s.maturityTimeMin, c2s.maturityTimeMax) &&
    matchesIpoPeriod(warrant, c2s.ipoPeriod, nowMs) &&
    within(warrant.curPrice, c2s.curPriceMin, c2s.curPriceMax) &&
    within(warrant.strikePrice, c2s.strikePriceMin, c2s.strikePriceMax) &&
    within(warrant.streetRate, c2s.streetMin, c2s.streetMax) &&
    within(warrant.conversionRatio, c2s.conversionMin, c2s.conversionMax) &&
    within(Number(warrant.volume) / VOLUME_UNIT, numberOf(c2s.volMin), numberOf(c2s.volMax)) &&
    within(warrant.premium, c2s.premiumMin, c2s.premiumMax) &&
    within(warrant.leverage, c2s.leverageRatioMin, c2s.leverageRatioMax) &&
    withinIfAny(warrant.delta, c2s.deltaMin, c2s.deltaMax) &&
    withinIfAny(warrant.impliedVolatility, c2s.impliedMin, c2s.impliedMax) &&
    withinIfAny(warrant.recoveryPrice, c2s.recoveryPriceMin, c2s.recoveryPriceMax) &&
    withinIfAny(warrant.priceRecoveryRatio, c2s.priceRecoveryRatioMin, c2s.priceRecoveryRatioMax)
  )
}

/** Whether a figure is within a bound. A warrant without the figure is not. */
function withinIfAny(value: number | undefined, min: number | undefined, max: number | undefined): boolean {
  if (min === undefined && max === undefined) return true
  return value !== undefined && within(value, min, max)
}

function numberOf(value: bigint | undefined): number | undefined {
  return value === undefined ? undefined : Number(value)
}

function matchesPriceType(warrant: WarrantData, priceType: number | undefined): boolean {
  if (priceType === PriceType.WithIn) return warrant.ipop >= 0
  return priceType === PriceType.Outside ? warrant.ipop < 0 : true
}

function matchesMaturity(warrant: WarrantData, min: string | undefined, max: string | undefined): boolean {
  const day = parseLocalTime(warrant.maturityTime)?.epochDay
  const from = min === undefined ? undefined : parseLocalTime(min)?.epochDay
  const to = max === undefined ? undefined : parseLocalTime(max)?.epochDay
  return day === undefined || within(day, from, to)
}

const SECONDS_PER_DAY = 86_400

function matchesIpoPeriod(warrant: WarrantData, period: number | undefined, nowMs: number): boolean {
  const daysListed = Math.floor((nowMs / 1000 - (warrant.listTimestamp ?? 0)) / SECONDS_PER_DAY)
  switch (period) {
    case IpoPeriod.Today:
      return daysListed === 0
    case IpoPeriod.Tomorrow:
      return daysListed === -1
    case IpoPeriod.Nextweek:
      return daysListed < 0 && daysListed >= -7
    case IpoPeriod.Lastweek:
      return daysListed >= 0 && daysListed <= 7
    case IpoPeriod.Lastmonth:
      return daysListed >= 0 && daysListed <= 31
    default:
      return true
  }
}

type SortKey = number | string

const SORT_KEYS: ReadonlyMap<number, (warrant: WarrantData) => SortKey> = new Map<
  number,
  (warrant: WarrantData) => SortKey
>([
  [SortField.Code, (warrant) => warrant.stock.code],
  [SortField.CurPrice, (warrant) => warrant.curPrice],
  [SortField.PriceChangeVal, (warrant) => warrant.priceChangeVal],
  [SortField.ChangeRate, (warrant) => warrant.changeRate],
  [SortField.Status, (warrant) => warrant.status],
  [SortField.BidPrice, (warrant) => warrant.bidPrice],
  [SortField.AskPrice, (warrant) => warrant.askPrice],
  [SortField.BidVol, (warrant) => Number(warrant.bidVol)],
  [SortField.AskVol, (warrant) => Number(warrant.askVol)],
  [SortField.Volume, (warrant) => Number(warrant.volume)],
  [SortField.Turnover, (warrant) => warrant.turnover],
  [SortField.Amplitude, (warrant) => warrant.amplitude],
  [SortField.Score, (warrant) => warrant.score],
  [SortField.Premium, (warrant) => warrant.premium],
  [SortField.EffectiveLeverage, (warrant) => warrant.effectiveLeverage],
  [SortField.Delta, (warrant) => warrant.delta ?? 0],
  [SortField.ImpliedVolatility, (warrant) => warrant.impliedVolatility ?? 0],
  [SortField.Type, (warrant) => warrant.type],
  [SortField.StrikePrice, (warrant) => warrant.strikePrice],
  [SortField.BreakEvenPoint, (warrant) => warrant.breakEvenPoint],
  [SortField.MaturityTime, (warrant) => warrant.maturityTime],
  [SortField.ListTime, (warrant) => warrant.listTime],
  [SortField.LastTradeTime, (warrant) => warrant.lastTradeTime],
  [SortField.Leverage, (warrant) => warrant.leverage],
  [SortField.InOutMoney, (warrant) => warrant.ipop],
  [SortField.RecoveryPrice, (warrant) => warrant.recoveryPrice ?? 0],
  [SortField.ChangePrice, (warrant) => warrant.conversionPrice],
  [SortField.Change, (warrant) => warrant.conversionRatio],
  [SortField.StreetRate, (warrant) => warrant.streetRate],
  [SortField.StreetVol, (warrant) => Number(warrant.streetVol)],
  [SortField.WarrantName, (warrant) => warrant.name],
  [SortField.Issuer, (warrant) => warrant.issuer],
  [SortField.LotSize, (warrant) => warrant.lotSize],
  [SortField.IssueSize, (warrant) => Number(warrant.issueSize)],
])

/** The sort key of a field; fields that warrants do not have sort by code. */
export function sortKey(warrant: WarrantData, sortField: number): SortKey {
  return (SORT_KEYS.get(sortField) ?? ((one: WarrantData) => one.stock.code))(warrant)
}

/** Compares two sort keys of one field. */
export function compareKeys(one: SortKey, other: SortKey): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
