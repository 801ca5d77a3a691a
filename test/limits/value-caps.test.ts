import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrderType, TrdMarket, TrdSecMarket } from '../../proto/enums.ts'
import { NO_LIMITS } from '../../src/limits/key-limits.ts'
import { admit, check, NOW_MS, place, refusalOf, stateOf } from './checking.ts'
import { inMarket, SHARES } from './sample-orders.ts'

test('a cap by currency holds for each currency by itself, and a currency without a cap is closed', () => {
  const state = stateOf({ ...NO_LIMITS, maxDailyValue: { HKD: 30_000, USD: 100 } })
  const inUsd = place({ header: inMarket(TrdMarket.US), secMarket: TrdSecMarket.US, code: 'AAPL', qty: 1, price: 100 })
  const inSgd = place({ header: inMarket(TrdMarket.SG), secMarket: TrdSecMarket.SG, code: 'D05' })
  admit(state, 'in HKD', NOW_MS)
  assert.equal(state.check(place({ price: 0.01 }), SHARES, NOW_MS).isAdmitted, false)
  assert.equal(state.check(inUsd, SHARES, NOW_MS).isAdmitted, true)
  const text = 'daily value exceeded: this key has no cap in SGD, so no orders'
  assert.equal(refusalOf(state.check(inSgd, SHARES, NOW_MS)).text, text)
})

test('one number is the cap of each currency, not of their sum', () => {
  const state = stateOf({ ...NO_LIMITS, maxDailyValue: 30_000 })
  admit(state, 'in HKD', NOW_MS)
  const inUsd = place({ header: inMarket(TrdMarket.US), secMarket: TrdSecMarket.US, code: 'AAPL' })
  assert.equal(state.check(inUsd, SHARES, NOW_MS).isAdmitted, true)
})

test('with a value cap, what cannot be valued is refused; without one it is not', () => {
  const unpriced = { ...SHARES, lastPrice: null }
  const market = place({ orderType: OrderType.Market })
  const future = place({ header: inMarket(TrdMarket.Futures), code: 'HSImain' })
  for (const [cap, what] of [
    [{ maxOrderValue: 1e9 }, 'order value'],
    [{ maxDailyValue: 1e9 }, 'daily value'],
  ] as const) {
    const limits = { ...NO_LIMITS, ...cap }
    assert.equal(
      refusalOf(check(limits, market, unpriced)).text,
      `${what} not known: there is no last price of the security`,
    )
    const unknown = 'the currency of the security is not known from its code or its contract'
    assert.match(refusalOf(check(limits, future)).text, new RegExp(`^${what} not known: ${unknown}, so a key`))
    const strange = refusalOf(check(limits, future, { ...SHARES, unknownCurrency: '美分' })).text
    assert.match(strange, /: OpenD gives its price in "美分", which is not a known currency, so a key/)
    assert.equal(check(limits, future, { ...SHARES, currency: 'HKD' }).isAdmitted, true)
  }
  assert.equal(check(NO_LIMITS, market, unpriced).isAdmitted, true)
})

test('a market order cannot slip under a cap that a limit order at the same price would meet', () => {
  const limits = { ...NO_LIMITS, maxOrderValue: 41_999.99 }
  assert.equal(refusalOf(check(limits, place({ orderType: OrderType.Market }))).gate, 'order_value')
  const wide = { ...NO_LIMITS, maxOrderValue: 42_000, marketPriceBandPercent: 5.01 }
  assert.equal(check(wide, place({ orderType: OrderType.Market })).isAdmitted, false)
  assert.equal(check({ ...wide, marketPriceBandPercent: 0 }, place({ orderType: OrderType.Market })).isAdmitted, true)
})

test('a security of another market does not pass under the name of an allowed one', () => {
  const foreign = place({ secMarket: TrdSecMarket.US, code: 'AAPL' })
  const refusal = refusalOf(check({ ...NO_LIMITS, allowedMarkets: ['HK'] }, foreign))
  assert.equal(refusal.text, 'market not allowed: HK, US (allowed: HK)')
  // 30,000 US dollars are not 30,000 Hong Kong dollars.
  const verdict = check({ ...NO_LIMITS, maxOrderValue: { HKD: 30_000, USD: 1000 } }, foreign)
  assert.equal(refusalOf(verdict).text, 'order value exceeded: 30000.00 USD (cap 1000.00)')
})

test('a share counts in the currency of its market, a future in that of its contract', () => {
  const limits = { ...NO_LIMITS, maxOrderValue: { HKD: 1e9 } }
  assert.equal(check(limits, place(), { ...SHARES, currency: 'CNH' }).isAdmitted, true)
  const future = place({ header: inMarket(TrdMarket.Futures), code: 'CUSmain' })
  const refusal = refusalOf(check(limits, future, { ...SHARES, currency: 'CNH' }))
  assert.equal(refusal.text, 'order value exceeded: this key has no cap in CNH, so no orders')
})
