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

/** Everything a schedule leaves behind. */
export interface Remains {
  readonly clock: VirtualClock
  readonly opend: Opend
  readonly gateway: GatewayUnderTest
  /** The ledger, durable. */
  readonly entries: readonly LedgerEntry[]
  readonly callers: readonly Caller[]
  readonly steps: readonly ClockStep[]
  readonly standings: KeyStandings
}

/**
 * The longest an order call may take: 10 s until its frame leaves, 12 s to its reply and 8 s of search, with the writes
 * before it and those before the answer.
 */
const LONGEST_CALL_MS = 30_000 + 4 * LONGEST_WRITE_MS

/** The arrows an entry may take; a poll that finds nothing leaves it where it is. */
const ARROWS: Readonly<Record<EntryState, readonly EntryState[]>> = {
  reserved: ['accepted', 'rejected', 'not_sent', 'unknown', 'refused'],
  unknown: ['unknown', 'accepted', 'rejected', 'absent', 'lapsed'],
  accepted: [],
  rejected: ['accepted'],
  not_sent: [],
  absent: ['accepted'],
  lapsed: [],
  refused: [],
}

/** How an entry may begin. */
const BEGINNINGS: ReadonlySet<EntryState> = new Set(['reserved', 'refused'])

/** What a schedule broke, in words. */
export function problemsOf(remains: Remains): readonly string[] {
  const { gateway, entries, steps, opend } = remains
  const hasStorageFailed = opend.calls.counts.has('fault_storage')
  return [
    ...gateway.bugs.map((bug) => `bug: ${bugText(bug)}`),
    ...gateway.writings.flatMap((writing) => arrowProblems(writing, hasStorageFailed)),
    ...gateway.attempts.flatMap((attempt) => settlingProblems(attempt, steps)),
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
 * A caller reads a final state and acts on it, so the state of an entry never goes back. What the storage did not take is
 * skipped: an entry that was unknown meanwhile goes on from `reserved`.
 */
function arrowProblems({ entry, before }: Writing, hasStorageFailed: boolean): readonly string[] {
  if (before === null) return BEGINNINGS.has(entry.state) ? [] : [`${entry.id} began as ${entry.state}`]
  if (before.state === entry.state) return []
  const isContradiction = before.state === 'absent' || before.state === 'rejected'
  if (isContradiction && entry.contradiction === null) return [`${entry.id} left ${before.state} in silence`]
  if (hasStorageFailed && before.state === 'reserved' && ARROWS.unknown.includes(entry.state)) return []
  return ARROWS[before.state].includes(entry.state) ? [] : [`${entry.id} went from ${before.state} to ${entry.state}`]
}

/** A caller that gets no answer in time does not know what to do next. */
function settlingProblems({ request, atMs, settledMs }: Attempt, steps: Remains['steps']): readonly string[] {
  if (settledMs === null) return [`attempt ${request.requestId} was never answered`]
  const setBackMs = steps
    .filter(({ elapsedMs }) => elapsedMs >= atMs && elapsedMs <= settledMs)
    .reduce((sum, { byMs }) => sum + Math.max(0, -byMs), 0)
  const tookMs = settledMs - atMs
  return tookMs > LONGEST_CALL_MS + setBackMs ? [`attempt ${request.requestId} took ${tookMs} ms`] : []
}
