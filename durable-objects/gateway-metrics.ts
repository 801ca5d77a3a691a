import { counter, gauge, type MetricSample } from '../src/base/metric.ts'
import { LINK_STAGES } from '../src/gateway/link/stage.ts'
import type { OpendClient } from '../src/gateway/opend-client.ts'
import { budgetMetrics } from '../src/gateway/watch/budget-metrics.ts'

/** The metrics of the link and the calls on it, and the size of the storage. */
export function gatewayMetrics(
  { session, governor }: OpendClient,
  storageBytes: number,
  nowMs: number,
): readonly MetricSample[] {
  const { stage, counts, calls } = session
  const login = session.login.state
  const oldestMs = calls.pending.oldestMs()
  const stages = LINK_STAGES.map((name) => ({ labels: { stage: name }, value: stage.name === name ? 1 : 0 }))
  const servers = login === null ? [] : (['quote', 'trade'] as const)
  return [
    gauge('opend_edge_gateway_up', stage.name === 'ready' ? 1 : 0),
    { name: 'opend_edge_gateway_stage', type: 'gauge', values: stages },
    gauge('opend_edge_gateway_stage_age_seconds', (nowMs - session.sinceMs) / 1_000),
    {
      name: 'opend_edge_gateway_logged_in',
      type: 'gauge',
      values: servers.map((server) => ({ labels: { server }, value: login?.[server] === true ? 1 : 0 })),
    },
    gauge('opend_edge_gateway_pending_calls', calls.pending.size),
    gauge('opend_edge_gateway_pending_oldest_seconds', oldestMs === null ? 0 : (nowMs - oldestMs) / 1_000),
    counter('opend_edge_gateway_attempts_total', counts.attempts),
    counter('opend_edge_gateway_connects_total', counts.connects),
    counter('opend_edge_gateway_links_lost_total', counts.linksLost),
    counter('opend_edge_gateway_replies_unmatched_total', calls.counts.repliesUnmatched),
    {
      name: 'opend_edge_gateway_calls_total',
      type: 'counter',
      values: [
        { labels: { outcome: 'answered' }, value: calls.counts.answered },
        { labels: { outcome: 'failed' }, value: calls.counts.failed },
      ],
    },
    ...budgetMetrics(governor, nowMs),
    gauge('opend_edge_storage_bytes', storageBytes),
  ]
}
