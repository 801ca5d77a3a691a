import { covers } from '../../../src/orders/kill-switch/halt-scope.ts'
import type { EntryState, LedgerEntry } from '../../../src/orders/entry.ts'
import { capProblems } from './cap-invariants.ts'
import type { Caller } from './callers.ts'
import { type Disk, LONGEST_WRITE_MS } from './disk.ts'
import { entryProblems, NOT_DONE } from './entry-invariants.ts'
import type { Attempt, GatewayHost, TaskDone, Writing } from './gateway-host.ts'
import type { Execution, Opend } from './opend.ts'
import { replyProblems } from './reply-invariants.ts'
import type { VirtualClock } from './virtual-clock.ts'
import type { ClockStep } from './weather.ts'

/** Everything a schedule leaves behind. */
export interface Remains {
  readonly clock: VirtualClock
  readonly disk: Disk
  readonly opend: Opend
  readonly host: GatewayHost
  readonly callers: readonly Caller[]
  readonly steps: readonly ClockStep[]
}

/**
 * The longest an order call may take: account list, order list, snapshot and the call itself each within the 12 s of
 * a call and the 5 s that it may wait for OpenD's limit on it, the write before it and those before the answer, and 8 s
 * of search.
 */
const LONGEST_CALL_MS = 4 * 17_000 + 3 * LONGEST_WRITE_MS + 8_000

/** The arrows an entry may take; a look that finds nothing leaves it where it is. */
const ARROWS: Readonly<Record<EntryState, readonly EntryState[]>> = {
  reserved: ['accepted', 'rejected', 'not_sent', 'unknown', 'refused'],
  unknown: ['unknown', 'accepted', 'rejected', 'absent', 'lapsed'],
  accepted: [],
  rejected: [],
  not_sent: [],
  absent: [],
  lapsed: [],
  refused: [],
}

/** How an entry may begin. */
const BEGINNINGS: ReadonlySet<EntryState> = new Set(['reserved', 'refused'])

/** What a schedule broke, in words. */
export function problemsOf(remains: Remains): readonly string[] {
  const { host, disk, opend, steps } = remains
  const entries = [...disk.durable.entries.values()]
  return [
    ...host.bugs.map((bug) => `bug: ${bug instanceof Error ? (bug.stack ?? bug.message) : String(bug)}`),
    ...host.writings.flatMap(arrowProblems),
    ...host.writings.flatMap(haltProblems),
    ...host.tasksDone.flatMap((done) => switchProblems(done, entries, remains.clock.wasSetBack)),
    ...host.attempts.flatMap((attempt) => settlingProblems(attempt, steps)),
    ...executionProblems(opend.executed, host, entries),
    ...entries.flatMap((entry) => entryProblems(entry, remains, entries)),
    ...capProblems(remains, entries),
    ...replyProblems(host.attempts),
  ]
}

function arrowProblems({ entry, before }: Writing): readonly string[] {
  if (before === null) return BEGINNINGS.has(entry.state) ? [] : [`${entry.id} began as ${entry.state}`]
  return ARROWS[before.state].includes(entry.state) ? [] : [`${entry.id} went from ${before.state} to ${entry.state}`]
}

/** Nothing but a cancel is admitted while its caller is halted. */
function haltProblems({ entry: { id, state, call }, before, isHalted }: Writing): readonly string[] {
  const isAdmitted = before === null && state === 'reserved' && call.kind !== 'cancel'
  return isAdmitted && isHalted ? [`${id} was admitted under a halt`] : []
}

/**
 * A switch ends when not one order that it is about is open. A cancel-after is about the orders from before it fired; on a
 * clock that was set back, one from after it may bear an earlier time.
 */
function switchProblems(
  { task, openTags }: TaskDone,
  entries: readonly LedgerEntry[],
  wasSetBack: boolean,
): readonly string[] {
  if (wasSetBack && task.reason !== 'halt') return []
  const open = entries.filter(({ tag }) => tag !== null && openTags.includes(tag))
  const meant = open.filter(({ caller, call }) => covers(task.scope, caller, call.accId))
  const left = meant.filter(({ createdAtMs }) => task.reason === 'halt' || createdAtMs <= task.dueAtMs)
  return left.map(({ id }) => `${task.id} ended while ${id} was open`)
}

function settlingProblems({ request, atMs, settledMs }: Attempt, steps: readonly ClockStep[]): readonly string[] {
  if (settledMs === null) return [`attempt ${request.requestId} was never settled`]
  const setBackMs = steps
    .filter(({ elapsedMs }) => elapsedMs >= atMs && elapsedMs <= settledMs)
    .reduce((sum, { byMs }) => sum + Math.max(0, -byMs), 0)
  const tookMs = settledMs - atMs
  return tookMs > LONGEST_CALL_MS + setBackMs ? [`attempt ${request.requestId} took ${tookMs} ms`] : []
}

/** Every call that OpenD acted on stands for one entry, which is there, and no entry or idempotency key for two. */
function executionProblems(
  executed: readonly Execution[],
  { frames }: GatewayHost,
  entries: readonly LedgerEntry[],
): readonly string[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]))
  const problems: string[] = []
  const seen = new Set<string>()
  for (const { protoId, connId, serial, order } of executed) {
    const entry = byId.get(frames.get(`${connId}/${serial}`) ?? '')
    if (entry === undefined) {
      problems.push(`OpenD acted on frame ${connId}/${serial}, which no entry knows`)
      continue
    }
    if (protoId === 2202 && !order?.remark.endsWith(`#${entry.tag}`)) problems.push(`${entry.id} has lost its tag`)
    if (NOT_DONE.has(entry.state)) problems.push(`${entry.id} is ${entry.state} (${entry.detail}), but OpenD did it`)
    const key = entry.idempotencyKey === null ? entry.id : `key ${entry.caller}/${entry.idempotencyKey}`
    for (const name of new Set([entry.id, key])) {
      if (seen.has(name)) problems.push(`OpenD acted twice on ${name}`)
      seen.add(name)
    }
  }
  return problems
}
