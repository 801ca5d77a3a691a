import { BoundedMap } from '../collections/bounded-map.ts'
import type { TimeZone } from './time-zone.ts'

const MS_PER_MINUTE = 60_000

/**
 * Maximum number of cached zones. The names come from key files, so they are few. The bound keeps invented tokens from
 * filling the memory with formatters.
 */
const MAX_ZONES = 64

const OFFSET_TEXT = /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/

const clocks = new BoundedMap<string, ZoneClock>(MAX_ZONES)

/** A time zone with the offsets of the runtime's zone data. */
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
    // Offsets change at whole minutes of UTC, and nearly every call is for the current minute.
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
    if (whole === undefined) throw new Error(`${JSON.stringify(text)} is not an offset from UTC`)
    const offsetMs = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
    return sign === '-' ? -offsetMs : offsetMs
  }
}

/** The clock of an IANA zone; null for an unknown name. */
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
