import type { ConnectorView } from '../src/connector/connector-socket.ts'
import { labelOfCaller } from '../src/auth/caller-standing.ts'
import { counter, gauge, type MetricSample } from '../src/base/metric.ts'
import type { Gateway } from '../src/core/gateway.ts'
import { LINK_STAGES } from '../src/gateway/link/stage.ts'
import { budgetMetrics } from '../src/gateway/watch/budget-metrics.ts'
import { TRADE_SCOPE } from '../src/pushes/push-metrics.ts'

/** The metrics of the link and the calls on it, the size of the storage, and the pushes that keys may not see. */
export function gatewayMetrics(
  { opend, pushes }: Gateway,
  storageBytes: number,
  nowMs: number,
): readonly MetricSample[] {
  const { session, governor } = opend
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
    filteredMetric(pushes.filtered.counts),
  ]
}

/** The pushes that callers did not get, by the labels of their keys. All JWT callers share one label. */
function filteredMetric(byCaller: ReadonlyMap<string, number>): MetricSample {
  const byLabel = new Map<string, number>()
  for (const [caller, count] of byCaller) {
    const label = labelOfCaller(caller)
    byLabel.set(label, (byLabel.get(label) ?? 0) + count)
  }
  const values = [...byLabel].map(([key_id, value]) => ({ labels: { required_scope: TRADE_SCOPE, key_id }, value }))
  return { name: 'futu_ws_filtered_pushes_total', type: 'counter', values }
}

/** The connectors by state, and how often another one took over the link. */
export function connectorMetrics(views: readonly ConnectorView[], takeOvers: number): readonly MetricSample[] {
  const values = (['active', 'standby'] as const).map((state) => {
    return { labels: { state }, value: views.filter((view) => view.state === state).length }
  })
  return [
    { name: 'opend_edge_connectors', type: 'gauge', values },
    counter('opend_edge_connector_takeovers_total', takeOvers),
  ]
}
