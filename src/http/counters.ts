import type { CounterDelta, GatewayRpc } from '../../durable-objects/gateway-rpc.ts'
import { labelOfKey } from '../auth/caller-standing.ts'

/** Which door a token was shown at. */
export type Interface = 'rest' | 'ws'

/** Whose token it was, as a label: the id of a key, or one of a few fixed words. */
export type KeyLabel = { readonly keyId: string } | '<none>' | '<invalid>' | '<jwt>' | '<local>'

/** Path label of everything that is not in the table: paths that callers invent must not become series. */
export const UNKNOWN_ENDPOINT = '<unknown>'

/** Isolates report at most this often. A report is one RPC to the one object that everybody needs. */
const REPORT_INTERVAL_MS = 1_000

interface Count {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  add: number
}

/**
 * What this isolate has counted since its last report. The number of series is bounded by the endpoint table, the
 * statuses and the configured keys.
 */
export class Counters {
  #counts = new Map<string, Count>()
  #reportedAtMs = 0

  /** One finished request. `endpoint` is a path of the table, or `UNKNOWN_ENDPOINT`. */
  countRequest(endpoint: string, status: number): void {
    const key = `${endpoint} ${status}`
    const count = this.#counts.get(key)
    if (count !== undefined) count.add++
    else this.#add(key, 'opend_edge_http_requests_total', { endpoint, status: String(status) })
  }

  /** One look at a token, or at its absence. */
  countAuth(iface: Interface, outcome: 'allow' | 'reject', who: KeyLabel): void {
    const keyId = typeof who === 'string' ? who : `id ${who.keyId}`
    const key = `${iface} ${outcome} ${keyId}`
    const count = this.#counts.get(key)
    if (count !== undefined) count.add++
    else this.#add(key, 'futu_auth_events_total', { iface: iface, outcome, key_id: keyId })
  }

  /** Whether it is time for a report. */
  isReportDue(nowMs: number): boolean {
    return this.#counts.size > 0 && nowMs - this.#reportedAtMs >= REPORT_INTERVAL_MS
  }

  /** Sends the counts to the gateway object. What could not be sent is counted again. */
  async report(openGateway: () => GatewayRpc, nowMs: number): Promise<void> {
    const counts = this.#counts
    this.#counts = new Map()
    this.#reportedAtMs = nowMs
    try {
      await openGateway().countRequests([...counts.values()].map(publish))
    } catch {
      for (const [key, { name, labels, add }] of counts) this.#add(key, name, labels, add)
    }
  }

  #add(key: string, name: string, labels: Readonly<Record<string, string>>, add = 1): void {
    const count = this.#counts.get(key)
    if (count !== undefined) count.add += add
    else this.#counts.set(key, { name, labels, add })
  }
}

function publish({ name, labels, add }: Count): CounterDelta {
  const keyId = labels['key_id']
  if (keyId === undefined || !keyId.startsWith('id ')) return { name, labels, add }
  return { name, labels: { ...labels, key_id: labelOfKey(keyId.slice('id '.length)) }, add }
}
