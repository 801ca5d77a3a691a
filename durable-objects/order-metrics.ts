import { MAX_ORDER_SERIES } from '../src/base/memory-budget.ts'
import type { MetricSample } from '../src/base/metric.ts'
import type { Failure } from '../src/base/failure.ts'
import type { EntryState } from '../src/orders/entry.ts'
import { keyLabelOf } from './key-label.ts'

interface Refusals {
  readonly caller: string
  readonly reason: string
  count: number
}

/** What is counted of order calls, in memory: Prometheus takes a restart for what it is. */
export class OrderMetrics {
  readonly #refusals = new Map<string, Refusals>()
  /** Labels of callers. Hashing is not done at once, so a caller that is counted for the first time shows a moment later. */
  readonly #labels = new Map<string, string>()

  /** Counts a refusal, if a limit or a halt is what refused. */
  countRefused(caller: string, { code }: Failure): void {
    if (!code.startsWith('limits.')) return
    const reason = code.slice('limits.'.length)
    const key = `${reason} ${caller}`
    const series = this.#refusals.get(key)
    if (series !== undefined) series.count++
    else if (this.#refusals.size < MAX_ORDER_SERIES) {
      this.#refusals.set(key, { caller, reason, count: 1 })
      if (!this.#labels.has(caller)) void keyLabelOf(caller).then((label) => this.#labels.set(caller, label))
    }
  }

  samples(outcomes: Readonly<Record<EntryState, number>>): readonly MetricSample[] {
    const counts = new Map<string, { labels: Readonly<Record<string, string>>; value: number }>()
    for (const { caller, reason, count } of this.#refusals.values()) {
      const keyId = this.#labels.get(caller)
      if (keyId === undefined) continue
      const series = counts.get(`${reason} ${keyId}`)
      // All JWTs are one series, as everywhere.
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
