import { ALL_CALLS } from '../../calls.ts'
import type { MetricSample } from '../../base/metric.ts'
import type { CallOutcome } from '../link/effect.ts'

/** The name of a call or push as a label. Ids outside the table share one label, so that OpenD cannot create series. */
function callName(protoId: number): string {
  return NAMES.get(protoId) ?? 'other'
}

const NAMES: ReadonlyMap<number, string> = new Map(ALL_CALLS.map(({ protoId, name }) => [protoId, name]))

/**
 * How a call to OpenD ended: `answered`, also with a refusal of OpenD; `lost`, sent without a reply; `limited`, refused
 * because of OpenD's rate limits; `not_sent` for another reason.
 */
type CallEnd = 'answered' | 'lost' | 'limited' | 'not_sent'

/** The calls to OpenD and its pushes, by protocol, since the object started. */
export class TrafficCounts {
  readonly #calls = new Map<string, { readonly call: string; readonly outcome: CallEnd; value: number }>()
  readonly #pushes = new Map<string, { value: number; lastMs: number }>()

  /** Counts a call that ended. */
  countCall(protoId: number, outcome: CallOutcome): void {
    const end = endOf(outcome)
    const key = `${protoId} ${end}`
    const count = this.#calls.get(key)
    if (count !== undefined) count.value++
    else this.#calls.set(key, { call: callName(protoId), outcome: end, value: 1 })
  }

  /** Counts a push. */
  countPush(protoId: number, nowMs: number): void {
    const name = callName(protoId)
    const count = this.#pushes.get(name)
    if (count === undefined) this.#pushes.set(name, { value: 1, lastMs: nowMs })
    else {
      count.value++
      count.lastMs = nowMs
    }
  }

  /** When the last push of each protocol came, Unix ms, by name. */
  get lastPushes(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#pushes].map(([name, { lastMs }]) => [name, lastMs]))
  }

  metrics(): readonly MetricSample[] {
    const pushes = [...this.#pushes].map(([push, count]) => ({ labels: { push }, ...count }))
    return [
      {
        name: 'opend_edge_upstream_calls_total',
        type: 'counter',
        values: [...this.#calls.values()].map(({ call, outcome, value }) => ({ labels: { call, outcome }, value })),
      },
      {
        name: 'opend_edge_gateway_pushes_total',
        type: 'counter',
        values: pushes.map(({ labels, value }) => ({ labels, value })),
      },
      {
        name: 'opend_edge_gateway_push_last_timestamp_seconds',
        type: 'gauge',
        values: pushes.map(({ labels, lastMs }) => ({ labels, value: lastMs / 1_000 })),
      },
    ]
  }
}

function endOf(outcome: CallOutcome): CallEnd {
  if (outcome.ok) return 'answered'
  if (outcome.sent) return 'lost'
  return outcome.failure.code === 'upstream.rate_limited' ? 'limited' : 'not_sent'
}
