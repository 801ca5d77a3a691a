import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { civilDateOf, dateText, epochDayOf, parseLocalTime, weekdayOf } from '../../../src/base/time/civil-date.ts'
import { timeText, utcMsOf } from '../../../src/base/time/time-zone.ts'
import { NEW_YORK } from '../../../src/simulator/market/exchange-zones.ts'
import { tradingCalendar, type CalendarName } from '../../../src/simulator/market/trading-calendar.ts'

const MS_PER_DAY = 86_400_000

test('dates agree with the calendar of the platform', () => {
  fc.assert(
    fc.property(fc.integer({ min: -100_000, max: 100_000 }), (epochDay) => {
      const date = new Date(epochDay * MS_PER_DAY)
      const { year, month, day } = civilDateOf(epochDay)
      assert.deepEqual([year, month, day], [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()])
      assert.equal(weekdayOf(epochDay), date.getUTCDay())
      assert.equal(epochDayOf(year, month, day), epochDay)
    }),
  )
})

test('New York time agrees with the time zone database, changes of the clock included', () => {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'America/New_York',
    dateStyle: 'short',
    timeStyle: 'medium',
  })
  fc.assert(
    fc.property(fc.date({ min: new Date('1990-01-01'), max: new Date('2045-12-31'), noInvalidDate: true }), (date) => {
      assert.equal(timeText(NEW_YORK, date.getTime()), format.format(date))
    }),
    { numRuns: 500 },
  )
})

test('a New York wall clock time leads back to its moment', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: epochDayOf(2000, 1, 1), max: epochDayOf(2045, 1, 1) }),
      // The hour around the changes at 2:00 is ambiguous or missing; sessions are never there.
      fc.integer({ min: 4 * 3600, max: 24 * 3600 - 1 }),
      (epochDay, second) => {
        const utcMs = utcMsOf(NEW_YORK, epochDay, second * 1000)
        const read = parseLocalTime(timeText(NEW_YORK, utcMs))
        assert.deepEqual(read, { epochDay, secondOfDay: second })
      },
    ),
  )
})

test('what is no date is not read as one', () => {
  for (const text of ['', '2026-02-30', '2026-13-01', '20261120', '2026-11-20 25:00:00', '2026-11-20T09:30']) {
    assert.equal(parseLocalTime(text), null, text)
  }
})

/** Weekdays without trading, and half days marked with h, as the exchanges published them. */
const PUBLISHED: readonly (readonly [CalendarName, number, string])[] = [
  [
    'hk',
    2025,
    '01-01 01-28h 01-29 01-30 01-31 04-04 04-18 04-21 05-01 05-05 07-01 10-01 10-07 10-29 12-24h 12-25 12-26 12-31h',
  ],
  [
    'hk',
    2026,
    '01-01 02-16h 02-17 02-18 02-19 04-03 04-06 04-07 05-01 05-25 06-19 07-01 10-01 10-19 12-24h 12-25 12-31h',
  ],
  ['us', 2026, '01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 11-27h 12-24h 12-25'],
  ['us', 2025, '01-01 01-09 01-20 02-17 04-18 05-26 06-19 07-03h 07-04 09-01 11-27 11-28h 12-24h 12-25'],
  ['us', 2022, '01-17 02-21 04-15 05-30 06-20 07-04 09-05 11-24 11-25h 12-26'],
]

for (const [name, year, published] of PUBLISHED) {
  test(`the ${name} calendar of ${year} is the published one`, () => {
    const calendar = tradingCalendar(name)
    const found: string[] = []
    for (let day = epochDayOf(year, 1, 1); day < epochDayOf(year + 1, 1, 1); day++) {
      if (weekdayOf(day) === 0 || weekdayOf(day) === 6) assert.ok(!calendar.isTradingDay(day))
      else if (!calendar.isTradingDay(day)) found.push(dateText(day).slice(5))
      else if (calendar.isHalfDay(calendar.indexAtOrBefore(day))) found.push(`${dateText(day).slice(5)}h`)
    }
    assert.equal(found.join(' '), published)
  })
}

test('mainland China rests over the Lunar New Year, Labour Day and the National Day', () => {
  const calendar = tradingCalendar('cn')
  for (const date of [
    '2026-02-16',
    '2026-02-17',
    '2026-02-20',
    '2026-05-01',
    '2026-05-05',
    '2026-10-01',
    '2026-10-07',
  ]) {
    assert.ok(!calendar.isTradingDay(parseLocalTime(date)?.epochDay ?? 0), date)
  }
  assert.ok(calendar.isTradingDay(epochDayOf(2026, 3, 2)))
})

test('trading days are numbered without gaps', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<CalendarName>('hk', 'us', 'cn', 'every day'),
      fc.integer({ min: 1, max: 11_000 }),
      (name, index) => {
        const calendar = tradingCalendar(name)
        const day = calendar.dayAt(index)
        assert.equal(calendar.indexAtOrBefore(day), index)
        assert.equal(calendar.indexAtOrAfter(day), index)
        assert.equal(calendar.indexAtOrBefore(day - 1), index - 1)
        assert.equal(calendar.indexAtOrAfter(calendar.dayAt(index - 1) + 1), index)
      },
    ),
  )
})
