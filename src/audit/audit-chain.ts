import { hexOf } from '../base/hex.ts'
import type { AuditRow } from './audit-event.ts'

/** SHA-256 of a text in UTF-8. */
export type Sha256 = (text: string) => Uint8Array

/** The hash before the first row. */
export const FIRST_HASH = '0'.repeat(64)

/** A row as one line of JSON, with its members in a fixed order. The export has these lines. */
export function rowText(row: AuditRow): string {
  const { hash, ...content } = row
  return JSON.stringify({ ...inOrder(content), hash })
}

/** The hash of a row: over the hash of the row before, a line feed, and the row as JSON without its own hash. */
export function hashOfRow(before: string, row: Omit<AuditRow, 'hash'>, sha256: Sha256): string {
  return hexOf(sha256(`${before}\n${asciiJson(inOrder(row))}`))
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
export function verifyChain(rows: Iterable<AuditRow>, sha256: Sha256, anchor: string | null): ChainBreak | null {
  let before = anchor
  let lastSeq: number | null = null
  for (const { hash, ...row } of rows) {
    if (lastSeq !== null && row.seq !== lastSeq + 1) {
      return { seq: row.seq, reason: row.seq <= lastSeq ? 'reordered' : 'missing' }
    }
    if (before !== null && hashOfRow(before, row, sha256) !== hash) return { seq: row.seq, reason: 'changed' }
    before = hash
    lastSeq = row.seq
  }
  return null
}

type Content = Omit<AuditRow, 'hash'>

/** JSON keeps the order in which members were added, so a row that was read from a file is put in order again. */
function inOrder({ detail, ...row }: Content): object {
  const { seq, atMs, kind, iface, caller, action, outcome, code } = row
  const { requestId, intentId, sentAs, orderId, accId, leftOut } = row
  const sorted = Object.fromEntries(Object.entries(detail).sort(([a], [b]) => (a < b ? -1 : 1)))
  const ids = { requestId, intentId, sentAs, orderId, accId }
  return { seq, atMs, kind, iface, caller, action, outcome, code, ...ids, leftOut, detail: sorted }
}

/** JSON with every character outside of ASCII as an escape, so that its bytes do not depend on an encoder. */
function asciiJson(value: object): string {
  return JSON.stringify(value).replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
