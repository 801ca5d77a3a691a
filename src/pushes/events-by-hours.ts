import { narrowPush } from '../quotes/narrow-hours.ts'
import { unitKeyOf } from '../subscriptions/stream.ts'
import type { SubscriptionManager } from '../subscriptions/subscription-manager.ts'
import { streamInHours, TRADING_HOURS, wider } from '../subscriptions/trading-hours.ts'
import type { PushEvent } from './push-event.ts'

/**
 * Divides a quote push among the streams of trading hours: one event for each of the hours up to those that OpenD sends,
 * with the items of these hours only. A push outside of all narrower hours has only the widest event. Units without
 * hours, those that OpenD sends in regular hours only, and events other than quotes stay one event, unchanged.
 */
export function eventsByHours(
  event: PushEvent,
  subscriptions: Pick<SubscriptionManager, 'upstreamHours'>,
): readonly PushEvent[] {
  if (event.type !== 'quote') return [event]
  const upstream = subscriptions.upstreamHours(unitKeyOf(event.subType, event.secKey)) ?? 'RTH'
  if (upstream === 'RTH') return [event]
  const events: PushEvent[] = []
  for (const hours of TRADING_HOURS) {
    if (wider(hours, upstream) !== upstream) break
    const stream = streamInHours(event.stream, hours)
    const cut = hours === upstream ? 'unchanged' : narrowPush(event, hours)
    if (cut === 'unchanged') events.push({ ...event, stream })
    else if (cut !== null) events.push({ ...event, ...cut, stream })
  }
  return events
}
