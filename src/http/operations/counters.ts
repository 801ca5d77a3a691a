import { RESEARCH_ROWS } from '../../endpoints/research-rows.ts'
import type { AuditEvent } from '../../audit/audit-event.ts'
import { DurationCounts } from './duration-counts.ts'
import { DenialSampler } from '../../audit/denial-sampler.ts'
import type { CounterDelta, Denials, GatewayRpc } from '../../../durable-objects/gateway-rpc.ts'
import { labelOfKey } from '../../auth/caller-standing.ts'

/** The interface that a token was sent to. */
export type Interface = 'rest' | 'ws'

/** The owner of a token, as a label: the id of a key, or one of a few fixed words. */
export type KeyLabel = { readonly keyId: string } | '<none>' | '<invalid>' | '<jwt>' | '<local>'

/** The path label of all paths outside the table: callers must not be able to create series. */
export const UNKNOWN_ENDPOINT = '<unknown>'

/** Least time between two reports of an isolate. Each is one RPC to the gateway object, which all isolates share. */
const REPORT_INTERVAL_MS = 1_000

/** Denials that wait for a gateway object that does not answer. */
const MAX_UNREPORTED_DENIALS = 200

interface Count {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  add: number
}

/**
 * The reads of `docs/research.md` share one histogram: each endpoint has ten series, and ninety more endpoints of them would
 * leave no room for those of keys. Their requests are counted by path like all others.
 */
const RESEARCH = '<research>'
const RESEARCH_PATHS: ReadonlySet<string> = new Set(RESEARCH_ROWS.map(({ path }) => path))

/**
 * The counts of this isolate since its last report. The number of series is bounded by the endpoint table, the statuses
 * and the configured keys.
 */
export class Counters {
  #counts = new Map<string, Count>()
  /** Bounds the denials of a report: each is a row of the audit. */
  readonly #sampler = new DenialSampler()
  #denials: AuditEvent[] = []
  #durations = new DurationCounts()
  #reportedAtMs = 0

  /** Counts a finished request. `endpoint` is a path of the table, or `UNKNOWN_ENDPOINT`. */
  countRequest(endpoint: string, status: number, durationMs: number): void {
    this.#durations.add(RESEARCH_PATHS.has(endpoint) ? RESEARCH : endpoint, durationMs)
    const key = `${endpoint} ${status}`
    const count = this.#counts.get(key)
    if (count !== undefined) count.add++
    else this.#add(key, 'opend_edge_http_requests_total', { endpoint, status: String(status) })
  }

  /** Counts one check of a token, or of a request without one. */
  countAuth(iface: Interface, outcome: 'allow' | 'reject', who: KeyLabel): void {
    const keyId = typeof who === 'string' ? who : `id ${who.keyId}`
    const key = `${iface} ${outcome} ${keyId}`
    const count = this.#counts.get(key)
    if (count !== undefined) count.add++
    else this.#add(key, 'futu_auth_events_total', { iface: iface, outcome, key_id: keyId })
  }

  /** Adds a denied call for the audit. Under a flood most are only counted. */
  addDenial(event: AuditEvent, nowMs: number): void {
    if (this.#sampler.take(event.caller, event.code ?? '', nowMs)) this.#denials.push(event)
  }

  /** Whether there are counts and the report interval has passed. */
  isReportDue(nowMs: number): boolean {
    return this.#counts.size > 0 && nowMs - this.#reportedAtMs >= REPORT_INTERVAL_MS
  }

  /** Sends the counts to the gateway object. After a failure they stay for the next report. */
  async report(openGateway: () => GatewayRpc, nowMs: number): Promise<void> {
    const counts = this.#counts
    const denials: Denials = { events: this.#denials, leftOut: this.#sampler.takeLeftOut() }
    const durations = this.#durations
    this.#counts = new Map()
    this.#durations = new DurationCounts()
    this.#denials = []
    this.#reportedAtMs = nowMs
    try {
      await openGateway().countRequests([...[...counts.values()].map(publish), ...durations.deltas()], denials)
    } catch {
      this.#denials = [...denials.events, ...this.#denials].slice(0, MAX_UNREPORTED_DENIALS)
      this.#sampler.addLeftOut(denials.leftOut)
      for (const [key, { name, labels, add }] of counts) this.#add(key, name, labels, add)
      this.#durations.addAll(durations)
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
