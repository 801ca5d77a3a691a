import { clockText, dateText } from './civil-date.ts'

const MS_PER_MINUTE = 60_000
const MS_PER_DAY = 86_400_000

/** A time zone. `ZoneClock` takes the offsets from the runtime, the simulator from rules. */
export interface TimeZone {
  /** IANA name. */
  readonly name: string
  /** Local time minus UTC at that moment, ms. It changes at whole minutes of UTC. */
  offsetMsAt(utcMs: number): number
}

/** A local date and time of day. */
export interface LocalMoment {
  /** Days since 1970-01-01, see `civil-date.ts`. */
  readonly epochDay: number
  readonly msOfDay: number
}

/** The local date and time in a zone at a moment. */
export function localMomentOf(zone: TimeZone, utcMs: number): LocalMoment {
  const localMs = utcMs + zone.offsetMsAt(utcMs)
  const epochDay = Math.floor(localMs / MS_PER_DAY)
  return { epochDay, msOfDay: localMs - epochDay * MS_PER_DAY }
}

/**
 * The present day in a zone, in days since 1970-01-01. Without a zone, the earliest or the latest date in any time zone,
 * so that a period between the two contains the day of every zone.
 */
export function dayIn(zone: TimeZone | null, utcMs: number, side: 'first' | 'last'): number {
  if (zone !== null) return localMomentOf(zone, utcMs).epochDay
  return Math.floor((utcMs + (side === 'first' ? -12 : 14) * 60 * MS_PER_MINUTE) / MS_PER_DAY)
}

/**
 * The moment of a local date and time in a zone. For a time that the spring change skips, it is the moment of the
 * change; for a time that the autumn change repeats, it is the first of the two.
 */
export function utcMsOf(zone: TimeZone, epochDay: number, msOfDay: number): number {
  // No zone is a day ahead of UTC, so the search starts before the moment.
  return firstAtLocal(zone, (epochDay - 1) * MS_PER_DAY + msOfDay, epochDay, msOfDay)
}

/** The first moment from `fromMs` on at which the local time is that time or a later one. */
export function firstAtLocal(zone: TimeZone, fromMs: number, epochDay: number, msOfDay: number): number {
  const localMs = epochDay * MS_PER_DAY + msOfDay
  for (let atMs = fromMs; ;) {
    const targetMs = localMs - zone.offsetMsAt(atMs)
    if (targetMs <= atMs) return atMs
    const changeMs = firstChange(zone, atMs, targetMs)
    if (changeMs === null) return targetMs
    atMs = changeMs
  }
}

/**
 * The first change of the offset after `fromMs` and up to `toMs`; null when it does not change. Use it for spans of
 * about a day: it does not detect two changes that cancel each other within the span, which no zone has had.
 */
export function firstChange(zone: TimeZone, fromMs: number, toMs: number): number | null {
  let before = Math.floor(fromMs / MS_PER_MINUTE)
  let after = Math.floor(toMs / MS_PER_MINUTE)
  const offsetMs = zone.offsetMsAt(before * MS_PER_MINUTE)
  if (zone.offsetMsAt(after * MS_PER_MINUTE) === offsetMs) return null
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (zone.offsetMsAt(middle * MS_PER_MINUTE) === offsetMs) before = middle
    else after = middle
  }
  return after * MS_PER_MINUTE
}

/** `YYYY-MM-DD HH:MM:SS` in local time: OpenD's form of every time string. */
export function timeText(zone: TimeZone, utcMs: number): string {
  const { epochDay, msOfDay } = localMomentOf(zone, utcMs)
  return `${cachedDateText(epochDay)} ${clockText(Math.floor(msOfDay / 1000))}`
}

let lastEpochDay = Number.NaN
let lastDateText = ''

/** Caches the last day, which nearly all calls use. */
function cachedDateText(epochDay: number): string {
  if (epochDay !== lastEpochDay) {
    lastDateText = dateText(epochDay)
    lastEpochDay = epochDay
  }
  return lastDateText
}
