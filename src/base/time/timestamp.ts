const RFC3339 = /^(\d{4}-\d\d-\d\d)[Tt ]((?:[01]\d|2[0-3]):\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/

/**
 * Unix time in ms of an RFC 3339 timestamp; null for any other text. `Date.parse` alone would read 30 February as
 * 2 March, which would change an expiry without an error.
 */
export function parseTimestamp(text: string): number | null {
  const [, date, time, fraction = '', zone] = RFC3339.exec(text) ?? []
  if (date === undefined || time === undefined || zone === undefined) return null
  if (!isCalendarDate(date)) return null
  const ms = Date.parse(`${date}T${time}${fraction}${zone.toUpperCase()}`)
  return Number.isNaN(ms) ? null : ms
}

/** Whether a `YYYY-MM-DD` date exists: `Date` converts one that does not exist to another date. */
export function isCalendarDate(date: string): boolean {
  const midnightMs = Date.parse(`${date}T00:00:00Z`)
  return !Number.isNaN(midnightMs) && new Date(midnightMs).toISOString().startsWith(date)
}
