import type { EntryState, LedgerEntry } from '../../../src/orders/entry.ts'
import type { Caller } from './caller-limits.ts'
import { capProblems } from './cap-invariants.ts'
import { LONGEST_WRITE_MS } from './durable-storage.ts'
import { entryProblems } from './entry-invariants.ts'
import { executionProblems } from './execution-invariants.ts'
import type { ClockStep } from './fault-injector.ts'
import type { Attempt, GatewayUnderTest, Writing } from './gateway-under-test.ts'
import type { KeyStandings } from './key-standings.ts'
import type { Opend } from './opend.ts'
import { replyProblems } from './reply-invariants.ts'
import { sendingProblems } from './sending-invariants.ts'
import { switchProblems } from './switch-invariants.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** The results of a schedule. */
export interface Remains {
  readonly clock: VirtualClock
  readonly opend: Opend
  readonly gateway: GatewayUnderTest
  /** The durable ledger. */
  readonly entries: readonly LedgerEntry[]
  readonly callers: readonly Caller[]
  readonly steps: readonly ClockStep[]
  readonly standings: KeyStandings
}

/**
 * The longest time an order call may take: 10 s until its frame is sent, 12 s to its reply and 8 s of reconciliation,
 * plus the writes before them and before the reply.
 */
const LONGEST_CALL_MS = 30_000 + 4 * LONGEST_WRITE_MS

/** The allowed transitions of an entry; a poll without a result leaves its state unchanged. */
const TRANSITIONS: Readonly<Record<EntryState, readonly EntryState[]>> = {
  reserved: ['accepted', 'rejected', 'not_sent', 'unknown', 'refused'],
  unknown: ['unknown', 'accepted', 'rejected', 'absent', 'lapsed'],
  accepted: [],
  rejected: ['accepted'],
  not_sent: [],
  absent: ['accepted'],
  lapsed: [],
  refused: [],
}

/** The allowed first states of an entry. */
const BEGINNINGS: ReadonlySet<EntryState> = new Set(['reserved', 'refused'])

/** The violations of a schedule, as text. */
export function problemsOf(remains: Remains): readonly string[] {
  const { gateway, entries, steps, opend } = remains
  const hasStorageFailed = opend.calls.counts.has('fault_storage')
  return [
    ...gateway.bugs.map((bug) => `bug: ${bugText(bug)}`),
    ...gateway.writings.flatMap((writing) => arrowProblems(writing, hasStorageFailed)),
    ...gateway.attempts.flatMap((attempt) => replyTimeProblems(attempt, steps)),
    ...executionProblems(remains),
    ...entries.flatMap((entry) => entryProblems(entry, remains)),
    ...sendingProblems(remains),
    ...switchProblems(remains),
    ...capProblems(remains),
    ...replyProblems(gateway.attempts, gateway.contradicted),
  ]
}

function bugText(bug: unknown): string {
  if (!(bug instanceof Error)) return String(bug)
  return `${bug.stack ?? bug.message}${bug.cause === undefined ? '' : `\n${bugText(bug.cause)}`}`
}

/**
 * A caller acts on a final state, so the state of an entry never goes back. Changes whose write failed are skipped: an
 * entry that was unknown meanwhile continues from `reserved`.
 */
function arrowProblems({ entry, before }: Writing, hasStorageFailed: boolean): readonly string[] {
  if (before === null) return BEGINNINGS.has(entry.state) ? [] : [`${entry.id} began as ${entry.state}`]
  if (before.state === entry.state) return []
  const isContradiction = before.state === 'absent' || before.state === 'rejected'
  if (isContradiction && entry.contradiction === null) return [`${entry.id} left ${before.state} in silence`]
  if (hasStorageFailed && before.state === 'reserved' && TRANSITIONS.unknown.includes(entry.state)) return []
  return TRANSITIONS[before.state].includes(entry.state)
    ? []
    : [`${entry.id} went from ${before.state} to ${entry.state}`]
}

/** Every caller gets a reply in time. */
function replyTimeProblems({ request, atMs, repliedMs }: Attempt, steps: Remains['steps']): readonly string[] {
  if (repliedMs === null) return [`attempt ${request.requestId} never got a reply`]
  const setBackMs = steps
    .filter(({ elapsedMs }) => elapsedMs >= atMs && elapsedMs <= repliedMs)
    .reduce((sum, { byMs }) => sum + Math.max(0, -byMs), 0)
  const tookMs = repliedMs - atMs
  return tookMs > LONGEST_CALL_MS + setBackMs ? [`attempt ${request.requestId} took ${tookMs} ms`] : []
}
