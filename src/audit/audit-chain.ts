import { hexOf } from '../base/hex.ts'
import type { AuditRow } from './audit-event.ts'

/** SHA-256 of a text in UTF-8. */
export type Sha256 = (text: string) => Uint8Array

/** The hash before the first row. */
export const FIRST_HASH = '0'.repeat(64)

/**
 * A row in the form in which it leaves the gateway: in a page, in the export and, without its hash, in the text that is
 * hashed. The members are those of `AuditRow`.
 */
export interface PublishedRow {
  readonly seq: number
  readonly at_ms: number
  readonly kind: string
  readonly iface: string
  readonly caller: string
  readonly action: string
  readonly outcome: string
  readonly code: string | null
  readonly request_id: string | null
  readonly intent_id: string | null
  readonly sent_as: string | null
  readonly order_id: string | null
  readonly acc_id: string | null
  readonly left_out: number
  readonly detail: AuditRow['detail']
  readonly hash: string
}

/** A row without its hash. */
type Content = Omit<PublishedRow, 'hash'>

/** The published form of a stored row. */
export function publishedRow({ hash, ...row }: AuditRow): PublishedRow {
  return { ...contentOf(row), hash }
}

/** A row as one line of JSON. The export has these lines. */
export function rowText(row: AuditRow): string {
  return JSON.stringify(publishedRow(row))
}

/** The hash of a row: over the hash of the row before, a line feed, and the row as JSON without its own hash. */
export function hashOfRow(before: string, row: Omit<AuditRow, 'hash'>, sha256: Sha256): string {
  return hashOfContent(before, contentOf(row), sha256)
}

/** What is wrong with the rows of an export; null when the chain is whole. */
export interface ChainBreak {
  /** The number of the first row that does not follow from the one before. */
  readonly seq: number
  readonly reason: 'changed' | 'missing' | 'reordered'
}

/**
 * Checks rows in the order of an export, oldest first. `anchor` is the hash of the row before the first; without one, the
 * first row is taken on trust, and everything after it is checked.
 */
export function verifyChain(
  rows: Iterable<PublishedRow>,
  sha256: Sha256,
  anchor: { readonly seq: number; readonly hash: string } | null,
): ChainBreak | null {
  let before = anchor?.hash ?? null
  let lastSeq = anchor?.seq ?? null
  for (const { hash, ...row } of rows) {
    if (lastSeq !== null && row.seq !== lastSeq + 1) {
      return { seq: row.seq, reason: row.seq <= lastSeq ? 'reordered' : 'missing' }
    }
    if (before !== null && hashOfContent(before, row, sha256) !== hash) return { seq: row.seq, reason: 'changed' }
    before = hash
    lastSeq = row.seq
  }
  return null
}

function contentOf(row: Omit<AuditRow, 'hash'>): Content {
  const { seq, atMs, kind, iface, caller, action, outcome, code } = row
  const { requestId, intentId, sentAs, orderId, accId, leftOut, detail } = row
  const ids = { request_id: requestId, intent_id: intentId, sent_as: sentAs, order_id: orderId, acc_id: accId }
  return { seq, at_ms: atMs, kind, iface, caller, action, outcome, code, ...ids, left_out: leftOut, detail }
}

function hashOfContent(before: string, content: Content, sha256: Sha256): string {
  return hexOf(sha256(`${before}\n${asciiJson(inOrder(content))}`))
}

/**
 * The members sorted by name, those of `detail` too: a program that copied the file may have ordered them differently.
 * A member that no row has is kept, so that the hash differs when one was added.
 */
function inOrder({ detail, ...content }: Content): object {
  return sorted({ ...content, detail: sorted(detail) })
}

function sorted(members: object): object {
  return Object.fromEntries(Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** JSON with every character outside of ASCII as an escape, so that its bytes do not depend on an encoder. */
function asciiJson(value: object): string {
  return JSON.stringify(value).replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
