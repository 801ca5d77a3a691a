import type { AuditRow } from '../../src/audit/audit-event.ts'
import type { AuditPage, AuditQuery, AuditStore, ChainEnd } from '../../src/audit/audit-store.ts'

/** The meaning of `AuditStore` in the plainest code. */
export class MemoryAudit implements AuditStore {
  rows: AuditRow[] = []
  #anchor: ChainEnd | null = null

  last(): ChainEnd | null {
    return this.rows.at(-1) ?? this.#anchor
  }

  anchor(): ChainEnd | null {
    return this.#anchor
  }

  add(row: AuditRow): void {
    this.rows.push(row)
  }

  page({ beforeSeq, sinceMs, untilMs, limit, ...fields }: AuditQuery): AuditPage {
    const isMatch = (row: AuditRow): boolean =>
      Object.entries(fields).every(([name, value]) => value === null || row[name as keyof typeof fields] === value)
    const found = this.rows
      .filter((row) => row.seq < (beforeSeq ?? Infinity) && (sinceMs ?? -Infinity) <= row.atMs)
      .filter((row) => row.atMs < (untilMs ?? Infinity) && isMatch(row))
      .toReversed()
    const rows = found.slice(0, limit)
    return { rows, nextBeforeSeq: found.length > limit ? (rows.at(-1)?.seq ?? null) : null }
  }

  after(seq: number, limit: number): readonly AuditRow[] {
    return this.rows.filter((row) => row.seq > seq).slice(0, limit)
  }

  trim(beforeMs: number, most: number): void {
    const upTo = Math.max((this.last()?.seq ?? 0) - most, this.rows.findLast(({ atMs }) => atMs < beforeMs)?.seq ?? 0)
    const last = this.rows.findLast(({ seq }) => seq <= upTo)
    if (last === undefined) return
    this.#anchor = { seq: last.seq, hash: last.hash }
    this.rows = this.rows.filter(({ seq }) => seq > upTo)
  }
}
