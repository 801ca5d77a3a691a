import { BoundedMap } from './bounded-map.ts'
import type { TimeZone } from './time-zone.ts'

const MS_PER_MINUTE = 60_000

/**
 * Zones whose clocks are kept. The names come from key files, so they are few; the bound keeps a stream of made-up
 * tokens from filling the memory with formatters.
 */
const MOST_ZONES = 64

const OFFSET_TEXT = /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/

const clocks = new BoundedMap<string, ZoneClock>(MOST_ZONES)

/** A time zone by the runtime's own zone data. */
export class ZoneClock implements TimeZone {
  /** IANA name. */
  readonly name: string
  readonly #format: Intl.DateTimeFormat
  #cachedMinute = Number.NaN
  #cachedOffsetMs = 0

  constructor(name: string, format: Intl.DateTimeFormat) {
    this.name = name
    this.#format = format
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

function offsetFormat(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}
