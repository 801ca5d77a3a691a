import { MAX_ORDER_SERIES } from '../src/base/memory-budget.ts'
import { labelOfCaller } from '../src/auth/caller-standing.ts'
import type { MetricSample } from '../src/base/metric.ts'
import type { Failure } from '../src/base/failure.ts'
import type { EntryState } from '../src/orders/entry.ts'

interface Refusals {
  /** The caller's label. */
  readonly keyId: string
  readonly reason: string
  count: number
}

/** Counters of order calls. In memory only: Prometheus handles counter resets. */
export class OrderMetrics {
  readonly #refusals = new Map<string, Refusals>()

  /** Counts a refusal by a limit or a halt; ignores other failures. */
  countRefused(caller: string, { code }: Failure): void {
    if (!code.startsWith('limits.')) return
    const reason = code.slice('limits.'.length)
    const key = `${reason} ${caller}`
    const series = this.#refusals.get(key)
    if (series !== undefined) series.count++
    else if (this.#refusals.size < MAX_ORDER_SERIES) {
      this.#refusals.set(key, { keyId: labelOfCaller(caller), reason, count: 1 })
    }
  }

  samples(outcomes: Readonly<Record<EntryState, number>>): readonly MetricSample[] {
    const counts = new Map<string, { labels: Readonly<Record<string, string>>; value: number }>()
    for (const { keyId, reason, count } of this.#refusals.values()) {
      const series = counts.get(`${reason} ${keyId}`)
      // All JWT callers share one label.
      if (series !== undefined) series.value += count
      else counts.set(`${reason} ${keyId}`, { labels: { iface: 'rest', key_id: keyId, reason }, value: count })
    }
    return [
      {
        name: 'opend_edge_orders_total',
        type: 'counter',
        values: Object.entries(outcomes)
          .filter(([outcome]) => outcome !== 'reserved')
          .map(([outcome, value]) => ({ labels: { outcome }, value })),
      },
      { name: 'futu_auth_limit_rejects_total', type: 'counter', values: [...counts.values()] },
    ]
  }
}
