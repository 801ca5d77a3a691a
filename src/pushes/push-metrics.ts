import { MAX_FILTERED_SERIES } from '../base/memory-budget.ts'
import { counter, gauge, type MetricSample } from '../base/metric.ts'
import type { PushEvent } from './push-event.ts'
import type { HubCounts } from './push-hub.ts'
import type { PushSocket } from './push-socket.ts'

/** The scope that order and fill pushes need. Quotes and notices need `qot:read`, without which no socket is opened. */
export const TRADE_SCOPE = 'acc:read'

/** Counts the pushes that sockets did not get because their callers lack the scope. */
export class FilteredPushes {
  readonly #byCaller = new Map<string, number>()

  /** Counts a push for each socket whose caller may not see it. Only order and fill pushes need another scope. */
  count(event: PushEvent, sockets: Iterable<PushSocket>): void {
    if (event.type !== 'trade') return
    for (const { facts } of sockets) {
      const { caller } = facts
      if (caller === null || caller.scopes.includes(TRADE_SCOPE)) continue
      const count = this.#byCaller.get(caller.id)
      if (count === undefined && this.#byCaller.size >= MAX_FILTERED_SERIES) continue
      this.#byCaller.set(caller.id, (count ?? 0) + 1)
    }
  }

  /** The number of pushes by the id of the caller. */
  get counts(): ReadonlyMap<string, number> {
    return this.#byCaller
  }
}

/** The metrics of the hub. */
export function hubMetrics(counts: HubCounts, sockets: number): readonly MetricSample[] {
  return [
    gauge('opend_edge_push_sockets', sockets),
    gauge('opend_edge_push_streams', counts.streams),
    gauge('opend_edge_push_kept_bytes', counts.retainedBytes),
    gauge('opend_edge_push_waiting_bytes', counts.waitingBytes),
    counter('opend_edge_push_frames_sent_total', counts.framesSent),
    counter('opend_edge_push_frames_conflated_total', counts.conflated),
    counter('opend_edge_push_events_dropped_total', counts.dropped),
    counter('opend_edge_push_lagged_total', counts.lagged),
    counter('opend_edge_push_sockets_closed_slow_total', counts.closedSlow),
  ]
}
