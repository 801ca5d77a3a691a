import { clockText, dateText } from './civil-date.ts'

const MS_PER_MINUTE = 60_000
const MS_PER_DAY = 86_400_000

/** A time zone. Where the offsets come from is its own affair: `ZoneClock` asks the runtime, the simulator has rules. */
export interface TimeZone {
  /** IANA name. */
  readonly name: string
  /** Local time minus UTC at that moment, ms. It changes at whole minutes of UTC. */
  offsetMsAt(utcMs: number): number
}

/** What the calendar and the clock on a wall show. */
export interface LocalMoment {
  /** Days since 1970-01-01, see `civil-date.ts`. */
  readonly epochDay: number
  readonly msOfDay: number
}

/** What they show in that zone at that moment. */
export function localMomentOf(zone: TimeZone, utcMs: number): LocalMoment {
  const localMs = utcMs + zone.offsetMsAt(utcMs)
  const epochDay = Math.floor(localMs / MS_PER_DAY)
  return { epochDay, msOfDay: localMs - epochDay * MS_PER_DAY }
}

/**
 * The moment that the zone's clocks show so. A time that the spring change skips is the moment of the change; one that
 * the autumn change repeats is the first of the two.
 */
export function utcMsOf(zone: TimeZone, epochDay: number, msOfDay: number): number {
  // No zone is a day ahead of UTC, so the search starts before the moment.
  return firstAtLocal(zone, (epochDay - 1) * MS_PER_DAY + msOfDay, epochDay, msOfDay)
}

/** The first moment, not before `fromMs`, at which the zone's clocks show that time or a later one. */
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
 * When the clocks are changed after `fromMs` and not after `toMs`; null when they are not. For spans of about a day: two
 * changes that undo each other within the span are not seen, and no zone has had such.
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

/** `YYYY-MM-DD HH:MM:SS` on the zone's clocks: OpenD's form of every time string. */
export function timeText(zone: TimeZone, utcMs: number): string {
  const { epochDay, msOfDay } = localMomentOf(zone, utcMs)
  return `${cachedDateText(epochDay)} ${clockText(Math.floor(msOfDay / 1000))}`
}

let lastEpochDay = Number.NaN
let lastDateText = ''

/** Nearly all calls ask for the day they asked for last. */
function cachedDateText(epochDay: number): string {
  if (epochDay !== lastEpochDay) {
    lastDateText = dateText(epochDay)
    lastEpochDay = epochDay
  }
  return lastDateText
}
