import { SecurityType } from '../../../proto/enums.ts'
import { epochDayOf } from '../../base/time/civil-date.ts'
import { DerivedSeries, type Derivation } from './derived-series.ts'
import { futureCode, monthOn, type FutureTerms } from './future-code.ts'
import { frontMonth, lastTradingDay } from './future-months.ts'
import type { Listing } from './listing.ts'
import type { PriceSeries } from './price-series.ts'
import { sessionClock } from './session-clock.ts'

/** Premium of a later month per year: interest less dividends. */
const CARRY_PER_YEAR = 0.015

/** The ends of the names of codes that stand for one month after the other. */
const ROLLING_NAMES = { main: '主连', current: '当月', next: '下月' } as const

/** The listing of a futures code. */
export function futureListing(terms: FutureTerms): Listing {
  const { futureClass, month, rolling } = terms
  const isPriced = rolling === 'main' && futureClass.sameAs === null
  return {
    instrument: {
      market: futureClass.market,
      code: futureCode(terms),
      name: `${futureClass.name}${rolling === null ? futureCode(terms).slice(-4) : ROLLING_NAMES[rolling]}`,
      kind: 'future',
      lotSize: 1,
      currency: futureClass.currency,
      contractMultiplier: futureClass.contractSize,
      underlyingCode: futureClass.ownerCode,
    },
    plan: futureClass.plan,
    ladder: futureClass.ladder,
    securityType: SecurityType.Future,
    exchange: futureClass.exchange,
    listedOn: month === null ? epochDayOf(2000, 1, 4) : lastTradingDay(futureClass, month) - 400,
    dailyLimit: null,
    spreadRungs: 1,
    turnoverMultiplier: futureClass.contractSize,
    process: isPriced
      ? {
          path: futureClass.path,
          referencePrice: futureClass.referencePrice,
          yearlyGrowth: futureClass.yearlyGrowth,
          dailyVolatility: futureClass.dailyVolatility,
          averageVolume: futureClass.averageVolume,
          ticksPerMinute: 30,
        }
      : null,
    follows: null,
    fundamentals: null,
  }
}

/** Prices of a month, of the current or next one, or of a small contract, derived from the large main contract. */
export function futureSeries(seed: number, terms: FutureTerms, listing: Listing, main: PriceSeries): PriceSeries {
  const { futureClass, month } = terms
  const { calendar } = main.clock
  const frontOn = (dayIndex: number): number => frontMonth(futureClass, calendar.dayAt(dayIndex))
  const isMainOn = (dayIndex: number): boolean => monthOn(terms, calendar.dayAt(dayIndex)) === frontOn(dayIndex)
  const first = calendar.indexAtOrAfter(listing.listedOn)
  const derivation: Derivation = {
    priceOn: (dayIndex, mainPrice) => {
      const monthsAhead = Math.max(0, monthOn(terms, calendar.dayAt(dayIndex)) - frontOn(dayIndex))
      return mainPrice * (1 + (CARRY_PER_YEAR * monthsAhead) / 12)
    },
    falls: false,
    averageVolumeOn: (dayIndex) => futureClass.averageVolume / (isMainOn(dayIndex) ? 1 : 12),
    tradesOn: () => true,
    isBaseOn: (dayIndex) => futureClass.sameAs === null && isMainOn(dayIndex),
    firstDayOf: () => first,
  }
  const last = month === null ? main.lastDay : calendar.indexAtOrBefore(lastTradingDay(futureClass, month))
  return new DerivedSeries(seed, listing, main, derivation, sessionClock(listing.plan), { first, last })
}
