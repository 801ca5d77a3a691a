import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Market } from '../../../src/simulator/market/market.ts'
import { ticksBetween } from '../../../src/simulator/market/tick-reader.ts'
import { aMoment, aSample, NOW_MS, securityOf } from './sample-securities.ts'

const market = new Market({ seed: 11 })

test('the running quote is what the prints of the day so far add up to', () => {
  fc.assert(
    fc.property(aSample, aMoment, (sample, nowMs) => {
      const security = securityOf(market, sample)
      const state = security.stateAt(nowMs)
      if (state === null) return
      const { startMs } = security.clock.sessionsOf(state.dayIndex).regular
      // Forty minutes keep the brute force cheap; the sums before them are checked with the bars.
      const fromMs = Math.max(startMs - 1, state.timeMs - 40 * 60_000)
      const ticks = ticksBetween(security, fromMs, nowMs)
      const { ladder } = security.listing
      assert.equal(ticks.at(-1)?.timeMs, state.timeMs)
      assert.equal(ticks.at(-1)?.price, ladder.priceAt(state.last))
      assert.equal(ticks.at(-1)?.sequence, BigInt(state.sequence))
      const prices = ticks.map((tick) => tick.price)
      assert.ok(Math.max(...prices) <= ladder.priceAt(state.high))
      assert.ok(Math.min(...prices) >= ladder.priceAt(state.low))
      if (fromMs >= startMs) return
      assert.equal(prices[0], ladder.priceAt(state.open))
      assert.equal(Math.max(...prices), ladder.priceAt(state.high))
      assert.equal(Math.min(...prices), ladder.priceAt(state.low))
      assert.equal(
        ticks.reduce((sum, tick) => sum + tick.volume, 0),
        state.volume,
      )
    }),
    { numRuns: 200 },
  )
})

test('following the prints one by one meets every print, in order, once', () => {
  for (const sample of [
    [1, '00700'],
    [1, 'HSImain'],
    [1, 'TCH261230C300000'],
  ] as const) {
    const security = securityOf(market, sample)
    const startMs = Date.parse('2026-11-20T11:58:00+08:00')
    const endMs = Date.parse('2026-11-20T13:02:00+08:00')
    const met = new Set<number>()
    let askings = 0
    for (let nowMs = startMs; nowMs <= endMs; nowMs = security.nextChangeMs(nowMs)) {
      assert.ok(askings++ < 2000, 'asks again without end')
      const state = security.stateAt(nowMs)
      if (state !== null && state.timeMs > startMs) met.add(state.sequence)
    }
    const expected = ticksBetween(security, startMs, endMs).map((tick) => Number(tick.sequence))
    assert.deepEqual([...met], expected)
  }
})

test('the first print of a session is seen by those who looked between the open and that print', () => {
  const opens = [
    ['overnight', '2026-11-23T20:00:00-05:00'],
    ['pre-market', '2026-11-24T04:00:00-05:00'],
  ] as const
  for (const [session, open] of opens) {
    const openMs = Date.parse(open)
    const [first] = ticksBetween(securityOf(market, [11, 'AAPL']), openMs - 1, openMs + 60_000, session)
    assert.ok(first !== undefined && first.timeMs > openMs, `${session}: no print after the open`)
    const watched = securityOf(new Market({ seed: 11 }), [11, 'AAPL'])
    assert.ok((watched.stateAt(openMs, session)?.timeMs ?? Infinity) < openMs)
    assert.equal(watched.stateAt(first.timeMs, session)?.timeMs, first.timeMs)
  }
})

test('a state is the same object until something trades', () => {
  const security = securityOf(market, [1, '00700'])
  const state = security.stateAt(NOW_MS)
  assert.equal(security.stateAt(NOW_MS + 1), state)
  const nextMs = security.nextChangeMs(NOW_MS)
  assert.equal(security.stateAt(nextMs - 1), state)
  assert.notEqual(security.stateAt(nextMs), state)
})

test('prints before and after hours do not touch the regular quote', () => {
  const security = securityOf(market, [11, 'AAPL'])
  const inPreMarket = Date.parse('2026-11-20T08:00:00-05:00')
  const regular = security.stateAt(inPreMarket)
  assert.equal(regular, security.stateAt(Date.parse('2026-11-20T09:29:59-05:00')))
  assert.ok((security.stateAt(inPreMarket, 'pre-market')?.timeMs ?? 0) > (regular?.timeMs ?? 0))
  assert.equal(security.latestStateAt(inPreMarket), security.stateAt(inPreMarket, 'pre-market'))
})

test('ticks come in the windows they are asked for, without loss or repetition', () => {
  fc.assert(
    fc.property(
      aSample,
      fc.array(fc.integer({ min: 1, max: 60_000 }), { minLength: 1, maxLength: 20 }),
      (sample, steps) => {
        const security = securityOf(market, sample)
        const startMs = Date.parse('2026-11-20T11:55:00+08:00')
        let fromMs = startMs
        const inWindows: bigint[] = []
        for (const step of steps) {
          inWindows.push(...ticksBetween(security, fromMs, fromMs + step).map((tick) => tick.sequence))
          fromMs += step
        }
        const atOnce = ticksBetween(security, startMs, fromMs).map((tick) => tick.sequence)
        assert.deepEqual(inWindows, atOnce)
        assert.deepEqual(atOnce, [...new Set(atOnce)])
      },
    ),
    { numRuns: 60 },
  )
})

test('ticks between two days cross the night', () => {
  const security = securityOf(market, [1, '00700'])
  const evening = Date.parse('2026-11-19T15:59:00+08:00')
  const morning = Date.parse('2026-11-20T09:31:00+08:00')
  const times = ticksBetween(security, evening, morning).map((tick) => new Date(tick.timeMs).toISOString().slice(0, 16))
  assert.deepEqual([...new Set(times)], ['2026-11-19T07:59', '2026-11-20T01:30'])
})
