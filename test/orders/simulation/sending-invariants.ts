import type { LedgerEntry } from '../../../src/orders/entry.ts'
import { covers } from '../../../src/orders/kill-switch/halt-scope.ts'
import type { Attempt, HaltRecord, SentFrame } from './gateway-under-test.ts'
import type { Remains } from './invariants.ts'
import { localMinutes } from './local-time.ts'

/** The frame of an order call must be sent within this time after the call. */
const DEADLINE_MS = 10_000

/** The violations by the times at which order calls were sent. */
export function sendingProblems(remains: Remains): readonly string[] {
  const { gateway, entries } = remains
  const attempts = new Map(gateway.attempts.map((attempt) => [attempt.request.requestId, attempt]))
  return entries.flatMap((entry) => {
    const frame = gateway.sent.get(entry.id)
    if (frame === undefined) return []
    const attempt = attempts.get(entry.requestId)
    // A cancel of a switch has no call of a caller.
    const own = attempt === undefined ? [] : callProblems(entry, frame, attempt, remains)
    return [...haltProblems(entry, frame, gateway.halts), ...own]
  })
}

/** After the reply to a halt, its caller expects that no order is sent. */
function haltProblems(
  { id, caller, call }: LedgerEntry,
  frame: SentFrame,
  halts: readonly HaltRecord[],
): readonly string[] {
  if (call.kind === 'cancel') return []
  return halts
    .filter(
      ({ answeredMs, endedMs }) => answeredMs !== null && frame.elapsedMs > answeredMs && frame.elapsedMs < endedMs,
    )
    .filter(({ scope }) => covers(scope, [caller], call.accId))
    .map(
      ({ scope, answeredMs }) =>
        `${id} left at ${frame.elapsedMs} under the halt ${scope.kind} answered at ${answeredMs}`,
    )
}

function callProblems(
  entry: LedgerEntry,
  frame: SentFrame,
  { request, atMs }: Attempt,
  remains: Remains,
): readonly string[] {
  const { id, call, caller } = entry
  const { elapsedMs, wallMs } = frame
  const problems: string[] = []
  // A caller that retries after 30 s must not get a third order from a queue.
  if (elapsedMs - atMs > DEADLINE_MS) problems.push(`${id} was sent ${elapsedMs - atMs} ms after the call`)
  // A revoked key must not trade any more.
  const revokedMs = remains.standings.revokedMs.get(caller) ?? Infinity
  if (elapsedMs > revokedMs) problems.push(`${id} was sent at ${elapsedMs}, but its key was revoked at ${revokedMs}`)
  const { expiresAtMs, limits } = request
  if (expiresAtMs !== null && wallMs >= expiresAtMs) problems.push(`${id} was sent after its token had expired`)
  const hours = limits?.hoursWindow ?? null
  if (hours !== null && call.kind !== 'cancel' && !isWithin(hours, localMinutes(wallMs, limits?.timeZone ?? 'UTC'))) {
    problems.push(`${id} was sent outside the hours ${hours} of its key`)
  }
  return problems
}

function isWithin(hours: string, minutes: number): boolean {
  const [from = 0, to = 0] = hours.split('-').map((text) => {
    const [h = 0, m = 0] = text.split(':').map(Number)
    return h * 60 + m
  })
  return from < to ? minutes >= from && minutes < to : minutes >= from || minutes < to
}
