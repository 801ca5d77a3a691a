import fc from 'fast-check'

const QUARTER_MS = 900_000
const formats = new Map<string, Intl.DateTimeFormat>()
const quarters = new Map<string, { day: string; minute: number }>()

/** Moments at which the clocks of a zone are changed in 2026, and zones without such. */
export const CLOCK_CHANGES: readonly (readonly [string, number])[] = [
  ['America/New_York', Date.UTC(2026, 2, 8, 7)],
  ['America/New_York', Date.UTC(2026, 10, 1, 6)],
  ['Europe/London', Date.UTC(2026, 2, 29, 1)],
  ['Europe/London', Date.UTC(2026, 9, 25, 1)],
  // Half an hour, not a whole one.
  ['Australia/Lord_Howe', Date.UTC(2026, 3, 4, 15)],
  ['Australia/Lord_Howe', Date.UTC(2026, 9, 3, 15, 30)],
  // At midnight: one day has no 00:00, another has 23:00 twice.
  ['Africa/Cairo', Date.UTC(2026, 3, 23, 22)],
  ['Africa/Cairo', Date.UTC(2026, 9, 29, 21)],
  ['Asia/Hong_Kong', Date.UTC(2026, 2, 8, 16)],
  ['Asia/Kolkata', Date.UTC(2026, 2, 8, 18, 30)],
  ['UTC', Date.UTC(2026, 11, 31)],
]

/** A zone and a moment near a change of its clocks, or near its midnight where it has none. */
export function nearClockChange(): fc.Arbitrary<{ readonly timeZone: string; readonly atMs: number }> {
  const around = fc.oneof(
    fc.integer({ min: -48 * 60, max: 30 * 60 }).map((minutes) => minutes * 60_000),
    fc.integer({ min: -2 * 3_600_000, max: 2 * 3_600_000 }),
  )
  return fc
    .tuple(fc.constantFrom(...CLOCK_CHANGES), around)
    .map(([[timeZone, changeMs], offsetMs]) => ({ timeZone, atMs: changeMs + offsetMs }))
}

/** What a wall clock shows, read from the runtime's own calendar text: `YYYY-MM-DD` and the minute of that day. */
export function wallClock(timeZone: string, atMs: number): { readonly day: string; readonly minute: number } {
  // Clocks are changed on the quarter of an hour, so within one they only tick.
  const quarterMs = Math.floor(atMs / QUARTER_MS) * QUARTER_MS
  const key = `${timeZone} ${quarterMs}`
  let quarter = quarters.get(key)
  if (quarter === undefined) {
    quarter = readClock(timeZone, quarterMs)
    quarters.set(key, quarter)
  }
  return { day: quarter.day, minute: quarter.minute + Math.floor((atMs - quarterMs) / 60_000) }
}

function readClock(timeZone: string, atMs: number): { day: string; minute: number } {
  let format = formats.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
    formats.set(timeZone, format)
  }
  const [day = '', time = ''] = format.format(atMs).split(' ')
  const [hour, minute] = time.split(':').map(Number)
  return { day, minute: Number(hour) * 60 + Number(minute) }
}
