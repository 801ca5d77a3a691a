import { ALL_CALLS } from '../../calls.ts'
import type { MetricSample } from '../../base/metric.ts'
import type { Governor } from '../rate-limit/governor.ts'

/**
 * What is used of OpenD's limits now, by the call that the limit is named after. A limit without a recent call has no
 * series.
 */
export function budgetMetrics(governor: Governor, nowMs: number): readonly MetricSample[] {
  const usage = governor.usage(nowMs)
  const rows = ALL_CALLS.flatMap(({ name, protoId }) => {
    const one = usage.get(protoId)
    return one === undefined ? [] : [{ labels: { call: name }, ...one }]
  })
  return [
    {
      name: 'opend_edge_upstream_window_calls',
      type: 'gauge',
      values: rows.map(({ labels, used }) => ({ labels, value: used })),
    },
    {
      name: 'opend_edge_upstream_window_limit',
      type: 'gauge',
      values: rows.map(({ labels, limit }) => ({ labels, value: limit })),
    },
    { name: 'opend_edge_upstream_waiting_calls', type: 'gauge', values: [{ labels: {}, value: governor.waiting }] },
  ]
}
