import type { MessageTypes } from '../../../proto/messages.ts'
import type { C2S, CallContext, Refusal, S2C } from '../handler.ts'
import type { Security } from '../market/security.ts'
import { localMomentOf } from '../../base/time/time-zone.ts'
import type { World } from '../world.ts'
import { countOf, rounded } from './figures.ts'
import { findSecurity, isRefusal } from './lookup.ts'
import { marketTime } from './market-time.ts'

/** Qot_GetRT: one point per minute of the current day, labelled by the minute's end. */
export function getRT(world: World, c2s: C2S<'Qot_GetRT'>, { nowMs }: CallContext): S2C<'Qot_GetRT'> | Refusal {
  const security = findSecurity(world, c2s.security)
  if (isRefusal(security)) return security
  return { security: c2s.security, name: security.instrument.name, rtList: timeShares(security, nowMs, 0) }
}

/** Points of the current day, starting with that minute of the session. */
export function timeShares(
  security: Security,
  nowMs: number,
  fromMinute: number,
): readonly MessageTypes['Qot_Common.TimeShare'][] {
  const state = security.stateAt(nowMs)
  const bars = state === null ? null : security.series.minuteBars(state.dayIndex, 'regular')
  const day = state === null ? null : security.series.dayBar(state.dayIndex)
  if (state === null || bars === null || day === null) return []
  const { ladder, turnoverMultiplier, plan } = security.listing
  const grid = security.clock.sessionsOf(state.dayIndex).regular
  const lastClosePrice = ladder.priceAt(day.reference)
  const points: MessageTypes['Qot_Common.TimeShare'][] = []
  for (let minute = fromMinute; minute <= state.minute; minute++) {
    const isRunning = minute === state.minute
    const volumeThrough = isRunning ? state.volume : (bars.volumeThrough[minute] ?? 0)
    const turnoverThrough = isRunning ? state.turnover : (bars.turnoverThrough[minute] ?? 0)
    const volume = volumeThrough - (minute === 0 ? 0 : (bars.volumeThrough[minute - 1] ?? 0))
    const turnover = turnoverThrough - (minute === 0 ? 0 : (bars.turnoverThrough[minute - 1] ?? 0))
    const { text, timestamp } = marketTime(security, grid.minuteEndMs(minute))
    const { msOfDay } = localMomentOf(plan.zone, grid.minuteEndMs(minute))
    points.push({
      time: text,
      minute: Math.round(msOfDay / 60_000),
      isBlank: volume === 0,
      price: ladder.priceAt(isRunning ? state.last : (bars.close[minute] ?? 0)),
      lastClosePrice,
      avgPrice:
        volumeThrough === 0
          ? lastClosePrice
          : rounded(security.moneyOf(turnoverThrough) / (volumeThrough * turnoverMultiplier), ladder.decimals + 1),
      volume: countOf(volume),
      turnover: rounded(security.moneyOf(turnover), 3),
      timestamp,
    })
  }
  return points
}
