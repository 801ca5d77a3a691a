import type { Listing } from './listing.ts'
import { emptyMinutes, emptyTicks, sumMinutes } from './price-series.ts'
import type { DayBar, KeyPrint, MinuteBars, MinuteTicks, PriceSeries, SessionName } from './price-series.ts'
import type { RecordedTick } from './replay-tape.ts'
import { gridOf, type SessionClock } from './session-clock.ts'

/** The prints of one session of one day, minute by minute. */
interface RecordedSession {
  readonly dayIndex: number
  readonly session: SessionName
  readonly minutes: ReadonlyMap<number, readonly RecordedTick[]>
}

/**
 * A security with recorded prints. It has only the days of the recording; minutes and days are summed from the prints.
 * Prints between sessions (auctions) belong to the previous minute. Prints before the first session of a day are
 * ignored.
 */
export class ReplaySeries implements PriceSeries {
  readonly listing: Listing
  readonly clock: SessionClock
  readonly firstDay: number
  readonly lastDay: number
  readonly #sessions: ReadonlyMap<string, RecordedSession>
  readonly #bars = new Map<string, MinuteBars>()

  constructor(listing: Listing, clock: SessionClock, ticks: readonly RecordedTick[]) {
    this.listing = listing
    this.clock = clock
    this.#sessions = sortIntoSessions(clock, ticks)
    const days = [...this.#sessions.values()].filter((one) => one.session === 'regular').map((one) => one.dayIndex)
    this.firstDay = days[0] ?? clock.calendar.length
    this.lastDay = days.at(-1) ?? -1
  }

  dayBar(dayIndex: number): DayBar | null {
    const bars = this.minuteBars(dayIndex, 'regular')
    if (bars === null) return null
    const last = bars.length - 1
    const open = bars.open[bars.volume.findIndex((volume) => volume > 0)] ?? 0
    return {
      dayIndex,
      open,
      high: bars.highThrough[last] ?? 0,
      low: bars.lowThrough[last] ?? 0,
      close: bars.close[last] ?? 0,
      volume: bars.volumeThrough[last] ?? 0,
      reference: this.#closeBefore(dayIndex) ?? open,
    }
  }

  minuteBars(dayIndex: number, session: SessionName): MinuteBars | null {
    const key = `${dayIndex} ${session}`
    const cached = this.#bars.get(key)
    if (cached !== undefined) return cached
    const recorded = this.#sessions.get(key)
    if (recorded === undefined) return null
    const bars = this.#sum(recorded)
    // One entry for each recorded session: bounded by the recording.
    this.#bars.set(key, bars)
    return bars
  }

  minuteTicks(dayIndex: number, session: SessionName, minute: number): MinuteTicks {
    const recorded = this.#ticksOf(dayIndex, session, minute)
    const ticks = emptyTicks(dayIndex, session, minute, recorded.length)
    recorded.forEach((tick, at) => {
      ticks.timeMs[at] = tick.timeMs
      ticks.price[at] = this.listing.ladder.nearestRung(tick.price)
      ticks.volume[at] = tick.volume
      ticks.direction[at] = tick.direction
    })
    return ticks
  }

  turnoverOn(dayIndex: number): number {
    const bars = this.minuteBars(dayIndex, 'regular')
    return bars?.turnoverThrough[bars.length - 1] ?? 0
  }

  keyPrints(dayIndex: number, session: SessionName, minute: number): readonly KeyPrint[] {
    const { price, length } = this.minuteTicks(dayIndex, session, minute)
    if (length === 0) return []
    let highSlot = 0
    let lowSlot = 0
    for (let slot = 1; slot < length; slot++) {
      if ((price[slot] ?? 0) > (price[highSlot] ?? 0)) highSlot = slot
      if ((price[slot] ?? 0) < (price[lowSlot] ?? 0)) lowSlot = slot
    }
    const slots = [...new Set([0, highSlot, lowSlot, length - 1])].toSorted((one, other) => one - other)
    return slots.map((slot) => ({ slot, price: price[slot] ?? 0 }))
  }

  firstDayOf(): number {
    return this.firstDay
  }

  #ticksOf(dayIndex: number, session: SessionName, minute: number): readonly RecordedTick[] {
    return this.#sessions.get(`${dayIndex} ${session}`)?.minutes.get(minute) ?? []
  }

  #sum({ dayIndex, session, minutes }: RecordedSession): MinuteBars {
    const { ladder } = this.listing
    const grid = gridOf(this.clock.sessionsOf(dayIndex), session)
    const bars = emptyMinutes(dayIndex, session, grid?.length ?? 0)
    const firstPrint = minutes.values().next().value?.[0]
    let close = this.#closeBefore(dayIndex) ?? (firstPrint === undefined ? 0 : ladder.nearestRung(firstPrint.price))
    for (let minute = 0; minute < bars.length; minute++) {
      bars.open[minute] = bars.high[minute] = bars.low[minute] = close
      for (const [at, print] of (minutes.get(minute) ?? []).entries()) {
        const rung = ladder.nearestRung(print.price)
        if (at === 0) bars.open[minute] = bars.high[minute] = bars.low[minute] = rung
        bars.high[minute] = Math.max(bars.high[minute] ?? 0, rung)
        bars.low[minute] = Math.min(bars.low[minute] ?? 0, rung)
        bars.volume[minute] = (bars.volume[minute] ?? 0) + print.volume
        bars.turnover[minute] = (bars.turnover[minute] ?? 0) + print.volume * ladder.unitsAt(rung)
        close = rung
      }
      bars.close[minute] = close
    }
    return sumMinutes(bars)
  }

  /** Close of the previous recorded day; null on the first day. */
  #closeBefore(dayIndex: number): number | null {
    for (let day = dayIndex - 1; day >= this.firstDay; day--) {
      const bars = this.minuteBars(day, 'regular')
      if (bars !== null) return bars.close[bars.length - 1] ?? null
    }
    return null
  }
}

function sortIntoSessions(clock: SessionClock, ticks: readonly RecordedTick[]): ReadonlyMap<string, RecordedSession> {
  const sessions = new Map<string, { dayIndex: number; session: SessionName; minutes: Map<number, RecordedTick[]> }>()
  for (const tick of ticks) {
    const place = placeOf(clock, tick.timeMs)
    if (place === null) continue
    const key = `${place.dayIndex} ${place.session}`
    let recorded = sessions.get(key)
    if (recorded === undefined) {
      recorded = { dayIndex: place.dayIndex, session: place.session, minutes: new Map() }
      sessions.set(key, recorded)
    }
    const prints = recorded.minutes.get(place.minute)
    if (prints === undefined) recorded.minutes.set(place.minute, [tick])
    else prints.push(tick)
  }
  return sessions
}

interface Place {
  readonly dayIndex: number
  readonly session: SessionName
  readonly minute: number
}

/** Prints later than this after a session's end are ignored. Closing auctions end within ten minutes. */
const AUCTION_MS = 15 * 60_000

function placeOf(clock: SessionClock, timeMs: number): Place | null {
  const dayIndex = clock.dayIndexAt(timeMs)
  if (dayIndex < 0) return null
  const { regular, afterMarket } = clock.sessionsOf(dayIndex)
  const tradingDay = clock.tradingDayAt(timeMs)
  for (const session of ['overnight', 'pre-market'] as const) {
    const grid = gridOf(clock.sessionsOf(tradingDay), session)
    if (grid === null || grid.stretchAt(timeMs) === null) continue
    return { dayIndex: tradingDay, session, minute: grid.minuteAt(timeMs) }
  }
  if (afterMarket !== null && afterMarket.stretchAt(timeMs) !== null) {
    return { dayIndex, session: 'after-market', minute: afterMarket.minuteAt(timeMs) }
  }
  if (timeMs >= regular.endMs + AUCTION_MS) return null
  return { dayIndex, session: 'regular', minute: regular.minuteAt(timeMs) }
}
