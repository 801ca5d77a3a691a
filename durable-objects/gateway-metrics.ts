import { counter, gauge, type MetricSample } from '../src/base/metric.ts'
import type { GatewaySession } from '../src/gateway/link/session.ts'

/** The object's own metrics: the link and the calls on it. */
export function gatewayMetrics(session: GatewaySession): readonly MetricSample[] {
  const { stage, counts, calls, login } = session
  return [
    gauge('opend_edge_gateway_up', stage.name === 'ready' ? 1 : 0),
    gauge('opend_edge_gateway_logged_in', login !== null && login.quote && login.trade ? 1 : 0),
    gauge('opend_edge_gateway_pending_calls', calls.pending.size),
    counter('opend_edge_gateway_attempts_total', counts.attempts),
    counter('opend_edge_gateway_connects_total', counts.connects),
    counter('opend_edge_gateway_links_lost_total', counts.linksLost),
    counter('opend_edge_gateway_pushes_total', counts.pushes),
    counter('opend_edge_gateway_replies_unmatched_total', calls.counts.repliesUnmatched),
    {
      name: 'opend_edge_gateway_calls_total',
      type: 'counter',
      values: [
        { labels: { outcome: 'answered' }, value: calls.counts.answered },
        { labels: { outcome: 'failed' }, value: calls.counts.failed },
      ],
    },
  ]
}
