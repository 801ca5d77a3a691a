import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TradingWindow } from '../../../src/limits/market/trading-window.ts'
import { zoneClock, type ZoneClock } from '../../../src/base/time/zone-clock.ts'
import { nearClockChange, wallClock } from '../wall-clock.ts'

const MINUTE_MS = 60_000

/** Half of the windows lie where clocks are changed, the others anywhere. */
const minuteOfDay = fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 1439 }))

test('open exactly while the clock on the wall is in the window, start included and end excluded', () => {
  fc.assert(
    fc.property(nearClockChange(), minuteOfDay, minuteOfDay, ({ timeZone, atMs }, start, end) => {
      fc.pre(start !== end)
      const hours = hoursOf(start, end, timeZone)
      assert.equal(hours.isOpenAt(atMs), isInside(start, end, wallClock(timeZone, atMs).minute))
    }),
    { numRuns: 500 },
  )
})

test('the next opening is the first open minute, across midnight and every change of the clocks', () => {
  fc.assert(
    fc.property(nearClockChange(), minuteOfDay, minuteOfDay, ({ timeZone, atMs }, start, end) => {
      fc.pre(start !== end)
      const hours = hoursOf(start, end, timeZone)
      const openingMs = hours.nextOpeningMs(atMs)
      assert.equal(openingMs, firstOpenMinute(start, end, timeZone, atMs))
    }),
    { numRuns: 500 },
  )
})

test('the answer does not depend on what was asked before', () => {
  const moments = fc.array(fc.integer({ min: -40 * 60, max: 40 * 60 }), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(nearClockChange(), minuteOfDay, minuteOfDay, moments, ({ timeZone, atMs }, start, end, minutes) => {
      fc.pre(start !== end)
      const hours = hoursOf(start, end, timeZone)
      for (const minute of minutes) {
        const askedMs = atMs + minute * MINUTE_MS
        assert.equal(hours.nextOpeningMs(askedMs), firstOpenMinute(start, end, timeZone, askedMs))
      }
    }),
    { numRuns: 200 },
  )
})

test('the hour that New York skips in spring does not open that day', () => {
  const hours = parsed('02:00-03:00', 'America/New_York')
  const beforeMs = Date.UTC(2026, 2, 8, 6, 30)
  assert.equal(hours.isOpenAt(Date.UTC(2026, 2, 8, 7)), false)
  assert.equal(hours.nextOpeningMs(beforeMs), Date.UTC(2026, 2, 9, 6))
})

test('the hour that New York repeats in autumn opens twice', () => {
  const hours = parsed('01:00-01:30', 'America/New_York')
  assert.equal(hours.isOpenAt(Date.UTC(2026, 10, 1, 5, 10)), true)
  assert.equal(hours.nextOpeningMs(Date.UTC(2026, 10, 1, 5, 40)), Date.UTC(2026, 10, 1, 6))
})

test('a window across midnight is open on both sides of it', () => {
  const hours = parsed('22:00-04:00', 'Asia/Hong_Kong')
  const midnightMs = Date.UTC(2026, 4, 5, 16)
  assert.equal(hours.isOpenAt(midnightMs - 2 * 60 * MINUTE_MS), true)
  assert.equal(hours.isOpenAt(midnightMs - 2 * 60 * MINUTE_MS - 1), false)
  assert.equal(hours.isOpenAt(midnightMs + 4 * 60 * MINUTE_MS - 1), true)
  assert.equal(hours.isOpenAt(midnightMs + 4 * 60 * MINUTE_MS), false)
})

test('a window that could mean anything is not read', () => {
  const clock = clockOf('UTC')
  for (const text of ['', '9:30-16:00', '09:30-24:00', '09:30 - 16:00', '09:30-16:00 ', '09:60-16:00', '09:30-09:30']) {
    assert.equal(TradingWindow.parse(text, clock), null, text)
  }
})

function hoursOf(start: number, end: number, timeZone: string): TradingWindow {
  return parsed(`${clockText(start)}-${clockText(end)}`, timeZone)
}

function parsed(window: string, timeZone: string): TradingWindow {
  const hours = TradingWindow.parse(window, clockOf(timeZone))
  assert.ok(hours !== null)
  return hours
}

function clockOf(timeZone: string): ZoneClock {
  const clock = zoneClock(timeZone)
  assert.ok(clock !== null)
  return clock
}

function firstOpenMinute(start: number, end: number, timeZone: string, fromMs: number): number {
  if (isInside(start, end, wallClock(timeZone, fromMs).minute)) return fromMs
  const firstMs = Math.ceil(fromMs / MINUTE_MS) * MINUTE_MS
  for (let atMs = firstMs; atMs < firstMs + 50 * 60 * MINUTE_MS; atMs += MINUTE_MS) {
    if (isInside(start, end, wallClock(timeZone, atMs).minute)) return atMs
  }
  throw new Error('no opening within two days')
}

function isInside(start: number, end: number, minute: number): boolean {
  for (let open = start; open !== end; open = (open + 1) % 1440) if (open === minute) return true
  return false
}

function clockText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}
