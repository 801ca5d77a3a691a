import { MAX_WAITING_AUDIT_EVENTS } from '../base/memory-budget.ts'
import type { AuditEvent, AuditRow } from './audit-event.ts'
import { FIRST_HASH, hashOfRow, type Sha256 } from './audit-chain.ts'
import type { AuditPage, AuditQuery, AuditStore, ChainEnd } from './audit-store.ts'
import { withoutSecrets, withoutTokens } from '../base/shown-text.ts'
import { DenialSampler } from './denial-sampler.ts'

/** How long rows are kept, and how many: about 500 bytes each with their indexes, so at most 100 MB. */
export const AUDIT_RETENTION_MS = 400 * 24 * 3_600_000
export const MOST_AUDIT_ROWS = 200_000

/** Characters of one value of an event: ids and codes are shorter, and a caller must not fill the log. */
const MOST_VALUE_CHARS = 200

/** Characters of a value that are searched for secrets: the rest is cut off anyway, and a path may have 16 KB. */
const MOST_READ_CHARS = 2_000

/** The members of `detail` in which a caller writes sentences. The others have ids. */
const FREE_TEXTS: ReadonlySet<string> = new Set(['reason', 'note'])

/** A part of an export, oldest first. */
export interface AuditPart {
  readonly rows: readonly AuditRow[]
  /** The row before the oldest stored one; null when the first row of all is stored. */
  readonly anchor: ChainEnd | null
}

/** The dependencies of the log. */
export interface AuditLogDeps {
  readonly store: AuditStore
  readonly sha256: Sha256
  readonly onStorageFailure: (error: unknown) => void
  readonly nowMs: () => number
}

/**
 * The append-only log of who did what. Each row contains a hash over itself and the row before, so that a row that was
 * changed, removed or moved later is found. The log never stops an action: rows that the storage does not take wait for it.
 */
export class AuditLog {
  readonly #deps: AuditLogDeps
  readonly #denials = new DenialSampler()
  #end: ChainEnd | null = null
  #waiting: { readonly event: AuditEvent; readonly atMs: number; readonly leftOut: number }[] = []
  /** Events that were dropped while the storage failed. */
  #dropped = 0

  constructor(deps: AuditLogDeps) {
    this.#deps = deps
  }

  /** Records an event. A denial is left out when there are too many. */
  record(event: AuditEvent): void {
    const nowMs = this.#deps.nowMs()
    const isDenial = event.kind === 'denial'
    if (isDenial && !this.#denials.take(event.caller, event.code ?? '', nowMs)) return
    if (this.#waiting.length >= MAX_WAITING_AUDIT_EVENTS) {
      this.#waiting.shift()
      this.#dropped++
    }
    const leftOut = isDenial ? this.#denials.takeLeftOut() : 0
    this.#waiting.push({ event: shortened(event), atMs: nowMs, leftOut })
    this.#writeWaiting()
  }

  /** Counts denials that an isolate of the Worker did not report one by one. */
  addLeftOut(count: number): void {
    this.#denials.addLeftOut(count)
  }

  /** Writes what waits for the storage, and deletes old rows. Call it regularly. */
  maintain(): void {
    this.#writeWaiting()
    const { store, nowMs, onStorageFailure } = this.#deps
    try {
      store.trim(nowMs() - AUDIT_RETENTION_MS, MOST_AUDIT_ROWS)
    } catch (error) {
      onStorageFailure(error)
    }
  }

  page(query: AuditQuery): AuditPage {
    return this.#deps.store.page(query)
  }

  /** A part of an export, oldest first, with the hash of the row before it. */
  exportAfter(seq: number, limit: number): AuditPart {
    const { store } = this.#deps
    return { rows: store.after(seq, limit), anchor: store.anchor() }
  }

  #writeWaiting(): void {
    const { store, sha256, onStorageFailure } = this.#deps
    try {
      while (this.#waiting[0] !== undefined) {
        const { event, atMs, leftOut } = this.#waiting[0]
        const end = this.#end ?? store.last() ?? { seq: 0, hash: FIRST_HASH }
        const content = { ...event, seq: end.seq + 1, atMs, leftOut: leftOut + this.#dropped }
        const row = { ...content, hash: hashOfRow(end.hash, content, sha256) }
        store.add(row)
        this.#end = { seq: row.seq, hash: row.hash }
        this.#dropped = 0
        this.#waiting.shift()
      }
    } catch (error) {
      // The stored end decides when the storage works again: a failed write may have been made.
      this.#end = null
      onStorageFailure(error)
    }
  }
}

/** Without what looks like a secret: a caller may paste its token into any field. Bounded in length before and after. */
function shortened(event: AuditEvent): AuditEvent {
  const cut = (text: string): string => withoutSecrets(text.slice(0, MOST_READ_CHARS)).slice(0, MOST_VALUE_CHARS)
  const cutId = (id: string): string => withoutTokens(id.slice(0, MOST_READ_CHARS)).slice(0, MOST_VALUE_CHARS)
  const detail = Object.entries(event.detail).map(([name, value]) => [
    name,
    typeof value === 'string' ? (FREE_TEXTS.has(name) ? cut(value) : cutId(value)) : value,
  ])
  return {
    ...event,
    caller: cutId(event.caller),
    action: cut(event.action),
    requestId: event.requestId === null ? null : cutId(event.requestId),
    detail: Object.fromEntries(detail),
  }
}
