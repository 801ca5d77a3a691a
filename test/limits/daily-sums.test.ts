import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DailySums } from '../../src/limits/daily-sums.ts'
import { zoneClock } from '../../src/base/time/zone-clock.ts'
import { nearClockChange, wallClock } from './wall-clock.ts'

const MINUTE_MS = 60_000

test('a day starts when the date on the wall changes, also where 00:00 is skipped or 23:00 comes twice', () => {
  fc.assert(
    fc.property(nearClockChange(), ({ timeZone, atMs }) => {
      const sums = sumsIn(timeZone)
      const { day } = wallClock(timeZone, atMs)
      let nextMs = Math.ceil((atMs + 1) / MINUTE_MS) * MINUTE_MS
      while (wallClock(timeZone, nextMs).day === day) nextMs += MINUTE_MS
      assert.equal(sums.dayAt(atMs), day)
      assert.equal(sums.nextDayMs(atMs), nextMs)
      assert.equal(sums.dayAt(nextMs - 1), day)
      assert.equal(sums.dayAt(nextMs), wallClock(timeZone, nextMs).day)
    }),
    { numRuns: 300 },
  )
})

test('every sum is that of its own day and currency, and what is given back goes to the day it came from', () => {
  const event = fc.record({
    afterMs: fc.oneof(fc.constantFrom(0, 1), fc.integer({ min: 0, max: 8 * 3_600_000 })),
    currency: fc.constantFrom('HKD', 'USD'),
    value: fc.bigInt({ min: 0n, max: 1000n }),
    givenBackLaterMs: fc.option(fc.integer({ min: 0, max: 12 * 3_600_000 })),
  })
  fc.assert(
    fc.property(nearClockChange(), fc.array(event, { maxLength: 12 }), ({ timeZone, atMs }, events) => {
      const sums = sumsIn(timeZone)
      const actions: { atMs: number; run: () => void }[] = []
      const model = new Map<string, bigint>()
      const move = (day: string, currency: string, by: bigint): void => {
        model.set(`${day} ${currency}`, (model.get(`${day} ${currency}`) ?? 0n) + by)
      }
      let nowMs = atMs
      for (const { afterMs, currency, value, givenBackLaterMs } of events) {
        const takenMs = (nowMs += afterMs)
        const { day } = wallClock(timeZone, takenMs)
        actions.push({
          atMs: takenMs,
          run: () => {
            sums.add(takenMs, currency, value)
            move(day, currency, value)
          },
        })
        if (givenBackLaterMs === null) continue
        actions.push({
          atMs: takenMs + givenBackLaterMs,
          run: () => {
            sums.takeBack(takenMs, currency, value)
            move(day, currency, -value)
          },
        })
      }
      for (const action of actions.toSorted((a, b) => a.atMs - b.atMs)) {
        action.run()
        for (const currency of ['HKD', 'USD']) {
          const expected = model.get(`${wallClock(timeZone, action.atMs).day} ${currency}`) ?? 0n
          assert.equal(sums.sumAt(action.atMs, currency), expected)
        }
      }
    }),
    { numRuns: 200 },
  )
})

test('a value given back after midnight does not make room in the new day', () => {
  const sums = sumsIn('Asia/Hong_Kong')
  const midnightMs = Date.UTC(2026, 4, 5, 16)
  sums.add(midnightMs - 1, 'HKD', 700n)
  sums.add(midnightMs, 'HKD', 500n)
  sums.takeBack(midnightMs - 1, 'HKD', 700n)
  assert.equal(sums.sumAt(midnightMs, 'HKD'), 500n)
  assert.equal(sums.sumAt(midnightMs - 1, 'HKD'), 0n)
})

test('giving back more than a day was restored with leaves nothing, not less', () => {
  const sums = sumsIn('UTC')
  const todayMs = Date.UTC(2026, 4, 5, 12)
  sums.add(todayMs, 'HKD', 5n)
  sums.takeBack(todayMs, 'HKD', 7n)
  assert.equal(sums.sumAt(todayMs, 'HKD'), 0n)
})

test('a clock that was wrong by years and comes back finds the sums of today', () => {
  const sums = sumsIn('UTC')
  const todayMs = Date.UTC(2026, 4, 5, 12)
  sums.add(todayMs, 'HKD', 5n)
  for (const year of [2031, 2035, 2001, 1999]) {
    sums.add(Date.UTC(year, 0), 'HKD', 9n)
    assert.equal(sums.sumAt(Date.UTC(year, 0), 'HKD'), 9n)
    sums.add(todayMs, 'HKD', 1n)
  }
  assert.equal(sums.sumAt(todayMs, 'HKD'), 9n)
})

function sumsIn(timeZone: string): DailySums {
  const clock = zoneClock(timeZone)
  assert.ok(clock !== null)
  return new DailySums(clock)
}
