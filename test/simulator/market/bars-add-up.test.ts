import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Market } from '../../../src/simulator/market/market.ts'
import type { MinuteBars, SessionName } from '../../../src/simulator/market/price-series.ts'
import type { Security } from '../../../src/simulator/market/security.ts'
import { gridOf } from '../../../src/simulator/market/session-clock.ts'
import { aMoment, aSample, aSeed, SAMPLES, securityOf } from './sample-securities.ts'

const SESSIONS: readonly SessionName[] = ['overnight', 'pre-market', 'regular', 'after-market']

test('a day is the sum of its minutes', () => {
  fc.assert(
    fc.property(aSeed, aSample, aMoment, (seed, sample, nowMs) => {
      const security = securityOf(new Market({ seed }), sample)
      const dayIndex = security.clock.dayIndexAt(nowMs)
      const day = security.series.dayBar(dayIndex)
      const bars = security.series.minuteBars(dayIndex, 'regular')
      assert.equal(bars === null, day === null)
      if (day === null || bars === null) return
      const last = bars.length - 1
      assert.equal(bars.open[0], day.open)
      assert.equal(bars.close[last], day.close)
      assert.equal(Math.max(...bars.high), day.high)
      assert.equal(Math.min(...bars.low), day.low)
      assert.equal(
        bars.volume.reduce((sum, volume) => sum + volume, 0),
        day.volume,
      )
      assert.equal(security.series.turnoverOn(dayIndex), bars.turnoverThrough[last])
      assert.equal(bars.highThrough[last], day.high)
      assert.equal(bars.lowThrough[last], day.low)
      assert.equal(bars.volumeThrough[last], day.volume)
    }),
    { numRuns: 150 },
  )
})

test('a minute is the sum of its prints, to the cent of turnover', () => {
  fc.assert(
    fc.property(aSeed, aSample, aMoment, fc.constantFrom(...SESSIONS), (seed, sample, nowMs, session) => {
      const security = securityOf(new Market({ seed }), sample)
      const dayIndex = security.clock.dayIndexAt(nowMs)
      const bars = security.series.minuteBars(dayIndex, session)
      if (bars === null) return
      for (let minute = 0; minute < bars.length; minute += 7) checkMinute(security, bars, minute)
    }),
    { numRuns: 150 },
  )
})

function checkMinute(security: Security, bars: MinuteBars, minute: number): void {
  const { ladder, instrument } = security.listing
  const ticks = security.series.minuteTicks(bars.dayIndex, bars.session, minute)
  const grid = gridOf(security.clock.sessionsOf(bars.dayIndex), bars.session)
  const prices = [...ticks.price]
  let volume = 0
  let turnover = 0
  for (let slot = 0; slot < ticks.length; slot++) {
    const shares = ticks.volume[slot] ?? 0
    volume += shares
    turnover += shares * ladder.unitsAt(ticks.price[slot] ?? 0)
    assert.ok(shares > 0 && shares % instrument.lotSize === 0)
    assert.ok((ticks.price[slot] ?? 0) >= 1)
    assert.ok((ticks.timeMs[slot] ?? 0) >= (ticks.timeMs[slot - 1] ?? 0))
  }
  assert.equal(prices[0], bars.open[minute])
  assert.equal(prices.at(-1), bars.close[minute])
  assert.equal(Math.max(...prices), bars.high[minute])
  assert.equal(Math.min(...prices), bars.low[minute])
  assert.equal(volume, bars.volume[minute])
  assert.equal(turnover, bars.turnover[minute])
  const startMs = grid?.minuteStartMs(minute) ?? 0
  assert.ok((ticks.timeMs[0] ?? 0) >= startMs)
  assert.ok((ticks.timeMs[ticks.length - 1] ?? 0) < startMs + 60_000)
}

test('no price leaves the limits of the day', () => {
  fc.assert(
    fc.property(
      aSeed,
      fc.constantFrom(...SAMPLES.filter(([market]) => market > 20)),
      fc.integer({ min: 300, max: 6800 }),
      (seed, sample, dayIndex) => {
        const security = securityOf(new Market({ seed }), sample)
        const day = security.series.dayBar(dayIndex)
        const band = security.rungBandOn(dayIndex)
        if (day === null || band === null) return
        assert.ok(day.low >= band.low && day.high <= band.high)
        assert.ok(day.low <= Math.min(day.open, day.close) && day.high >= Math.max(day.open, day.close))
      },
    ),
    { numRuns: 300 },
  )
})

test('the same seed gives the same prices in whatever order they are asked for', () => {
  fc.assert(
    fc.property(
      aSeed,
      aSample,
      fc.array(aMoment, { minLength: 2, maxLength: 6 }),
      fc.array(aSample, { maxLength: 3 }),
      (seed, sample, moments, others) => {
        const used = new Market({ seed })
        // What was asked before must not matter: neither of this security nor of the ones it depends on.
        for (const nowMs of moments) {
          for (const other of others) securityOf(used, other).stateAt(nowMs)
          securityOf(used, sample).bookAt(nowMs)
        }
        for (const nowMs of moments) {
          const fresh = securityOf(new Market({ seed }), sample)
          const known = securityOf(used, sample)
          assert.deepEqual(known.stateAt(nowMs), fresh.stateAt(nowMs))
          assert.deepEqual(known.bookAt(nowMs), fresh.bookAt(nowMs))
        }
      },
    ),
    { numRuns: 40 },
  )
})

test('another seed gives another market', () => {
  const closes = [1, 2, 3].map((seed) => securityOf(new Market({ seed }), [1, '00700']).series.dayBar(6500)?.close)
  assert.equal(new Set(closes).size, 3)
})

test('prices stay in sight of what the security is known for', () => {
  for (let seed = 0; seed < 40; seed++) {
    const security = securityOf(new Market({ seed }), [1, '00700'])
    const price = security.listing.ladder.priceAt(
      security.series.dayBar(security.clock.calendar.length - 4000)?.close ?? 0,
    )
    assert.ok(price > 190 && price < 450, `seed ${seed}: ${price}`)
  }
})
