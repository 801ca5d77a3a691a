import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Session, SubType } from '../../proto/enums.ts'
import { EXTENDED_TIME, sessionOptions } from '../../src/subscriptions/subscription-options.ts'
import { hasHours, hoursIn, isInHours, widestStreams } from '../../src/subscriptions/trading-hours.ts'

test('the hours of a subscription are the wider of its two options', () => {
  const hours = (session: number, flag = 0) => hoursIn((sessionOptions(session) ?? 0) | flag)
  assert.equal(hours(Session.NONE), 'RTH')
  assert.equal(hours(Session.RTH), 'RTH')
  assert.equal(hours(Session.RTH, EXTENDED_TIME), 'ETH')
  assert.equal(hours(Session.ETH), 'ETH')
  assert.equal(hours(Session.ALL), 'ALL')
  assert.equal(hours(Session.ALL, EXTENDED_TIME), 'ALL')
})

test('only ticks, points and short K-lines of US stocks and funds have hours', () => {
  assert.ok(hasHours(`${SubType.Ticker}:11_AAPL`))
  assert.ok(hasHours(`${SubType.RT}:11_BRK.B`))
  assert.ok(hasHours(`${SubType.KL_60Min}:11_SPY`))
  for (const [subType, secKey] of [
    [SubType.Basic, '11_AAPL'],
    [SubType.OrderBook, '11_AAPL'],
    [SubType.KL_120Min, '11_AAPL'],
    [SubType.KL_Day, '11_AAPL'],
    [SubType.Ticker, '1_00700'],
    // Futures trade at night in their only session, options and indexes have no other one.
    [SubType.Ticker, '11_ESmain'],
    [SubType.Ticker, '11_ES2612'],
    [SubType.Ticker, '11_AAPL261218C200000'],
    [SubType.Ticker, '11_.SPX'],
  ] as const) {
    assert.ok(!hasHours(`${subType}:${secKey}`), `${subType}:${secKey}`)
  }
})

test('an item belongs to the hours of its time; a bar has the time of its end', () => {
  const at = (clock: string, hours: 'RTH' | 'ETH' | 'ALL', isEnd = false) =>
    isInHours(`2026-11-20 ${clock}`, hours, isEnd)
  assert.deepEqual(
    ['09:29:59', '09:30:00', '16:00:00.500', '16:00:01'].map((clock) => at(clock, 'RTH')),
    [false, true, true, false],
  )
  assert.deepEqual(
    ['09:30:00', '09:31:00', '16:00:00', '16:01:00'].map((clock) => at(clock, 'RTH', true)),
    [false, true, true, false],
  )
  assert.deepEqual(
    ['03:59:59', '04:00:00', '19:59:59', '20:00:00'].map((clock) => at(clock, 'ETH')),
    [false, true, true, false],
  )
  assert.deepEqual(
    ['04:00:00', '04:01:00', '20:00:00', '20:01:00'].map((clock) => at(clock, 'ETH', true)),
    [false, true, true, false],
  )
  assert.ok(at('02:00:00', 'ALL') && at('02:00:00', 'ALL', true))
})

test('a socket whose caller also subscribed narrower hours gets each push once', () => {
  assert.deepEqual(
    widestStreams(['4:11_AAPL', '4:11_AAPL@ETH', '11:11_AAPL:1@ALL', '11:11_AAPL:1@ETH', '1:11_AAPL', 'notify']),
    new Set(['4:11_AAPL@ETH', '11:11_AAPL:1@ALL', '1:11_AAPL', 'notify']),
  )
})
