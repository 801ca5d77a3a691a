import { Currency, ExchType, QotMarket } from '../../../proto/enums.ts'
import { civilDateOf } from '../../base/time/civil-date.ts'
import { nthWeekday } from './holidays.ts'
import { secondLastTradingDay } from './option-expiry.ts'
import type { PriceLadder } from './price-ladder.ts'
import { HK_FUTURES, US_FUTURES, type SessionPlan } from './session-plan.ts'
import { POINT_LADDER, QUARTER_POINT_LADDER } from './tick-tables.ts'
import { tradingCalendar, type TradingCalendar } from './trading-calendar.ts'

/** All contracts on one index that differ only in their month. */
export interface FutureClass {
  readonly market: number
  /** Prefix of the codes: `HSI` in `HSImain` and `HSI2612`. */
  readonly prefix: string
  readonly name: string
  /** Index or fund that the contract settles against. */
  readonly ownerCode: string
  readonly ownerName: string
  /** Prefix of the larger contract whose price this one has; null for a contract with its own price. */
  readonly sameAs: string | null
  readonly contractSize: number
  readonly currency: number
  readonly exchange: number
  readonly exchangeName: string
  readonly contractType: string
  readonly ladder: PriceLadder
  readonly plan: SessionPlan
  readonly isQuarterly: boolean
  /** Daily path, level around 2026 and behaviour, as for any other security. */
  readonly path: string
  readonly referencePrice: number
  readonly yearlyGrowth: number
  readonly dailyVolatility: number
  readonly averageVolume: number
}

/** A parsed futures code: the continuous main contract, or one month. */
export interface FutureTerms {
  readonly futureClass: FutureClass
  /** Month as year * 12 + month - 1; null for the main contract. */
  readonly month: number | null
}

const CLASSES: readonly FutureClass[] = [
  hk('HSI', '恒指期货', '800000', '恒生指数', null, 50, 20_000, 1.5, 1.2, 95_000),
  hk('MHI', '小型恒指期货', '800000', '恒生指数', 'HSI', 10, 20_000, 1.5, 1.2, 120_000),
  hk('HHI', '国企期货', '800100', '国企指数', null, 50, 7200, 1, 1.4, 90_000),
  hk('HTI', '恒生科技期货', '800700', '恒生科技指数', null, 50, 4400, 2, 2, 110_000),
  us('ES', '标普500指数期货', 'SPY', '标普500指数', null, 50, 5920, 8, 0.9, 1_300_000),
  us('MES', '微型标普500指数期货', 'SPY', '标普500指数', 'ES', 5, 5920, 8, 0.9, 900_000),
  us('NQ', '纳指100期货', 'QQQ', '纳斯达克100指数', null, 20, 21_000, 12, 1.2, 520_000),
]

/** All listed classes of futures. */
export function futureClasses(): readonly FutureClass[] {
  return CLASSES
}

/** Parses `HSImain` or `HSI2612`; null if it is not a futures code of that market. */
export function parseFutureCode(market: number, code: string): FutureTerms | null {
  const match = /^([A-Z]{2,4})(main|\d{4})$/.exec(code)
  const futureClass = CLASSES.find((one) => one.market === market && one.prefix === match?.[1])
  if (match === null || futureClass === undefined) return null
  if (match[2] === 'main') return { futureClass, month: null }
  const year = 2000 + Number(match[2]?.slice(0, 2))
  const month = Number(match[2]?.slice(2))
  if (month < 1 || month > 12 || (futureClass.isQuarterly && month % 3 !== 0)) return null
  return { futureClass, month: year * 12 + month - 1 }
}

/** `HSImain` or `HSI2612`. */
export function futureCode({ futureClass, month }: FutureTerms): string {
  if (month === null) return `${futureClass.prefix}main`
  const year = Math.floor(month / 12) % 100
  return `${futureClass.prefix}${String(year).padStart(2, '0')}${String((month % 12) + 1).padStart(2, '0')}`
}

/** Months listed on that day, nearest first. HKEX: this month, the next, and two quarter months. CME: five quarters. */
export function listedMonths(futureClass: FutureClass, epochDay: number): readonly number[] {
  const front = frontMonth(futureClass, epochDay)
  if (futureClass.isQuarterly) return [0, 3, 6, 9, 12].map((ahead) => front + ahead)
  const months = [front, front + 1]
  for (let month = front + 2; months.length < 4; month++) if (month % 3 === 2) months.push(month)
  return months
}

/** The month of the main contract on that day: the nearest month that still trades. */
export function frontMonth(futureClass: FutureClass, epochDay: number): number {
  const { year, month } = civilDateOf(epochDay)
  let candidate = year * 12 + month - 1
  while ((futureClass.isQuarterly && candidate % 3 !== 2) || lastTradingDay(futureClass, candidate) < epochDay)
    candidate++
  return candidate
}

/** Last trading day of a month as epoch day: second last business day at HKEX, third Friday at CME. */
export function lastTradingDay(futureClass: FutureClass, month: number): number {
  const calendar = calendarOf(futureClass)
  const year = Math.floor(month / 12)
  const monthOfYear = (month % 12) + 1
  if (futureClass.market === QotMarket.HK_Security) return secondLastTradingDay(calendar, year, monthOfYear)
  return calendar.dayAt(calendar.indexAtOrBefore(nthWeekday(year, monthOfYear, 5, 3)))
}

function calendarOf(futureClass: FutureClass): TradingCalendar {
  return tradingCalendar(futureClass.market === QotMarket.HK_Security ? 'hk' : 'us')
}

function hk(
  prefix: string,
  name: string,
  ownerCode: string,
  ownerName: string,
  sameAs: string | null,
  contractSize: number,
  referencePrice: number,
  growthPercent: number,
  volatilityPercent: number,
  averageVolume: number,
): FutureClass {
  return {
    market: QotMarket.HK_Security,
    prefix,
    name,
    ownerCode,
    ownerName,
    sameAs,
    contractSize,
    currency: Currency.HKD,
    exchange: ExchType.HK_HKEX,
    exchangeName: 'HKEX',
    contractType: '股指期货',
    ladder: POINT_LADDER,
    plan: HK_FUTURES,
    isQuarterly: false,
    path: `${QotMarket.HK_Security}.${ownerCode}`,
    referencePrice,
    yearlyGrowth: growthPercent / 100,
    dailyVolatility: volatilityPercent / 100,
    averageVolume,
  }
}

function us(...row: Parameters<typeof hk>): FutureClass {
  const [, , ownerCode] = row
  return {
    ...hk(...row),
    market: QotMarket.US_Security,
    currency: Currency.USD,
    exchange: ExchType.US_CME,
    exchangeName: 'CME',
    ladder: QUARTER_POINT_LADDER,
    plan: US_FUTURES,
    isQuarterly: true,
    path: `${QotMarket.US_Security}.${ownerCode}`,
  }
}
