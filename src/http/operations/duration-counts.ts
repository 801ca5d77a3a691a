import type { CounterDelta } from '../../../durable-objects/gateway-rpc.ts'

/** The name of the histogram. */
const NAME = 'opend_edge_http_request_seconds'

/**
 * Upper bounds of the buckets, seconds. Reads take milliseconds; an order call may take up to 30 s. Few, because each is a
 * series for every endpoint.
 */
export const DURATION_BUCKETS = [0.005, 0.025, 0.1, 0.5, 2, 10, 30] as const

interface Durations {
  /** Requests for each bucket, each counted in the smallest one that it fits; the last is for longer ones. */
  readonly counts: number[]
  sumMs: number
}

/** The durations of requests by endpoint since the last report of an isolate. Endpoints are those of the table. */
export class DurationCounts {
  readonly #byEndpoint = new Map<string, Durations>()

  add(endpoint: string, durationMs: number): void {
    const durations = this.#of(endpoint)
    const bucket = DURATION_BUCKETS.findIndex((bound) => durationMs <= bound * 1_000)
    const index = bucket < 0 ? DURATION_BUCKETS.length : bucket
    durations.counts[index] = (durations.counts[index] ?? 0) + 1
    durations.sumMs += durationMs
  }

  /** Adds counts that could not be reported. */
  addAll(others: DurationCounts): void {
    for (const [endpoint, { counts, sumMs }] of others.#byEndpoint) {
      const durations = this.#of(endpoint)
      for (const [index, count] of counts.entries()) durations.counts[index] = (durations.counts[index] ?? 0) + count
      durations.sumMs += sumMs
    }
  }

  /** The counts as the series of a Prometheus histogram, whose buckets are cumulative. */
  deltas(): readonly CounterDelta[] {
    return [...this.#byEndpoint].flatMap(([endpoint, { counts, sumMs }]) => {
      const total = counts.reduce((sum, count) => sum + count, 0)
      let upTo = 0
      const buckets = DURATION_BUCKETS.map((bound, index) => {
        upTo += counts[index] ?? 0
        return { name: `${NAME}_bucket`, labels: { endpoint, le: String(bound) }, add: upTo }
      })
      return [
        ...buckets,
        { name: `${NAME}_bucket`, labels: { endpoint, le: '+Inf' }, add: total },
        { name: `${NAME}_sum`, labels: { endpoint }, add: sumMs / 1_000 },
        { name: `${NAME}_count`, labels: { endpoint }, add: total },
      ]
    })
  }

  #of(endpoint: string): Durations {
    const known = this.#byEndpoint.get(endpoint)
    if (known !== undefined) return known
    const durations = { counts: [...DURATION_BUCKETS, 0].map(() => 0), sumMs: 0 }
    this.#byEndpoint.set(endpoint, durations)
    return durations
  }
}
