import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { normalCdf, optionPrice, optionValue } from '../../../src/simulator/market/black-scholes.ts'
import { dateText, epochDayOf, weekdayOf } from '../../../src/base/time/civil-date.ts'
import { Market } from '../../../src/simulator/market/market.ts'
import { optionCode, parseOptionCode, type OptionTerms } from '../../../src/simulator/market/option-class.ts'
import type { OptionMarket } from '../../../src/simulator/market/option-market.ts'
import { aMoment, aSeed, NOW_MS } from './sample-securities.ts'

const OWNERS = [
  [1, '00700'],
  [1, '09988'],
  [1, '800000'],
  [11, 'AAPL'],
  [11, 'TSLA'],
] as const
const anOwner = fc.constantFrom(...OWNERS)
const aPart = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

function optionMarketOf(market: Market, [qotMarket, code]: readonly [number, string]): OptionMarket {
  const optionMarket = market.optionMarket(qotMarket, code)
  if (optionMarket === null) throw new Error(`no options on ${code}`)
  return optionMarket
}

/** Last price of an option, and of its owner, at that moment; null before the first print. */
function lastOf(market: Market, terms: OptionTerms, nowMs: number): number | null {
  const security = market.security(terms.optionClass.market, optionCode(terms))
  const state = security?.stateAt(nowMs) ?? null
  return security === null || state === null ? null : security.listing.ladder.priceAt(state.last)
}

/** Worthless options differ by the rounding of doubles only. */
function isRising(prices: readonly number[]): boolean {
  return prices.every((price, at) => at === 0 || price - (prices[at - 1] ?? 0) > -1e-9)
}

const aBet = fc.record({
  spot: fc.double({ min: 10, max: 500, noNaN: true }),
  moneyness: fc.double({ min: 0.6, max: 1.6, noNaN: true }),
  years: fc.double({ min: 0.01, max: 2, noNaN: true }),
  rate: fc.double({ min: 0, max: 0.06, noNaN: true }),
  volatility: fc.double({ min: 0.08, max: 0.9, noNaN: true }),
})

test('greeks are the derivatives of the price', () => {
  fc.assert(
    fc.property(aBet, fc.boolean(), ({ spot, moneyness, years, rate, volatility }, isCall) => {
      const inputs = { isCall, spot, strike: spot * moneyness, years, rate, volatility }
      const value = optionValue(inputs)
      const slope = (change: Partial<typeof inputs>, back: Partial<typeof inputs>, width: number): number =>
        (optionPrice({ ...inputs, ...change }) - optionPrice({ ...inputs, ...back })) / width
      const step = spot * 1e-4
      assert.ok(Math.abs(slope({ spot: spot + step }, { spot: spot - step }, 2 * step) - value.delta) < 1e-4)
      const vega = slope({ volatility: volatility + 1e-5 }, { volatility: volatility - 1e-5 }, 2e-5) / 100
      assert.ok(Math.abs(vega - value.vega) < 1e-4 * spot)
      const theta = -slope({ years: years + 1e-6 }, { years: years - 1e-6 }, 2e-6) / 365
      assert.ok(Math.abs(theta - value.theta) < 1e-3 * spot)
      const rho = slope({ rate: rate + 1e-5 }, { rate: rate - 1e-5 }, 2e-5) / 100
      assert.ok(Math.abs(rho - value.rho) < 1e-4 * spot)
      assert.ok(value.gamma >= 0)
    }),
  )
})

test('a call less a put is the spot less the discounted strike', () => {
  fc.assert(
    fc.property(aBet, ({ spot, moneyness, years, rate, volatility }) => {
      const strike = spot * moneyness
      const inputs = { spot, strike, years, rate, volatility }
      const difference = optionPrice({ ...inputs, isCall: true }) - optionPrice({ ...inputs, isCall: false })
      assert.ok(Math.abs(difference - (spot - strike * Math.exp(-rate * years))) < 1e-8 * spot)
    }),
  )
})

test('the normal distribution is exact at the textbook points', () => {
  assert.ok(Math.abs(normalCdf(0) - 0.5) < 1e-15)
  assert.ok(Math.abs(normalCdf(1.959963984540054) - 0.975) < 1e-12)
  assert.ok(Math.abs(normalCdf(-3) - 0.0013498980316300933) < 1e-15)
  assert.ok(Math.abs(normalCdf(8) - 1) < 1e-15)
})

test('traded calls and puts keep parity to a tick', () => {
  fc.assert(
    fc.property(aSeed, anOwner, aMoment, aPart, aPart, (seed, owner, nowMs, whichExpiry, whichStrike) => {
      const market = new Market({ seed })
      const optionMarket = optionMarketOf(market, owner)
      const dayIndex = optionMarket.owner.clock.dayIndexAt(nowMs)
      const expiries = optionMarket.expiriesOn(dayIndex)
      const expiry = expiries[Math.floor(whichExpiry * expiries.length)]
      if (expiry === undefined) return
      const strikes = optionMarket.strikesOf(expiry)
      const strike = strikes[Math.floor(whichStrike * strikes.length)] ?? 0
      const { optionClass } = optionMarket
      const terms = { optionClass, expiryDay: expiry.expiryDay, strike }
      const call = lastOf(market, { ...terms, isCall: true }, nowMs)
      const put = lastOf(market, { ...terms, isCall: false }, nowMs)
      const key = market.security(optionClass.market, optionCode({ ...terms, isCall: true }))
      const state = key?.stateAt(nowMs) ?? null
      if (call === null || put === null || key === null || state === null) return
      // Options print together with their owner: its price at that very moment is the spot of both.
      const ownerState = market.security(optionClass.market, optionClass.ownerCode)?.stateAt(state.timeMs)
      const spot = optionMarket.owner.listing.ladder.priceAt(ownerState?.last ?? 0)
      const days = expiry.expiryDay - optionMarket.owner.clock.calendar.dayAt(state.dayIndex) + 0.5
      const rate = optionClass.market === 1 ? 0.03 : 0.04
      const tick = optionClass.ladder.tickAt(1)
      const gap = call - put - (spot - strike * Math.exp((-rate * days) / 365))
      // An option is never below its smallest price, so one that is worthless may break parity by that much.
      assert.ok(Math.abs(gap) <= 2 * tick + 1e-9, `off by ${gap}`)
    }),
    { numRuns: 60 },
  )
})

test('a higher strike makes calls cheaper and puts dearer, and a later expiry makes both dearer', () => {
  fc.assert(
    fc.property(aSeed, anOwner, aMoment, (seed, owner, nowMs) => {
      const market = new Market({ seed })
      const optionMarket = optionMarketOf(market, owner)
      const { optionClass } = optionMarket
      const dayIndex = optionMarket.owner.clock.dayIndexAt(nowMs)
      const spot = optionMarket.owner.listing.ladder.priceAt(optionMarket.owner.dayBar(dayIndex)?.open ?? 0)
      const expiries = optionMarket.expiriesOn(dayIndex)
      for (const expiry of expiries.slice(0, 4)) {
        const strikes = optionMarket.strikesOf(expiry)
        const priced = (isCall: boolean): readonly number[] =>
          strikes.map((strike) => {
            const terms = { optionClass, expiryDay: expiry.expiryDay, isCall, strike }
            return optionMarket.valueOf(terms, dayIndex, spot).price
          })
        const calls = priced(true)
        const puts = priced(false)
        assert.ok(isRising(puts) && isRising(calls.toReversed()))
      }
      const strike = Math.round(spot)
      const atTheMoney = expiries.map(({ expiryDay }) =>
        optionMarket.valueOf({ optionClass, expiryDay, isCall: true, strike }, dayIndex, spot),
      )
      assert.ok(isRising(atTheMoney.map((value) => value.price)))
    }),
    { numRuns: 60 },
  )
})

test('codes say what they stand for', () => {
  const market = new Market({ seed: 1 })
  for (const [qotMarket, code] of OWNERS) {
    const optionMarket = optionMarketOf(market, [qotMarket, code])
    for (const terms of optionMarket.termsOn(optionMarket.owner.clock.dayIndexAt(NOW_MS))) {
      assert.deepEqual(parseOptionCode(qotMarket, optionCode(terms)), terms)
      assert.ok(optionMarket.isListed(terms))
    }
  }
  const tencent = parseOptionCode(1, 'TCH261230C300000')
  assert.equal(dateText(tencent?.expiryDay ?? 0), '2026-12-30')
  assert.equal(tencent?.strike, 300)
  for (const code of ['TCH261230X300000', 'TCH261330C300000', 'TCH260230C300000', 'ZZZ261230C300000', 'TCH']) {
    assert.equal(parseOptionCode(1, code), null, code)
  }
  assert.equal(market.instrument(1, 'TCH261229C300000'), null, 'no expiry on that day')
  assert.equal(market.instrument(1, 'TCH261230C301000'), null, 'no such strike')
})

test('options expire on the days of their exchanges, and are listed until then', () => {
  const market = new Market({ seed: 1 })
  for (let day = epochDayOf(2026, 1, 5); day < epochDayOf(2026, 12, 20); day += 9) {
    const apple = optionMarketOf(market, [11, 'AAPL'])
    const nowMs = day * 86_400_000 + 18 * 3_600_000
    const expiries = apple.expiriesOn(apple.owner.clock.dayIndexAt(nowMs)).map((expiry) => expiry.expiryDay)
    assert.ok(expiries.length >= 8)
    assert.deepEqual(
      expiries,
      [...new Set(expiries)].toSorted((one, other) => one - other),
    )
    for (const expiryDay of expiries) {
      assert.ok(apple.owner.clock.calendar.isTradingDay(expiryDay))
      // A Friday, or the day before where the Friday is a holiday.
      assert.ok(weekdayOf(expiryDay) === 5 || weekdayOf(expiryDay) === 4, dateText(expiryDay))
    }
  }
  const tencent = optionMarketOf(market, [1, '00700'])
  const months = tencent
    .expiriesOn(tencent.owner.clock.dayIndexAt(NOW_MS))
    .filter((expiry) => expiry.cycle === 2)
    .map((expiry) => dateText(expiry.expiryDay))
  // HKEX: the trading day before the last one of the month.
  assert.deepEqual(months.slice(0, 3), ['2026-11-27', '2026-12-30', '2027-01-28'])
})
