import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Market } from '../../../src/simulator/market/market.ts'
import { aMoment, aSample, aSeed, NOW_MS, securityOf } from './sample-securities.ts'

test('the book is sorted, on the grid, with every bid below every ask', () => {
  fc.assert(
    fc.property(aSeed, aSample, aMoment, (seed, sample, nowMs) => {
      const market = new Market({ seed })
      const { instrument } = securityOf(market, sample)
      const { bids, asks } = market.book(instrument, nowMs)
      const bidPrices = bids.map((level) => level.price)
      const askPrices = asks.map((level) => level.price)
      assert.deepEqual(
        bidPrices,
        bidPrices.toSorted((one, other) => other - one),
      )
      assert.deepEqual(
        askPrices,
        askPrices.toSorted((one, other) => one - other),
      )
      assert.equal(new Set([...bidPrices, ...askPrices]).size, bids.length + asks.length)
      if (bidPrices[0] !== undefined && askPrices[0] !== undefined) assert.ok(bidPrices[0] < askPrices[0])
      for (const { price, volume, orderCount } of [...bids, ...asks]) {
        assert.ok(market.isOnTick(instrument, price), `${instrument.code} ${price}`)
        assert.ok(volume > 0 && volume % instrument.lotSize === 0)
        assert.ok(orderCount >= 1 && orderCount <= volume / instrument.lotSize)
      }
    }),
    { numRuns: 200 },
  )
})

test('the last price is at the touch, or the book has moved with an extended session', () => {
  fc.assert(
    fc.property(aSample, aMoment, (sample, nowMs) => {
      const market = new Market({ seed: 5 })
      const security = securityOf(market, sample)
      const state = security.latestStateAt(nowMs)
      const { bids, asks } = security.bookAt(nowMs)
      if (state === null || security.isExpiredAt(nowMs)) return
      const last = security.listing.ladder.priceAt(state.last)
      assert.ok(last === bids[0]?.price || last === asks[0]?.price)
    }),
    { numRuns: 100 },
  )
})

test('the book stands still until something trades', () => {
  const market = new Market({ seed: 3 })
  const security = securityOf(market, [1, '00700'])
  const book = security.bookAt(NOW_MS)
  assert.equal(security.bookAt(security.nextChangeMs(NOW_MS) - 1), book)
  assert.notDeepEqual(security.bookAt(NOW_MS + 60_000), book)
})

test('an expired option has no book', () => {
  const market = new Market({ seed: 3 })
  const security = securityOf(market, [1, 'TCH261230C300000'])
  const expiryMs = security.expiryMs(NOW_MS) ?? 0
  assert.equal(new Date(expiryMs).toISOString(), '2026-12-30T08:00:00.000Z')
  assert.notEqual(security.bookAt(expiryMs - 1).asks.length, 0)
  assert.deepEqual(security.bookAt(expiryMs), { bids: [], asks: [] })
  assert.ok(!market.tradingState(security.instrument, expiryMs).isOpen)
})
