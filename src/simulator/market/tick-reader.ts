import type { Tick } from './instrument.ts'
import { sequenceOf } from './live-quote.ts'
import type { MinuteTicks, SessionName } from './price-series.ts'
import type { Security } from './security.ts'
import { gridOf } from './session-clock.ts'
import { ALL_SESSIONS, type TradingHours } from './trading-hours.ts'

/** Most prints of one result: a busy half hour. For more, call again from the time of the last print. */
export const MAX_TICKS = 20_000

/** The first `MAX_TICKS` prints of one session with `fromMs < timeMs <= toMs`, oldest first. */
export function ticksBetween(
  security: Security,
  fromMs: number,
  toMs: number,
  session: SessionName = 'regular',
): readonly Tick[] {
  const ticks: Tick[] = []
  if (toMs <= fromMs) return ticks
  const { clock, series } = security
  const lastDay = Math.min(clock.dayIndexAt(toMs) + 1, series.lastDay)
  let dayIndex = Math.max(clock.dayIndexAt(fromMs), series.firstDay)
  for (; dayIndex <= lastDay && ticks.length < MAX_TICKS; dayIndex++) {
    const grid = gridOf(clock.sessionsOf(dayIndex), session)
    const bars = grid === null || grid.startMs > toMs ? null : series.minuteBars(dayIndex, session)
    if (grid === null || bars === null) continue
    // The print of a closing auction is later than its minute, so the last minute is always read.
    const first = Math.max(0, grid.minuteAt(fromMs))
    const last = grid.minuteAt(toMs)
    for (let minute = first; minute <= last && ticks.length < MAX_TICKS; minute++) {
      if ((bars.volume[minute] ?? 0) === 0) continue
      addTicks(ticks, security, series.minuteTicks(dayIndex, session, minute), fromMs, toMs)
    }
  }
  return ticks
}

/** The latest `count` prints of the current trading day in these hours, at or before that time, oldest first. */
export function lastTicks(
  security: Security,
  nowMs: number,
  count: number,
  hours: TradingHours = 'RTH',
): readonly Tick[] {
  const minutes: Tick[][] = []
  let found = 0
  for (const { dayIndex, session, minute: lastMinute } of security.statesOfDay(nowMs, hours).toReversed()) {
    const bars = security.series.minuteBars(dayIndex, session)
    for (let minute = lastMinute; minute >= 0 && found < count; minute--) {
      if ((bars?.volume[minute] ?? 0) === 0) continue
      const ticks: Tick[] = []
      addTicks(ticks, security, security.series.minuteTicks(dayIndex, session, minute), 0, nowMs)
      minutes.push(ticks)
      found += ticks.length
    }
  }
  return minutes.toReversed().flat().slice(-count)
}

/** The first `MAX_TICKS` prints of every session with `fromMs < timeMs <= toMs`, oldest first. */
export function allTicksBetween(security: Security, fromMs: number, toMs: number): readonly Tick[] {
  if (!security.hasExtendedSessions) return ticksBetween(security, fromMs, toMs)
  const bySession = ALL_SESSIONS.map((session) => ticksBetween(security, fromMs, toMs, session))
  // Sessions do not overlap, so within a minute usually only one has prints.
  const traded = bySession.filter((ticks) => ticks.length > 0)
  const [only = []] = traded
  if (traded.length <= 1) return only
  return traded
    .flat()
    .sort((one, other) => one.timeMs - other.timeMs)
    .slice(0, MAX_TICKS)
}

function addTicks(into: Tick[], security: Security, ticks: MinuteTicks, fromMs: number, toMs: number): void {
  const { ladder } = security.listing
  for (let slot = 0; slot < ticks.length && into.length < MAX_TICKS; slot++) {
    const timeMs = ticks.timeMs[slot] ?? 0
    if (timeMs <= fromMs || timeMs > toMs) continue
    into.push({
      timeMs,
      price: ladder.priceAt(ticks.price[slot] ?? 0),
      volume: ticks.volume[slot] ?? 0,
      direction: ticks.direction[slot] ?? 0,
      sequence: BigInt(sequenceOf(ticks.dayIndex, ticks.session, ticks.minute, slot)),
    })
  }
}
