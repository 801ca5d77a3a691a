import { SecurityType } from '../../../proto/enums.ts'
import { epochDayOf } from '../../base/time/civil-date.ts'
import { DerivedSeries, type Derivation } from './derived-series.ts'
import { frontMonth, futureCode, lastTradingDay, type FutureTerms } from './future-class.ts'
import type { Listing } from './listing.ts'
import type { PriceSeries } from './price-series.ts'
import { sessionClock } from './session-clock.ts'

/** Premium of a later month per year: interest less dividends. */
const CARRY_PER_YEAR = 0.015

/** The listing of a futures code. */
export function futureListing(terms: FutureTerms): Listing {
  const { futureClass, month } = terms
  const isPriced = month === null && futureClass.sameAs === null
  return {
    instrument: {
      market: futureClass.market,
      code: futureCode(terms),
      name: month === null ? `${futureClass.name}主连` : `${futureClass.name}${futureCode(terms).slice(-4)}`,
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

/** Prices of a month or of a small contract, derived from the main contract of the large one. */
export function futureSeries(seed: number, terms: FutureTerms, listing: Listing, main: PriceSeries): PriceSeries {
  const { futureClass, month } = terms
  const { calendar } = main.clock
  const isMainOn = (dayIndex: number): boolean =>
    month !== null && frontMonth(futureClass, calendar.dayAt(dayIndex)) === month
  const first = calendar.indexAtOrAfter(listing.listedOn)
  const derivation: Derivation = {
    priceOn: (dayIndex, mainPrice) => {
      if (month === null) return mainPrice
      const monthsAhead = Math.max(0, month - frontMonth(futureClass, calendar.dayAt(dayIndex)))
      return mainPrice * (1 + (CARRY_PER_YEAR * monthsAhead) / 12)
    },
    falls: false,
    averageVolumeOn: (dayIndex) => {
      if (month === null || isMainOn(dayIndex)) return futureClass.averageVolume
      return futureClass.averageVolume / 12
    },
    tradesOn: () => true,
    isBaseOn: (dayIndex) => futureClass.sameAs === null && isMainOn(dayIndex),
    firstDayOf: () => first,
  }
  const last = month === null ? main.lastDay : calendar.indexAtOrBefore(lastTradingDay(futureClass, month))
  return new DerivedSeries(seed, listing, main, derivation, sessionClock(listing.plan), { first, last })
}
