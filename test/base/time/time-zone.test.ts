import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { epochDayOf } from '../../../src/base/time/civil-date.ts'
import { firstAtLocal, localMomentOf, timeText, type TimeZone, utcMsOf } from '../../../src/base/time/time-zone.ts'
import { zoneClock } from '../../../src/base/time/zone-clock.ts'
import { HONG_KONG, NEW_YORK, SHANGHAI } from '../../../src/simulator/market/exchange-zones.ts'
import { nearClockChange, wallClock } from '../../limits/wall-clock.ts'

const MS_PER_HOUR = 3_600_000

function clockOf(name: string): TimeZone {
  return zoneClock(name) ?? assert.fail(`no zone ${name}`)
}

test('the zones of the simulated exchanges agree with the zones of the runtime', () => {
  // From 2007 on: the rule that New York has now.
  const moment = fc.integer({ min: Date.UTC(2007, 0, 1), max: Date.UTC(2037, 0, 1) })
  fc.assert(
    fc.property(fc.constantFrom(HONG_KONG, SHANGHAI, NEW_YORK), moment, (zone, utcMs) => {
      assert.equal(zone.offsetMsAt(utcMs), clockOf(zone.name).offsetMsAt(utcMs))
    }),
  )
})

test('a moment shows what a wall clock shows, and that time leads back to it, or to its first occurrence', () => {
  fc.assert(
    fc.property(nearClockChange(), ({ timeZone, atMs }) => {
      const zone = clockOf(timeZone)
      const { epochDay, msOfDay } = localMomentOf(zone, atMs)
      const shown = wallClock(timeZone, atMs)
      assert.equal(timeText(zone, atMs).slice(0, 10), shown.day)
      assert.equal(Math.floor(msOfDay / 60_000), shown.minute)
      const first = utcMsOf(zone, epochDay, msOfDay)
      assert.ok(first <= atMs && atMs - first <= MS_PER_HOUR)
      assert.deepEqual(localMomentOf(zone, first), { epochDay, msOfDay })
      assert.equal(firstAtLocal(zone, atMs, epochDay, msOfDay), atMs)
    }),
  )
})

for (const zone of [NEW_YORK, clockOf('America/New_York')]) {
  const kind = zone === NEW_YORK ? 'by rule' : 'of the runtime'
  test(`a skipped time is the moment of the change, a repeated one the first of the two (${kind})`, () => {
    const at = (month: number, day: number, hour: number): string =>
      new Date(utcMsOf(zone, epochDayOf(2026, month, day), hour * MS_PER_HOUR)).toISOString().slice(0, 16)
    assert.equal(at(3, 8, 2.5), '2026-03-08T07:00')
    assert.equal(at(3, 8, 3), '2026-03-08T07:00')
    assert.equal(at(11, 1, 1.5), '2026-11-01T05:30')
    assert.equal(at(11, 1, 2), '2026-11-01T07:00')
  })
}
