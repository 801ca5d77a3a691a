import { firstChange, localMomentOf, type TimeZone } from '../../base/time/time-zone.ts'

const MS_PER_MINUTE = 60_000
const MS_PER_DAY = 86_400_000
const WINDOW = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/

/**
 * Hours in which a key may trade: `HH:MM-HH:MM` on the clocks of a zone, start included, end excluded. An end before
 * the start is on the next day. Only the local time counts: a time that the autumn change repeats is open both times,
 * and hours that the spring change skips do not open on that day.
 */
export class TradingWindow {
  readonly window: string
  readonly clock: TimeZone
  readonly #startMinute: number
  readonly #endMinute: number
  /** The last closed span that was found. */
  #closed = { fromMs: 0, toMs: 0 }

  private constructor(window: string, clock: TimeZone, startMinute: number, endMinute: number) {
    this.window = window
    this.clock = clock
    this.#startMinute = startMinute
    this.#endMinute = endMinute
  }

  /** Null when the text has another form, or when start and end are equal, which could mean always or never. */
  static parse(window: string, clock: TimeZone): TradingWindow | null {
    const [, startHour, startMinute, endHour, endMinute] = WINDOW.exec(window) ?? []
    if (startHour === undefined) return null
    const start = Number(startHour) * 60 + Number(startMinute)
    const end = Number(endHour) * 60 + Number(endMinute)
    return start === end ? null : new TradingWindow(window, clock, start, end)
  }

  isOpenAt(utcMs: number): boolean {
    const minute = Math.floor(localMomentOf(this.clock, utcMs).msOfDay / MS_PER_MINUTE)
    const start = this.#startMinute
    const end = this.#endMinute
    return start < end ? minute >= start && minute < end : minute >= start || minute < end
  }

  /** The first time at or after `fromMs` at which the hours are open. */
  nextOpeningMs(fromMs: number): number {
    if (this.isOpenAt(fromMs)) return fromMs
    if (fromMs >= this.#closed.fromMs && fromMs < this.#closed.toMs) return this.#closed.toMs
    const openingMs = this.#findOpening(fromMs)
    this.#closed = { fromMs, toMs: openingMs }
    return openingMs
  }

  #findOpening(fromMs: number): number {
    for (let atMs = fromMs; ;) {
      const { msOfDay } = localMomentOf(this.clock, atMs)
      const startMs = this.#startMinute * MS_PER_MINUTE
      const openingMs = atMs + startMs - msOfDay + (startMs > msOfDay ? 0 : MS_PER_DAY)
      // A clock change in between may move the opening earlier (a repeated hour) or later (a skipped hour).
      const changeMs = firstChange(this.clock, atMs, openingMs)
      if (changeMs === null) return openingMs
      if (this.isOpenAt(changeMs)) return changeMs
      atMs = changeMs
    }
  }
}
