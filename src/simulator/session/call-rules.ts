import type { MessageTypes } from '../../../proto/messages.ts'
import { refuse, type Refusal } from '../handler.ts'
import type { ConnectionHub } from './connection-hub.ts'
import { refuseWithoutLogin } from './login.ts'
import type { Peer } from './peer.ts'
import type { CallFields } from './rate-rules.ts'
import type { SessionContext } from './session-handler.ts'
import { refuseUnsubscribed } from './subscribed-getters.ts'
import { historyExhausted } from './texts.ts'

const PLACE_ORDER = 2202
const REQUEST_HISTORY = 3103

/** The members of requests that the rules read. */
export interface RuledFields extends CallFields {
  readonly packetID?: MessageTypes['Common.PacketID']
  readonly security?: MessageTypes['Qot_Common.Security']
}

/**
 * OpenD's checks before every call, in this order: login, replay, subscription, history quota, rate. A call that
 * another check refuses does not count towards its rate limit.
 */
export function refuseByRules(protoId: number, c2s: RuledFields, context: SessionContext): Refusal | null {
  const { hub, peer, nowMs, marketMs } = context
  return (
    refuseWithoutLogin(hub.login, protoId) ??
    refuseReplay(peer, c2s) ??
    refuseUnsubscribed(hub, peer, protoId, c2s) ??
    refuseHistory(hub, protoId, c2s, marketMs) ??
    refuseRate(hub, protoId, c2s, nowMs)
  )
}

/** Calls that change persistent state: unlock, orders, subscriptions, history quota, watchlists, reminders. */
const CHANGING_CALLS: ReadonlySet<number> = new Set([
  2005,
  PLACE_ORDER,
  2205,
  2227,
  2237,
  3001,
  REQUEST_HISTORY,
  3214,
  3220,
])

/** Counts the cost of an accepted call and marks the state as changed. */
export function payFor(
  protoId: number,
  c2s: RuledFields,
  answer: { readonly orderIDEx?: string },
  { hub, marketMs }: SessionContext,
): void {
  if (protoId === PLACE_ORDER && answer.orderIDEx !== undefined) hub.statistics.addOrder(answer.orderIDEx)
  if (CHANGING_CALLS.has(protoId)) hub.touch()
  if (protoId === REQUEST_HISTORY && c2s.security !== undefined) hub.historyQuota.use(c2s.security, marketMs)
}

function refuseReplay(peer: Peer, { packetID }: RuledFields): Refusal | null {
  const problem = packetID === undefined ? null : peer.packetIds.take(packetID)
  return problem === null ? null : refuse(problem)
}

function refuseHistory(
  hub: ConnectionHub,
  protoId: number,
  { security }: RuledFields,
  marketMs: number,
): Refusal | null {
  if (protoId !== REQUEST_HISTORY || security === undefined || hub.historyQuota.allows(security, marketMs)) return null
  return refuse(historyExhausted(hub.historyQuota.used(marketMs), hub.historyQuota.total))
}

function refuseRate(hub: ConnectionHub, protoId: number, c2s: RuledFields, nowMs: number): Refusal | null {
  const text = hub.settings.limitsRates ? hub.rates.admit(protoId, c2s, nowMs) : null
  return text === null ? null : refuse(text)
}
