import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { KLType, RehabType } from '../../../proto/enums.ts'
import { barPeriodOf } from '../../../src/simulator/market/bar-period.ts'
import type { Bar, BarQuery } from '../../../src/simulator/market/bar.ts'
import { barsBetween, latestBars } from '../../../src/simulator/market/bars.ts'
import { Market } from '../../../src/simulator/market/market.ts'
import { timeText } from '../../../src/base/time/time-zone.ts'
import { aMoment, aSample, NOW_MS, securityOf } from './sample-securities.ts'

const market = new Market({ seed: 21 })

function query(klType: number, nowMs: number, rehabType: number = RehabType.None): BarQuery {
  const period = barPeriodOf(klType)
  if (period === null) throw new Error(`no period ${klType}`)
  return { period, rehabType, nowMs }
}

/** Bars together, as one. */
function sum(bars: readonly Bar[]): Omit<Bar, 'timeMs' | 'turnover'> {
  return {
    open: bars[0]?.open ?? 0,
    high: Math.max(...bars.map((bar) => bar.high)),
    low: Math.min(...bars.map((bar) => bar.low)),
    close: bars.at(-1)?.close ?? 0,
    lastClose: bars[0]?.lastClose ?? 0,
    volume: bars.reduce((total, bar) => total + bar.volume, 0),
  }
}

function withoutTurnover({ open, high, low, close, lastClose, volume }: Bar): Omit<Bar, 'timeMs' | 'turnover'> {
  return { open, high, low, close, lastClose, volume }
}

test("the running day's minute bars add up to its day bar, whatever their length", () => {
  const minuteTypes = [KLType._1Min, KLType._3Min, KLType._5Min, KLType._15Min, KLType._30Min, KLType._60Min]
  fc.assert(
    fc.property(aSample, aMoment, fc.constantFrom(...minuteTypes), (sample, nowMs, klType) => {
      const security = securityOf(market, sample)
      const state = security.stateAt(nowMs)
      const [day] = latestBars(security, query(KLType.Day, nowMs), 1)
      if (state === null || day === undefined) return
      const { startMs } = security.clock.sessionsOf(state.dayIndex).regular
      const minutes = barsBetween(security, query(klType, nowMs), startMs, Number.POSITIVE_INFINITY, 2000)
      assert.deepEqual(sum(minutes), withoutTurnover(day))
      const turnover = minutes.reduce((total, bar) => total + bar.turnover, 0)
      assert.ok(Math.abs(turnover - day.turnover) < 1e-6 * day.turnover)
    }),
    { numRuns: 100 },
  )
})

test('weeks, months, quarters and years are the sums of their days', () => {
  const spans = [
    [KLType.Week, 7],
    [KLType.Month, 31],
    [KLType.Quarter, 92],
    [KLType.Year, 366],
  ] as const
  const DAY_MS = 86_400_000
  for (const sample of [
    [1, '00700'],
    [11, 'AAPL'],
    [22, '300750'],
  ] as const) {
    const security = securityOf(market, sample)
    for (const rehabType of [RehabType.None, RehabType.Forward, RehabType.Backward]) {
      for (const [klType, days] of spans) {
        const [first, second] = latestBars(security, query(klType, NOW_MS, rehabType), 3)
        if (first === undefined || second === undefined) throw new Error('no bars')
        const dayQuery = query(KLType.Day, NOW_MS, rehabType)
        const inside = barsBetween(security, dayQuery, first.timeMs, second.timeMs - 1, 400)
        assert.deepEqual(sum(inside), withoutTurnover(first))
        assert.ok((second.timeMs - first.timeMs) / DAY_MS <= days)
      }
    }
  }
})

test('bars are labelled as OpenD labels them', () => {
  const security = securityOf(market, [1, '00700'])
  const { zone } = security.clock.plan
  const labels = (klType: number, count: number): readonly string[] =>
    latestBars(security, query(klType, NOW_MS), count).map((bar) => timeText(zone, bar.timeMs))
  assert.deepEqual(labels(KLType._1Min, 2), ['2026-11-20 14:12:00', '2026-11-20 14:13:00'])
  assert.deepEqual(
    labels(KLType._60Min, 5),
    ['2026-11-20 10:30:00', '2026-11-20 11:30:00', '2026-11-20 13:30:00', '2026-11-20 14:30:00'].toSpliced(
      0,
      0,
      '2026-11-19 16:00:00',
    ),
  )
  assert.deepEqual(labels(KLType.Day, 2), ['2026-11-19 00:00:00', '2026-11-20 00:00:00'])
  assert.deepEqual(labels(KLType.Week, 1), ['2026-11-16 00:00:00'])
  assert.deepEqual(labels(KLType.Month, 1), ['2026-11-01 00:00:00'])
  assert.deepEqual(labels(KLType.Quarter, 1), ['2026-10-01 00:00:00'])
  assert.deepEqual(labels(KLType.Year, 1), ['2026-01-01 00:00:00'])
})

test("a bar's last close is the close of the bar before it", () => {
  fc.assert(
    fc.property(
      aSample,
      aMoment,
      fc.constantFrom(KLType._5Min, KLType._60Min, KLType.Day, KLType.Week),
      fc.constantFrom(RehabType.None, RehabType.Forward, RehabType.Backward),
      (sample, nowMs, klType, rehabType) => {
        const asked = { ...query(klType, nowMs, rehabType), isPriceOnly: true }
        const bars = latestBars(securityOf(market, sample), asked, 150)
        for (const [at, bar] of bars.entries()) if (at > 0) assert.equal(bar.lastClose, bars[at - 1]?.close)
      },
    ),
    { numRuns: 60 },
  )
})

test('the latest bars and the bars of a span are the same bars', () => {
  fc.assert(
    fc.property(
      aSample,
      aMoment,
      fc.constantFrom(KLType._5Min, KLType._60Min, KLType.Day, KLType.Week),
      (sample, nowMs, klType) => {
        const security = securityOf(market, sample)
        const asked = { ...query(klType, nowMs), isPriceOnly: true }
        const latest = latestBars(security, asked, 120)
        const [first] = latest
        if (first === undefined) return
        const between = barsBetween(security, asked, first.timeMs, Number.POSITIVE_INFINITY, 1000)
        assert.deepEqual(between, latest)
      },
    ),
    { numRuns: 60 },
  )
})

test('nothing of the future is in a bar', () => {
  fc.assert(
    fc.property(aSample, aMoment, (sample, nowMs) => {
      const security = securityOf(market, sample)
      const [now] = latestBars(security, query(KLType.Day, nowMs), 1)
      const [later] = latestBars(security, query(KLType.Day, nowMs + 60_000), 1)
      if (now === undefined || later === undefined || now.timeMs !== later.timeMs) return
      assert.ok(now.volume <= later.volume && now.high <= later.high && now.low >= later.low)
      assert.equal(now.open, later.open)
    }),
    { numRuns: 100 },
  )
})

test('daily bars go back twenty years', () => {
  const asked = { ...query(KLType.Day, NOW_MS), isPriceOnly: true }
  const bars = latestBars(securityOf(market, [1, '00005']), asked, 5000)
  assert.equal(bars.length, 5000)
  assert.ok((bars[0]?.timeMs ?? 0) < Date.parse('2007-01-01'))
})

test("minute bars include the sessions before and after New York's only when asked", () => {
  const security = securityOf(market, [11, 'AAPL'])
  const nowMs = Date.parse('2026-11-20T17:00:00-05:00')
  const regular = latestBars(security, query(KLType._1Min, nowMs), 2000)
  const all = latestBars(security, { ...query(KLType._1Min, nowMs), hours: 'ETH' }, 2000)
  const day = '2026-11-20'
  const labelsOf = (bars: readonly Bar[]): readonly string[] =>
    bars.map((bar) => timeText(security.clock.plan.zone, bar.timeMs)).filter((label) => label.startsWith(day))
  assert.equal(labelsOf(regular).length, 390)
  assert.equal(labelsOf(all).length, 330 + 390 + 60)
  assert.equal(labelsOf(all)[0], `${day} 04:01:00`)
  for (const [at, bar] of all.entries()) {
    if (at > 0 && labelsOf([bar]).length > 0 && labelsOf(all)[0] !== labelsOf([bar])[0])
      assert.equal(bar.lastClose, all[at - 1]?.close)
  }
})
