import type { AuditKind, AuditRow } from './audit-event.ts'

/** A page of the audit. Null means no restriction. */
export interface AuditQuery {
  readonly kind: AuditKind | null
  readonly caller: string | null
  readonly outcome: 'allow' | 'reject' | null
  readonly requestId: string | null
  readonly intentId: string | null
  readonly orderId: string | null
  readonly sinceMs: number | null
  readonly untilMs: number | null
  /** Rows with smaller numbers only, for the next page. */
  readonly beforeSeq: number | null
  readonly limit: number
}

/** Rows that match, newest first, and where the next page begins. */
export interface AuditPage {
  readonly rows: readonly AuditRow[]
  /** `beforeSeq` of the next page; null when there are no older rows. A page may end early and still have a next one. */
  readonly nextBeforeSeq: number | null
}

/** The last row of the chain, or what stands before the first stored row when older ones were deleted. */
export interface ChainEnd {
  readonly seq: number
  readonly hash: string
}

/** The audit's table. Rows are only added, and deleted from the oldest on. */
export interface AuditStore {
  /** The newest row; null for an empty log that never had one. */
  last(): ChainEnd | null
  /** The row before the oldest stored one: the anchor of the chain. Null when the first row is stored. */
  anchor(): ChainEnd | null
  /** Adds a row. Throws when the storage fails. */
  add(row: AuditRow): void
  page(query: AuditQuery): AuditPage
  /** Rows after a number, oldest first, for an export. */
  after(seq: number, limit: number): readonly AuditRow[]
  /** Deletes rows older than that time, and the oldest beyond that number; keeps the hash before the first that stays. */
  trim(beforeMs: number, most: number): void
}
