import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { QotMarketState } from '../../../proto/enums.ts'
import { dateText } from '../../../src/base/time/civil-date.ts'
import { sessionClock } from '../../../src/simulator/market/session-clock.ts'
import {
  alwaysOpen,
  CN_SECURITIES,
  HK_FUTURES,
  HK_SECURITIES,
  US_FUTURES,
  US_SECURITIES,
  type SessionPlan,
} from '../../../src/simulator/market/session-plan.ts'

const PLANS = { HK_SECURITIES, US_SECURITIES, CN_SECURITIES, HK_FUTURES, US_FUTURES }

/** Exchange, moment with its own offset, state of the market then. */
const STATES: readonly (readonly [keyof typeof PLANS, string, keyof typeof QotMarketState])[] = [
  ['HK_SECURITIES', '2026-11-20T08:59:59+08:00', 'Closed'],
  ['HK_SECURITIES', '2026-11-20T09:10:00+08:00', 'Auction'],
  ['HK_SECURITIES', '2026-11-20T09:25:00+08:00', 'WaitingOpen'],
  ['HK_SECURITIES', '2026-11-20T09:30:00+08:00', 'Morning'],
  ['HK_SECURITIES', '2026-11-20T12:00:00+08:00', 'Rest'],
  ['HK_SECURITIES', '2026-11-20T13:00:00+08:00', 'Afternoon'],
  ['HK_SECURITIES', '2026-11-20T16:00:00+08:00', 'HkCas'],
  ['HK_SECURITIES', '2026-11-20T16:10:00+08:00', 'Closed'],
  ['HK_SECURITIES', '2026-11-21T10:00:00+08:00', 'Closed'],
  ['HK_SECURITIES', '2026-12-24T13:30:00+08:00', 'Closed'],
  ['HK_SECURITIES', '2026-12-25T10:00:00+08:00', 'Closed'],
  ['CN_SECURITIES', '2026-11-20T11:30:00+08:00', 'Rest'],
  ['CN_SECURITIES', '2026-11-20T14:59:59+08:00', 'Afternoon'],
  ['US_SECURITIES', '2026-11-20T04:00:00-05:00', 'PreMarketBegin'],
  ['US_SECURITIES', '2026-11-20T09:30:00-05:00', 'Afternoon'],
  ['US_SECURITIES', '2026-11-20T16:00:00-05:00', 'AfterHoursBegin'],
  ['US_SECURITIES', '2026-11-20T20:00:00-05:00', 'AfterHoursEnd'],
  ['US_SECURITIES', '2026-07-06T09:30:00-04:00', 'Afternoon'],
  ['US_SECURITIES', '2026-11-27T13:00:00-05:00', 'AfterHoursBegin'],
  ['HK_FUTURES', '2026-11-20T09:20:00+08:00', 'FutureDayOpen'],
  ['HK_FUTURES', '2026-11-20T12:30:00+08:00', 'FutureDayBreak'],
  ['HK_FUTURES', '2026-11-20T18:00:00+08:00', 'NightOpen'],
  ['HK_FUTURES', '2026-11-21T02:59:00+08:00', 'NightOpen'],
  ['HK_FUTURES', '2026-11-21T03:00:00+08:00', 'NightEnd'],
  ['US_FUTURES', '2026-11-22T18:00:00-05:00', 'FutureOpen'],
  ['US_FUTURES', '2026-11-20T17:30:00-05:00', 'FutureClose'],
  ['US_FUTURES', '2026-11-21T12:00:00-05:00', 'FutureClose'],
]

test('each exchange is in its state at every hour', () => {
  for (const [plan, time, state] of STATES) {
    assert.equal(sessionClock(PLANS[plan]).stateAt(Date.parse(time)), QotMarketState[state], `${plan} ${time}`)
  }
})

test('New York opens at 13:30 UTC in summer and at 14:30 UTC in winter', () => {
  const clock = sessionClock(US_SECURITIES)
  const opens = ['2026-03-06', '2026-03-09', '2026-10-30', '2026-11-02'].map((date) => {
    const dayIndex = clock.calendar.indexAtOrBefore(Math.floor(Date.parse(date) / 86_400_000))
    return new Date(clock.sessionsOf(dayIndex).regular.startMs).toISOString()
  })
  assert.deepEqual(opens, [
    '2026-03-06T14:30:00.000Z',
    '2026-03-09T13:30:00.000Z',
    '2026-10-30T13:30:00.000Z',
    '2026-11-02T14:30:00.000Z',
  ])
})

test("Friday's futures night session belongs to Monday", () => {
  const clock = sessionClock(HK_FUTURES)
  const dayIndex = clock.dayIndexAt(Date.parse('2026-11-20T18:00:00+08:00'))
  assert.equal(dateText(clock.calendar.dayAt(dayIndex)), '2026-11-23')
  assert.equal(clock.sessionsOf(dayIndex).regular.length, 585 + 165 + 210)
})

test('a half day ends at noon in Hong Kong and has no night session after it', () => {
  const clock = sessionClock(HK_SECURITIES)
  const eve = clock.dayIndexAt(Date.parse('2026-12-24T10:00:00+08:00'))
  assert.equal(clock.sessionsOf(eve).regular.length, 150)
  const futures = sessionClock(HK_FUTURES)
  const after = futures.dayIndexAt(Date.parse('2026-12-28T10:00:00+08:00'))
  assert.equal(futures.sessionsOf(after).regular.length, 165 + 210)
})

test('minutes are numbered across the breaks, and every moment finds its minute', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<SessionPlan>(...Object.values(PLANS)),
      fc.integer({ min: 10, max: 11_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.integer({ min: 0, max: 59_999 }),
      (plan, dayIndex, part, ms) => {
        const clock = sessionClock(plan)
        const grid = clock.sessionsOf(dayIndex).regular
        const minute = Math.floor(part * grid.length)
        assert.equal(grid.minuteAt(grid.minuteStartMs(minute) + ms), minute)
        assert.equal(clock.dayIndexAt(grid.minuteStartMs(minute) + ms), dayIndex)
        assert.notEqual(clock.stretchAt(grid.minuteStartMs(minute) + ms), null)
      },
    ),
  )
})

test('sessions of one exchange never overlap', () => {
  for (const plan of [...Object.values(PLANS), alwaysOpen(US_SECURITIES)]) {
    const clock = sessionClock(plan)
    for (let dayIndex = 5800; dayIndex < 6700; dayIndex++) {
      const today = clock.sessionsOf(dayIndex)
      const tomorrow = clock.sessionsOf(dayIndex + 1)
      const { overnight, preMarket, regular, afterMarket } = tomorrow
      let end = (today.afterMarket ?? today.regular).endMs
      for (const grid of [overnight, preMarket, regular, afterMarket]) {
        if (grid === null) continue
        assert.ok(end <= grid.startMs, `${plan.calendar} ${dayIndex}`)
        end = grid.endMs
      }
    }
  }
})

test('the next open is the start of a stretch, and nothing trades before it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<SessionPlan>(HK_SECURITIES, CN_SECURITIES, US_SECURITIES),
      fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2030-01-01') }),
      (plan, nowMs) => {
        const clock = sessionClock(plan)
        const nextMs = clock.nextOpenMs(nowMs) ?? 0
        assert.ok(nextMs > nowMs)
        const before = clock.stateAt(nextMs - 1)
        assert.notEqual(clock.stateAt(nextMs), before)
      },
    ),
  )
})
