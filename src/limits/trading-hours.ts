import { firstChange, localMomentOf, type TimeZone } from '../base/time-zone.ts'

const MS_PER_MINUTE = 60_000
const MS_PER_DAY = 86_400_000
const WINDOW = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/

/**
 * Hours in which a key may trade: `HH:MM-HH:MM` on the clocks of a zone, start included, end excluded. An end before
 * the start is on the next day. The clocks alone decide: a time of day that the autumn change repeats counts both
 * times, and hours that the spring change skips do not open that day.
 */
export class TradingHours {
  readonly window: string
  readonly clock: TimeZone
  readonly #startMinute: number
  readonly #endMinute: number
  /** The closed span met last: from here on it is closed up to there. */
  #closed = { fromMs: 0, toMs: 0 }

  private constructor(window: string, clock: TimeZone, startMinute: number, endMinute: number) {
    this.window = window
    this.clock = clock
    this.#startMinute = startMinute
    this.#endMinute = endMinute
  }

  /** Null when the text has another form, or start and end are the same: that could mean always or never. */
  static parse(window: string, clock: TimeZone): TradingHours | null {
    const [, startHour, startMinute, endHour, endMinute] = WINDOW.exec(window) ?? []
    if (startHour === undefined) return null
    const start = Number(startHour) * 60 + Number(startMinute)
    const end = Number(endHour) * 60 + Number(endMinute)
    return start === end ? null : new TradingHours(window, clock, start, end)
  }

  isOpenAt(utcMs: number): boolean {
    const minute = Math.floor(localMomentOf(this.clock, utcMs).msOfDay / MS_PER_MINUTE)
    const start = this.#startMinute
    const end = this.#endMinute
    return start < end ? minute >= start && minute < end : minute >= start || minute < end
  }

  /** The first moment, not before `fromMs`, at which it is open. */
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
      // Clocks that are changed on the way may open it earlier (an hour once more) or later (an hour skipped).
      const changeMs = firstChange(this.clock, atMs, openingMs)
      if (changeMs === null) return openingMs
      if (this.isOpenAt(changeMs)) return changeMs
      atMs = changeMs
    }
  }
}
