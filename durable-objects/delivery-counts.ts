import type { MetricSample } from '../src/base/metric.ts'
import { DELIVERY_STATES, type DeliveryState } from '../src/hooks/delivery.ts'

/** An alert that waits has no outcome yet, and is counted when it has one. */
const COUNTED = DELIVERY_STATES.filter((state) => state !== 'waiting')

/** Alerts by what became of them. In memory only: Prometheus handles counter resets. */
export class DeliveryCounts {
  readonly #counts = new Map<DeliveryState, number>(COUNTED.map((state) => [state, 0]))

  /** Counts a delivery that does not wait any more. */
  add(state: DeliveryState): void {
    this.#counts.set(state, (this.#counts.get(state) ?? 0) + 1)
  }

  /** The counters as they are now. */
  samples(): readonly MetricSample[] {
    const values = [...this.#counts].map(([state, value]) => ({ labels: { state }, value }))
    return [{ name: 'opend_edge_hook_deliveries_total', type: 'counter', values }]
  }
}
