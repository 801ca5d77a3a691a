import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { KLType, QotMarketState, RehabType, Session } from '../../../proto/enums.ts'
import { timeText } from '../../../src/base/time/time-zone.ts'
import { barPeriodOf } from '../../../src/simulator/market/bar-period.ts'
import type { Bar } from '../../../src/simulator/market/bar.ts'
import { barsBetween } from '../../../src/simulator/market/bars.ts'
import type { Tick } from '../../../src/simulator/market/instrument.ts'
import { Market } from '../../../src/simulator/market/market.ts'
import type { Security } from '../../../src/simulator/market/security.ts'
import { sessionClock } from '../../../src/simulator/market/session-clock.ts'
import { HK_FUTURES, US_SECURITIES } from '../../../src/simulator/market/session-plan.ts'
import { allTicksBetween, lastTicks, ticksBetween } from '../../../src/simulator/market/tick-reader.ts'
import { hoursAsked, sessionsIn, type TradingHours } from '../../../src/simulator/market/trading-hours.ts'
import { securityOf } from './sample-securities.ts'

const market = new Market({ seed: 23 })
const AAPL = securityOf(market, [11, 'AAPL'])

const someHours = fc.constantFrom<TradingHours>('RTH', 'ETH', 'ALL')
/** A minute of a week with every session, a weekend and a holiday. */
const aMoment = fc
  .integer({ min: 0, max: 7 * 1440 })
  .map((minute) => Date.parse('2026-11-20T00:00:00-05:00') + minute * 60_000)

/** States of the market in which each of the hours has prints. */
const STATES: Readonly<Record<TradingHours, readonly number[]>> = {
  RTH: [QotMarketState.Afternoon],
  ETH: [QotMarketState.PreMarketBegin, QotMarketState.Afternoon, QotMarketState.AfterHoursBegin],
  ALL: [
    QotMarketState.OVERNIGHT,
    QotMarketState.PreMarketBegin,
    QotMarketState.Afternoon,
    QotMarketState.AfterHoursBegin,
  ],
}

test('no print is outside of the hours asked for, and none of the latest is missing', () => {
  fc.assert(
    fc.property(aMoment, someHours, (nowMs, hours) => {
      const ticks = lastTicks(AAPL, nowMs, 1000, hours)
      for (const { timeMs } of ticks) {
        assert.ok(timeMs <= nowMs)
        assert.ok(STATES[hours].includes(AAPL.clock.stateAt(timeMs)), `${hours} ${new Date(timeMs).toISOString()}`)
      }
      const [first] = ticks
      if (first === undefined) throw new Error('no prints')
      assert.deepEqual(ticks.slice(-500), ticksOf(AAPL, first.timeMs - 1, nowMs, hours).slice(-500))
    }),
    { numRuns: 60 },
  )
})

test('sequence numbers increase through all sessions of all days', () => {
  const ticks = allTicksBetween(AAPL, Date.parse('2026-11-19T15:50:00-05:00'), Date.parse('2026-11-20T00:10:00-05:00'))
  const states = new Set(ticks.map(({ timeMs }) => AAPL.clock.stateAt(timeMs)))
  assert.deepEqual(
    states,
    new Set([QotMarketState.Afternoon, QotMarketState.AfterHoursBegin, QotMarketState.OVERNIGHT]),
  )
  for (const [at, tick] of ticks.entries()) assert.ok(at === 0 || tick.sequence > (ticks[at - 1]?.sequence ?? 0n))
})

test('the bars of the hours add up to their prints', () => {
  fc.assert(
    fc.property(
      aMoment,
      someHours,
      fc.constantFrom(KLType._1Min, KLType._5Min, KLType._15Min, KLType._60Min),
      (nowMs, hours, klType) => {
        const fromMs = nowMs - 3 * 3_600_000
        const bars = barsOf(AAPL, klType, hours, nowMs, fromMs)
        const [first] = bars
        if (first === undefined) return
        // The first bar may have begun before the span. A print at the moment of its label is of the next bar.
        const ticks = ticksOf(AAPL, first.timeMs - 1, nowMs, hours)
        const rest = bars.slice(1)
        assert.ok(ticks.length < 20_000)
        assert.equal(sum(rest.map(({ volume }) => volume)), sum(ticks.map(({ volume }) => volume)))
        if (ticks.length === 0) return
        assert.equal(Math.max(...rest.map(({ high }) => high)), Math.max(...ticks.map(({ price }) => price)))
        assert.equal(Math.min(...rest.map(({ low }) => low)), Math.min(...ticks.map(({ price }) => price)))
        assert.equal(rest.at(-1)?.close, ticks.at(-1)?.price)
        assert.ok(rest.every((bar, at) => bar.timeMs > (bars[at]?.timeMs ?? 0)))
      },
    ),
    { numRuns: 30 },
  )
})

test('bars of more than an hour are those of the regular session, whatever the hours', () => {
  const nowMs = Date.parse('2026-11-20T18:00:00-05:00')
  for (const klType of [KLType._120Min, KLType._240Min, KLType.Day]) {
    const inHours = (hours: TradingHours) => barsOf(AAPL, klType, hours, nowMs, nowMs - 10 * 86_400_000)
    assert.deepEqual(inHours('ALL'), inHours('RTH'))
  }
})

test('the night before a US trading day is in its K-lines when all hours are asked for', () => {
  const nowMs = Date.parse('2026-11-23T05:00:00-05:00')
  const labels = barsOf(AAPL, KLType._60Min, 'ALL', nowMs, Date.parse('2026-11-20T19:30:00-05:00')).map((bar) =>
    timeText(AAPL.clock.plan.zone, bar.timeMs),
  )
  // After Friday's last hour comes Sunday's first one.
  assert.deepEqual(labels.slice(0, 2), ['2026-11-20 20:00:00', '2026-11-22 21:00:00'])
  assert.equal(labels.at(-1), '2026-11-23 05:00:00')
})

test('the overnight session runs from Sunday to Thursday, and not before a holiday', () => {
  const clock = sessionClock(US_SECURITIES)
  const at = (time: string) => clock.stateAt(Date.parse(time))
  const { OVERNIGHT, AfterHoursEnd } = QotMarketState
  assert.equal(at('2026-11-22T19:59:59-05:00'), AfterHoursEnd, 'Sunday before eight')
  assert.equal(at('2026-11-22T20:00:00-05:00'), OVERNIGHT, 'Sunday')
  assert.equal(at('2026-11-23T03:59:59-05:00'), OVERNIGHT, 'until four on Monday')
  assert.equal(at('2026-11-24T20:00:00-05:00'), OVERNIGHT, 'Tuesday')
  assert.equal(at('2026-11-25T20:00:00-05:00'), AfterHoursEnd, 'the eve of Thanksgiving')
  assert.equal(at('2026-11-26T20:00:00-05:00'), OVERNIGHT, 'the evening of Thanksgiving')
  assert.equal(at('2026-11-20T20:00:00-05:00'), AfterHoursEnd, 'Friday')
  assert.equal(at('2026-11-21T12:00:00-05:00'), AfterHoursEnd, 'Saturday')
  // An index has no other sessions.
  assert.equal(securityOf(market, [11, '.SPX']).clock.stateAt(Date.parse('2026-11-23T21:00:00-05:00')), 6)
})

test('a security without other sessions has the same prints in all hours', () => {
  const nowMs = Date.parse('2026-11-20T14:12:33+08:00')
  for (const sample of [
    [1, '00700'],
    [1, 'HSImain'],
    [11, '.SPX'],
    [11, 'ESmain'],
  ] as const) {
    const security = securityOf(market, sample)
    assert.deepEqual(lastTicks(security, nowMs, 50, 'ALL'), lastTicks(security, nowMs, 50, 'RTH'))
    assert.deepEqual(
      barsOf(security, KLType._5Min, 'ALL', nowMs, nowMs - 86_400_000),
      barsOf(security, KLType._5Min, 'RTH', nowMs, nowMs - 86_400_000),
    )
  }
})

test('a Hong Kong futures night is part of the next day, with its states', () => {
  const clock = sessionClock(HK_FUTURES)
  const at = (time: string) => clock.stateAt(Date.parse(`${time}+08:00`))
  const { FutureDayClose, FutureDayWaitForOpen, NightOpen, NightEnd } = QotMarketState
  assert.deepEqual(
    ['2026-11-19T16:35', '2026-11-19T17:00', '2026-11-19T17:15', '2026-11-20T03:00', '2026-11-20T08:50'].map(at),
    [FutureDayClose, FutureDayWaitForOpen, NightOpen, NightEnd, FutureDayWaitForOpen],
  )
  assert.equal(at('2026-12-24T20:00'), FutureDayClose, 'no night after a half day')
  const security = securityOf(market, [1, 'HSImain'])
  const nightMs = Date.parse('2026-11-19T20:00:00+08:00')
  const [day] = barsOf(security, KLType.Day, 'RTH', nightMs, nightMs - 7 * 86_400_000).slice(-1)
  const prints = ticksBetween(security, Date.parse('2026-11-19T17:00:00+08:00'), nightMs)
  assert.equal(timeText(clock.plan.zone, day?.timeMs ?? 0), '2026-11-20 00:00:00')
  assert.equal(day?.volume, sum(prints.map(({ volume }) => volume)))
})

test('the wider of the two fields counts, and the night alone is not on offer', () => {
  const asked = [
    [undefined, undefined, 'RTH'],
    [true, undefined, 'ETH'],
    [false, Session.RTH, 'RTH'],
    [true, Session.RTH, 'ETH'],
    [false, Session.ETH, 'ETH'],
    [false, Session.ALL, 'ALL'],
    [true, Session.ALL, 'ALL'],
    [true, Session.OVERNIGHT, null],
    [undefined, 9, null],
  ] as const
  for (const [extendedTime, session, hours] of asked) assert.equal(hoursAsked(extendedTime, session), hours)
})

function ticksOf(security: Security, fromMs: number, toMs: number, hours: TradingHours): readonly Tick[] {
  return sessionsIn(hours)
    .flatMap((session) => ticksBetween(security, fromMs, toMs, session))
    .sort((one, other) => one.timeMs - other.timeMs)
}

function barsOf(
  security: Security,
  klType: number,
  hours: TradingHours,
  nowMs: number,
  fromMs: number,
): readonly Bar[] {
  const period = barPeriodOf(klType)
  if (period === null) throw new Error('no such period')
  return barsBetween(security, { period, rehabType: RehabType.None, nowMs, hours }, fromMs, nowMs + 86_400_000, 5000)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
