import { createHash } from 'node:crypto'
import { type ChainBreak, type PublishedRow, verifyChain } from '../../audit/audit-chain.ts'

/** The result of a check, as a sentence for a person. */
export interface Verdict {
  readonly isWhole: boolean
  readonly text: string
}

/** The meaning of each kind of break. */
const REASONS: Readonly<Record<ChainBreak['reason'], string>> = {
  changed: 'was changed, or the row before it was',
  missing: 'does not follow: rows before it are missing',
  reordered: 'stands in another place than it was written',
}

/**
 * Checks an exported audit: the lines of `npm run audit -- export`. Each row must have the hash over itself and the row
 * before, and the first one must follow from the anchor.
 */
export function verifyExport(text: string): Verdict {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const parsed = lines.map(readLine)
  const wrong = parsed.findIndex((value) => value === null)
  if (wrong >= 0) return broken(`Line ${wrong + 1} is not JSON: the file was cut or changed.`)
  const [head, ...rows] = parsed
  const anchor = anchorOf(head)
  if (anchor === null) return broken('The first line has no anchor: this is not an export of an audit.')
  const misfit = rows.findIndex((row) => !isRow(row))
  if (misfit >= 0) return broken(`Line ${misfit + 2} is not a row of an audit.`)
  // A member that is given twice has two values: parsers take the last one, and a reader may take the first.
  const rewritten = rows.findIndex((row, index) => JSON.stringify(row) !== lines[index + 1]?.trimEnd())
  if (rewritten >= 0) return broken(`Line ${rewritten + 2} is not in the form of the export: it was written anew.`)
  const found = verifyChain(rows.filter(isRow), (one) => createHash('sha256').update(one, 'utf8').digest(), anchor)
  if (found !== null) return broken(`The chain is broken: row ${found.seq} ${REASONS[found.reason]}.`)
  return { isWhole: true, text: `The chain of ${rows.length} rows is whole.` }
}

function broken(text: string): Verdict {
  return { isWhole: false, text }
}

function readLine(line: string): unknown {
  try {
    return JSON.parse(line) as unknown
  } catch {
    return null
  }
}

function anchorOf(head: unknown): { readonly seq: number; readonly hash: string } | null {
  if (typeof head !== 'object' || head === null || !('anchor' in head)) return null
  const { anchor } = head
  if (typeof anchor !== 'object' || anchor === null || !('hash' in anchor) || !('seq' in anchor)) return null
  const { seq, hash } = anchor
  return typeof hash === 'string' && typeof seq === 'number' ? { seq, hash } : null
}

function isRow(value: unknown): value is PublishedRow {
  if (typeof value !== 'object' || value === null) return false
  return (
    'seq' in value && 'hash' in value && 'detail' in value && typeof value.detail === 'object' && value.detail !== null
  )
}
