import type { MessageTypes } from '../../../proto/messages.ts'
import type { C2S, CallContext, Refusal, S2C } from '../handler.ts'
import type { MinuteBars } from '../market/price-series.ts'
import type { Security, SessionOfDay } from '../market/security.ts'
import { gridOf } from '../market/session-clock.ts'
import type { TradingHours } from '../market/trading-hours.ts'
import { localMomentOf } from '../../base/time/time-zone.ts'
import type { World } from '../world.ts'
import { countOf, rounded } from './figures.ts'
import { findSecurity, isRefusal } from './lookup.ts'
import { marketTime } from './market-time.ts'

type TimeShare = MessageTypes['Qot_Common.TimeShare']

/** Qot_GetRT: one point per minute of the current day in the hours of the subscription, labelled by the minute's end. */
export function getRT(world: World, c2s: C2S<'Qot_GetRT'>, { nowMs, hours }: CallContext): S2C<'Qot_GetRT'> | Refusal {
  const security = findSecurity(world, c2s.security)
  if (isRefusal(security)) return security
  return { security: c2s.security, name: security.instrument.name, rtList: timeShares(security, nowMs, hours) }
}

/** Points of the current day in these hours, of the minutes that end after `fromMs`. */
export function timeShares(
  security: Security,
  nowMs: number,
  hours: TradingHours = 'RTH',
  fromMs: number = Number.NEGATIVE_INFINITY,
): readonly TimeShare[] {
  const points: TimeShare[] = []
  const before = { volume: 0, turnover: 0 }
  for (const state of security.statesOfDay(nowMs, hours)) {
    const bars = security.series.minuteBars(state.dayIndex, state.session)
    if (bars === null) continue
    addPoints(points, security, state, bars, fromMs, before)
    before.volume += state.volume
    before.turnover += state.turnover
  }
  return points
}

/** Adds the points of one session. `before` has the sums of the day's earlier sessions, for the average price. */
function addPoints(
  points: TimeShare[],
  security: Security,
  state: SessionOfDay,
  bars: MinuteBars,
  fromMs: number,
  before: { readonly volume: number; readonly turnover: number },
): void {
  const { ladder, turnoverMultiplier, plan } = security.listing
  const grid = gridOf(security.clock.sessionsOf(state.dayIndex), state.session)
  const day = security.series.dayBar(state.dayIndex)
  if (grid === null || day === null) return
  const lastClosePrice = ladder.priceAt(day.reference)
  // The minute that is running at `fromMs` ends after it.
  for (let minute = Math.max(0, grid.minuteAt(fromMs)); minute <= state.minute; minute++) {
    const endMs = grid.minuteEndMs(minute)
    const isRunning = minute === state.minute
    // The print of a closing auction is later than its minute.
    if (endMs <= fromMs && !(isRunning && state.timeMs > fromMs)) continue
    const volumeThrough = isRunning ? state.volume : (bars.volumeThrough[minute] ?? 0)
    const turnoverThrough = isRunning ? state.turnover : (bars.turnoverThrough[minute] ?? 0)
    const volume = volumeThrough - (minute === 0 ? 0 : (bars.volumeThrough[minute - 1] ?? 0))
    const turnover = turnoverThrough - (minute === 0 ? 0 : (bars.turnoverThrough[minute - 1] ?? 0))
    const dayVolume = before.volume + volumeThrough
    const dayTurnover = before.turnover + turnoverThrough
    const { text, timestamp } = marketTime(security, endMs)
    points.push({
      time: text,
      minute: Math.round(localMomentOf(plan.zone, endMs).msOfDay / 60_000),
      isBlank: volume === 0,
      price: ladder.priceAt(isRunning ? state.last : (bars.close[minute] ?? 0)),
      lastClosePrice,
      avgPrice:
        dayVolume === 0
          ? lastClosePrice
          : rounded(security.moneyOf(dayTurnover) / (dayVolume * turnoverMultiplier), ladder.decimals + 1),
      volume: countOf(volume),
      turnover: rounded(security.moneyOf(turnover), 3),
      timestamp,
    })
  }
}
