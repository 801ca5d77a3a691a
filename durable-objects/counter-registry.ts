import { MAX_COUNTER_SERIES } from '../src/base/memory-budget.ts'
import type { MetricSample } from '../src/base/metric.ts'
import type { CounterDelta } from './gateway-rpc.ts'

/** Adds up the counts that the Worker's isolates report. In memory only: Prometheus handles counter resets. */
export class CounterRegistry {
  readonly #series = new Map<string, { name: string; labels: Readonly<Record<string, string>>; value: number }>()

  add(deltas: readonly CounterDelta[]): void {
    for (const { name, labels, add } of deltas) {
      const key = `${name} ${JSON.stringify(labels)}`
      const series = this.#series.get(key)
      if (series !== undefined) series.value += add
      else if (this.#series.size < MAX_COUNTER_SERIES) this.#series.set(key, { name, labels, value: add })
    }
  }

  /** Counts a token that came in the first message of a socket. */
  countSocketToken(outcome: 'allow' | 'reject', keyLabel: string): void {
    this.add([{ name: 'futu_auth_events_total', labels: { iface: 'ws', outcome, key_id: keyLabel }, add: 1 }])
  }

  samples(): readonly MetricSample[] {
    const byName = new Map<string, { labels: Readonly<Record<string, string>>; value: number }[]>()
    for (const { name, labels, value } of this.#series.values()) {
      const values = byName.get(name)
      if (values === undefined) byName.set(name, [{ labels, value }])
      else values.push({ labels, value })
    }
    return [...byName].map(([name, values]) => ({ name, type: 'counter', values }))
  }
}
