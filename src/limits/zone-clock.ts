import { BoundedMap } from '../base/bounded-map.ts'

const MS_PER_MINUTE = 60_000
const MS_PER_DAY = 86_400_000

/**
 * Zones whose clocks are kept. The names come from key files, so they are few; the bound keeps a stream of made-up
 * tokens from filling the memory with formatters.
 */
const MOST_ZONES = 64

const OFFSET_TEXT = /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/

const clocks = new BoundedMap<string, ZoneClock>(MOST_ZONES)

/** The clocks on the walls of one time zone. */
export class ZoneClock {
  /** IANA name. */
  readonly timeZone: string
  readonly #format: Intl.DateTimeFormat
  #cachedMinute = Number.NaN
  #cachedOffsetMs = 0

  constructor(timeZone: string, format: Intl.DateTimeFormat) {
    this.timeZone = timeZone
    this.#format = format
  }

  /** What the clocks show at a Unix time in ms, as ms since 1970-01-01 00:00 on these clocks. */
  localMsAt(utcMs: number): number {
    return utcMs + this.offsetMsAt(utcMs)
  }

  /** Local time minus UTC. */
  offsetMsAt(utcMs: number): number {
    // Clocks are changed at whole minutes of UTC, and nearly every call asks for the present minute.
    const minute = Math.floor(utcMs / MS_PER_MINUTE)
    if (minute !== this.#cachedMinute) {
      this.#cachedOffsetMs = this.#offsetMsAtMinute(minute)
      this.#cachedMinute = minute
    }
    return this.#cachedOffsetMs
  }

  /**
   * The first moment, not before `fromMs`, at which the clocks show `localMs` or later. A time that the spring change
   * skips is the moment of the change; one that the autumn change repeats is the first of the two.
   */
  firstAtLocal(fromMs: number, localMs: number): number {
    for (let atMs = fromMs; ;) {
      const targetMs = localMs - this.offsetMsAt(atMs)
      if (targetMs <= atMs) return atMs
      const changeMs = this.firstChange(atMs, targetMs)
      if (changeMs === null) return targetMs
      atMs = changeMs
    }
  }

  /**
   * When the clocks are changed after `fromMs` and not after `toMs`; null when they are not. For spans of about a
   * day: two changes that undo each other within the span are not seen, and no zone has had such.
   */
  firstChange(fromMs: number, toMs: number): number | null {
    let before = Math.floor(fromMs / MS_PER_MINUTE)
    let after = Math.floor(toMs / MS_PER_MINUTE)
    const offsetMs = this.#offsetMsAtMinute(before)
    if (this.#offsetMsAtMinute(after) === offsetMs) return null
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2)
      if (this.#offsetMsAtMinute(middle) === offsetMs) before = middle
      else after = middle
    }
    return after * MS_PER_MINUTE
  }

  #offsetMsAtMinute(minute: number): number {
    const parts = this.#format.formatToParts(minute * MS_PER_MINUTE)
    const text = parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
    const [whole, sign, hours = '0', minutes = '0', seconds = '0'] = OFFSET_TEXT.exec(text) ?? []
    if (whole === undefined) throw new Error(`no offset from UTC in ${JSON.stringify(text)}`)
    const offsetMs = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
    return sign === '-' ? -offsetMs : offsetMs
  }
}

/** The clock of an IANA zone; null when there is no zone of that name. */
export function zoneClock(timeZone: string): ZoneClock | null {
  const known = clocks.get(timeZone)
  if (known !== undefined) return known
  const format = offsetFormat(timeZone)
  if (format === null) return null
  const clock = new ZoneClock(timeZone, format)
  clocks.set(timeZone, clock)
  return clock
}

/** Days since 1970-01-01 of a local time. */
export function dayNumberOf(localMs: number): number {
  return Math.floor(localMs / MS_PER_DAY)
}

/** `YYYY-MM-DD` of a day number. */
export function dayText(dayNumber: number): string {
  return new Date(dayNumber * MS_PER_DAY).toISOString().slice(0, 10)
}

/** 00:00 of a day number, as a local time. */
export function midnightOf(dayNumber: number): number {
  return dayNumber * MS_PER_DAY
}

/** Minutes since local midnight. */
export function minuteOfDay(localMs: number): number {
  return Math.floor((localMs - midnightOf(dayNumberOf(localMs))) / MS_PER_MINUTE)
}

function offsetFormat(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}
