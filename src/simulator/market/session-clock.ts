import { BoundedMap } from '../../base/collections/bounded-map.ts'
import type { SessionName } from './price-series.ts'
import { SessionGrid, type Stretch } from './session-grid.ts'
import { hasExtendedSessions, type SessionPlan, type SessionSegment } from './session-plan.ts'
import { localMomentOf, utcMsOf } from '../../base/time/time-zone.ts'
import { tradingCalendar, type TradingCalendar } from './trading-calendar.ts'

const MS_PER_MINUTE = 60_000
const MINUTES_PER_DAY = 1440

/** The sessions of one trading day. */
export interface DaySessions {
  readonly regular: SessionGrid
  readonly overnight: SessionGrid | null
  readonly preMarket: SessionGrid | null
  readonly afterMarket: SessionGrid | null
}

/** The minutes of one session; null if the exchange does not have it. */
export function gridOf(sessions: DaySessions, session: SessionName): SessionGrid | null {
  switch (session) {
    case 'overnight':
      return sessions.overnight
    case 'pre-market':
      return sessions.preMarket
    case 'regular':
      return sessions.regular
    case 'after-market':
      return sessions.afterMarket
  }
}

/** Days cached with their session times. A bar request reads the minutes of at most some hundred days. */
const MAX_CACHED_DAYS = 512

/** Converts times to trading days, minutes and market states, by one exchange's plan. */
export class SessionClock {
  readonly plan: SessionPlan
  readonly calendar: TradingCalendar
  readonly #days = new BoundedMap<number, DaySessions>(MAX_CACHED_DAYS)

  constructor(plan: SessionPlan) {
    this.plan = plan
    this.calendar = tradingCalendar(plan.calendar)
  }

  sessionsOf(dayIndex: number): DaySessions {
    let sessions = this.#days.get(dayIndex)
    if (sessions === undefined) {
      sessions = this.#build(dayIndex)
      this.#days.set(dayIndex, sessions)
    }
    return sessions
  }

  /**
   * Minutes of a day's regular session by the plan, without computing their times. Only on an exchange that never
   * closes can a day have an hour more or less, when the clocks change.
   */
  regularMinutes(dayIndex: number): number {
    let minutes = 0
    for (const { startMinute, endMinute } of this.#regularSegments(dayIndex)) minutes += endMinute - startMinute
    return minutes
  }

  /** Index of the last trading day whose regular session has begun; -1 before the calendar's first. */
  dayIndexAt(nowMs: number): number {
    const { epochDay } = localMomentOf(this.plan.zone, nowMs)
    // A night session begins its trading day on the previous evening, and days earlier over a long weekend.
    let index = this.calendar.indexAtOrBefore(epochDay) + 1
    while (index >= 0 && (index >= this.calendar.length || this.sessionsOf(index).regular.startMs > nowMs)) index--
    return index
  }

  /**
   * Index of the last trading day of which any session has begun; -1 before the calendar's first. An overnight session
   * and a pre-market belong to the day whose regular session follows.
   */
  tradingDayAt(nowMs: number): number {
    const dayIndex = this.dayIndexAt(nowMs)
    if (!hasExtendedSessions(this.plan) || dayIndex + 1 >= this.calendar.length) return dayIndex
    const { overnight, preMarket } = this.sessionsOf(dayIndex + 1)
    const first = overnight ?? preMarket
    return first !== null && nowMs >= first.startMs ? dayIndex + 1 : dayIndex
  }

  /** `Qot_Common.QotMarketState` at that time. */
  stateAt(nowMs: number): number {
    const stretch = this.stretchAt(nowMs) ?? this.#extendedStretchAt(nowMs)
    if (stretch !== null) return stretch.state
    const { epochDay, msOfDay } = localMomentOf(this.plan.zone, nowMs)
    if (this.calendar.isTradingDay(epochDay)) {
      const isHalf = this.calendar.isHalfDay(this.calendar.indexAtOrBefore(epochDay))
      const minute = msOfDay / MS_PER_MINUTE
      for (const gap of isHalf ? this.plan.gapsOnHalfDays : this.plan.gaps) {
        if (minute >= gap.startMinute && minute < gap.endMinute) return gap.state
      }
    }
    return this.plan.closedState
  }

  /** The segment of the regular session that trades at that time; null without trading. */
  stretchAt(nowMs: number): Stretch | null {
    const dayIndex = this.dayIndexAt(nowMs)
    return dayIndex < 0 ? null : this.sessionsOf(dayIndex).regular.stretchAt(nowMs)
  }

  /** Start of the next regular or extended segment after that time; null at the end of the calendar. */
  nextOpenMs(nowMs: number): number | null {
    const { epochDay } = localMomentOf(this.plan.zone, nowMs)
    const first = Math.max(0, this.calendar.indexAtOrBefore(epochDay))
    for (let index = first; index < Math.min(first + 3, this.calendar.length); index++) {
      const { overnight, preMarket, regular, afterMarket } = this.sessionsOf(index)
      for (const grid of [overnight, preMarket, regular, afterMarket]) {
        for (const { startMs } of grid?.stretches ?? []) if (startMs > nowMs) return startMs
      }
    }
    return null
  }

  #extendedStretchAt(nowMs: number): Stretch | null {
    const dayIndex = hasExtendedSessions(this.plan) ? this.tradingDayAt(nowMs) : -1
    if (dayIndex < 0) return null
    const { overnight, preMarket, afterMarket } = this.sessionsOf(dayIndex)
    return overnight?.stretchAt(nowMs) ?? preMarket?.stretchAt(nowMs) ?? afterMarket?.stretchAt(nowMs) ?? null
  }

  #build(dayIndex: number): DaySessions {
    const { plan, calendar } = this
    const isHalf = calendar.isHalfDay(dayIndex)
    const after = isHalf ? plan.afterMarketOnHalfDays : plan.afterMarket
    return {
      regular: this.#grid(dayIndex, this.#regularSegments(dayIndex)),
      overnight: plan.overnight === null ? null : this.#grid(dayIndex, [plan.overnight]),
      preMarket: plan.preMarket === null ? null : this.#grid(dayIndex, [plan.preMarket]),
      afterMarket: after === null ? null : this.#grid(dayIndex, [after]),
    }
  }

  #regularSegments(dayIndex: number): readonly SessionSegment[] {
    const { plan, calendar } = this
    const segments = calendar.isHalfDay(dayIndex) ? plan.regularOnHalfDays : plan.regular
    // There is no night session after a half day, and before the calendar's first day.
    const hasNight = dayIndex > 0 && !calendar.isHalfDay(dayIndex - 1)
    return hasNight ? segments : segments.filter((one) => one.anchor !== 'previous trading day')
  }

  #grid(dayIndex: number, segments: readonly SessionSegment[]): SessionGrid {
    return new SessionGrid(
      segments.map(({ startMinute, endMinute, state, anchor }) => {
        const anchorDay = this.#anchorDay(dayIndex, anchor)
        return { startMs: this.#utcMs(anchorDay, startMinute), endMs: this.#utcMs(anchorDay, endMinute), state }
      }),
    )
  }

  /** Both ends are local times, so a session over a daylight saving change is an hour longer or shorter. */
  #utcMs(epochDay: number, minute: number): number {
    const daysLater = Math.floor(minute / MINUTES_PER_DAY)
    return utcMsOf(this.plan.zone, epochDay + daysLater, (minute - daysLater * MINUTES_PER_DAY) * MS_PER_MINUTE)
  }

  #anchorDay(dayIndex: number, anchor: SessionSegment['anchor']): number {
    switch (anchor) {
      case 'trading day':
        return this.calendar.dayAt(dayIndex)
      case 'previous trading day':
        return this.calendar.dayAt(dayIndex - 1)
      case 'previous calendar day':
        return this.calendar.dayAt(dayIndex) - 1
    }
  }
}

const clocks = new WeakMap<SessionPlan, SessionClock>()

/** The clock of a plan, created once per plan. */
export function sessionClock(plan: SessionPlan): SessionClock {
  let clock = clocks.get(plan)
  if (clock === undefined) {
    clock = new SessionClock(plan)
    clocks.set(plan, clock)
  }
  return clock
}
