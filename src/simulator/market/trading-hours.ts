import { Session } from '../../../proto/enums.ts'
import type { SessionName } from './price-series.ts'

/** The part of the trading day of which a caller gets K-lines, minutes and prints; each contains the one before. */
export type TradingHours = 'RTH' | 'ETH' | 'ALL'

/** The sessions of each, in the order of the trading day. */
const SESSIONS: Readonly<Record<TradingHours, readonly SessionName[]>> = {
  RTH: ['regular'],
  ETH: ['pre-market', 'regular', 'after-market'],
  ALL: ['overnight', 'pre-market', 'regular', 'after-market'],
}

/** Every session, in the order of the trading day. */
export const ALL_SESSIONS = SESSIONS.ALL

/** The sessions of these hours, in the order of the trading day. */
export function sessionsIn(hours: TradingHours): readonly SessionName[] {
  return SESSIONS[hours]
}

/**
 * The hours that `extendedTime` and `session` of a request name together; null for OVERNIGHT and for an unknown session.
 *
 * - The schema has both fields and no rule for a request with both, so the wider of the two counts. `session` is the
 *   newer one (OpenD 9.2); official clients send `extendedTime: false` beside it.
 * - The schema lists OVERNIGHT among the values of both requests. The documents of both calls exclude it, so it is not
 *   accepted: the overnight prints come with ALL.
 */
export function hoursAsked(extendedTime: boolean | undefined, session: number | undefined): TradingHours | null {
  switch (session ?? Session.NONE) {
    case Session.NONE:
    case Session.RTH:
      return extendedTime === true ? 'ETH' : 'RTH'
    case Session.ETH:
      return 'ETH'
    case Session.ALL:
      return 'ALL'
    default:
      return null
  }
}

/** The text of a refusal for a session that `hoursAsked` does not accept. */
export function badSession(session: number | undefined): string {
  return session === Session.OVERNIGHT
    ? 'session OVERNIGHT is not supported for quotes: use ALL'
    : `unknown session ${String(session)}`
}
