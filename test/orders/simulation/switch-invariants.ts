import { covers } from '../../../src/orders/kill-switch/halt-scope.ts'
import { tagOf } from '../../../src/orders/tag.ts'
import type { ArmedSwitch, TaskDone } from './gateway-under-test.ts'
import type { Remains } from './invariants.ts'

/** A switch starts within this time after its due time, or after the link becomes ready later. */
const PROMPT_MS = 5_000

/** How long a switch waits for an absent order that may still appear, including the delay of its next poll. */
const ABSENT_WATCH_MS = 600_000 + 60_000

/** The violations by switches. */
export function switchProblems(remains: Remains): readonly string[] {
  const { gateway } = remains
  return [
    ...gateway.tasksDone.flatMap((done) => endProblems(done, remains)),
    ...gateway.armed.flatMap((armed) => promptProblems(armed, remains)),
    ...identityProblems(remains),
    ...unfinishedProblems(remains),
  ]
}

/**
 * A switch ends when no order that it covers is open, as far as OpenD has listed them: its caller is gone and relies on
 * it. A cancel-after covers the orders placed before it fired; after the clock was set back, a later order may have an
 * earlier time.
 */
function endProblems(done: TaskDone, { entries, clock, gateway, opend }: Remains): readonly string[] {
  const { task, openTags, trulyListedTags, elapsedMs } = done
  if (clock.wasSetBack && task.reason !== 'halt') return []
  const open = entries.filter(({ tag }) => tag !== null && openTags.includes(tag))
  const meant = open.filter(({ caller, call }) => covers(task.scope, [caller], call.accId))
  const copied = new Set(
    opend
      .orders()
      .flatMap(({ orderId, remark }) => (opend.calls.isByHand(orderId) ? tagOf(remark ?? undefined) : null) ?? []),
  )
  // Of an order that OpenD refused and placed, there is no trace without a push or a complete list. One that a person has
  // copied is reported and left to an operator.
  const traced = meant.filter(
    ({ tag, contradiction }) =>
      contradiction?.state !== 'rejected' || (trulyListedTags.includes(tag ?? '') && !copied.has(tag ?? '')),
  )
  const clear = traced.filter(({ id, state }) => state === 'accepted' || !gateway.contradicted.has(id))
  const left = clear.filter(({ createdAtMs }) => task.reason === 'halt' || createdAtMs <= task.dueAtMs)
  return left.map(({ id }) => `${task.id} ended at ${elapsedMs} while ${id} was open`)
}

/** A switch that fires late leaves orders open that its caller expects to be cancelled. */
function promptProblems(armed: ArmedSwitch, remains: Remains): readonly string[] {
  const { gateway, opend, clock, steps } = remains
  const { caller, armedMs, dueMs, endedMs, begunMs } = armed
  // After a restart the switch fires by a clock other than the one that was stepped.
  if (steps.some(({ elapsedMs }) => elapsedMs > armedMs)) return []
  const ready = gateway.readyTimes.find(
    ({ fromMs, toMs }) => Math.min(toMs, clock.elapsedMs) - Math.max(fromMs, dueMs) > PROMPT_MS,
  )
  const byMs = ready === undefined ? Infinity : Math.max(ready.fromMs, dueMs) + PROMPT_MS
  if (endedMs <= byMs) return []
  if (begunMs === null || begunMs > byMs)
    return [`the cancel-after of ${caller} due at ${dueMs} had not begun at ${byMs}`]
  return [...accountsOf(caller, dueMs, remains)]
    .filter((accId) => !opend.calls.hungAccounts.has(BigInt(accId)))
    .filter(
      (accId) => !gateway.switchPolls.some((poll) => poll.accId.toString() === accId && isFrom(poll, dueMs, byMs)),
    )
    .map((accId) => `the cancel-after of ${caller} due at ${dueMs} had not polled account ${accId} at ${byMs}`)
}

/** The accounts on which a caller had placed orders before a time. */
function accountsOf(caller: string, beforeMs: number, { entries, gateway }: Remains): ReadonlySet<string> {
  const placed = entries.filter((entry) => entry.caller === caller && entry.call.kind === 'place')
  const before = placed.filter(({ id }) => (gateway.sent.get(id)?.elapsedMs ?? Infinity) < beforeMs)
  return new Set(before.map(({ call }) => call.accId))
}

function isFrom({ elapsedMs }: { readonly elapsedMs: number }, fromMs: number, toMs: number): boolean {
  return elapsedMs >= fromMs && elapsedMs <= toMs
}

/** Orders outside their scope that switches cancelled: those of other keys, and those placed by hand. */
function identityProblems({ gateway, opend, entries }: Remains): readonly string[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]))
  const calls = new Set(gateway.attempts.map(({ request }) => request.requestId))
  const owners = new Map(entries.map(({ tag, caller }) => [tag, caller]))
  return opend.calls.executed.flatMap(({ connId, serial, protoId, elapsedMs, order, accId }) => {
    const cancel = byId.get(gateway.frames.get(`${connId}/${serial}`) ?? '')
    if (protoId === 2202 || cancel === undefined || order === null || calls.has(cancel.requestId)) return []
    const isByHand = opend.calls.isByHand(order.orderId)
    const owner = isByHand ? null : (owners.get(tagOf(order.remark)) ?? null)
    // An exit is cancelled when it is not needed any more, for the caller whose order it is.
    const isOfExit = cancel.requestId.startsWith('exit-of-')
    if (owner !== null && isOfExit && owner === cancel.caller) return []
    if (owner !== null && cancel.requestId.startsWith('cancel-after-') && owner === cancel.caller) return []
    const halts = gateway.halts.filter(({ cancels, requestedMs }) => cancels && requestedMs <= elapsedMs)
    const isCovered = halts.some(({ scope, includesForeign }) =>
      // A halt of one caller with foreign orders covers those on all accounts of the caller.
      owner === null
        ? includesForeign && (scope.kind === 'caller' || covers(scope, [], accId.toString()))
        : covers(scope, [owner], accId.toString()),
    )
    return isCovered ? [] : [`${cancel.id} of a switch cancelled order ${order.orderId} of ${owner ?? 'a person'}`]
  })
}

/** At the end every fired switch is done, unless an absent order may still appear. */
function unfinishedProblems({ gateway, entries, clock }: Remains): readonly string[] {
  const tasks = gateway.wake().gateway.orders.killSwitch.report().tasks
  const waiting = entries.filter(
    ({ state, createdAtMs }) => state === 'absent' && createdAtMs > clock.wallMs() - ABSENT_WATCH_MS,
  )
  return tasks
    .filter(({ isRunning }) => isRunning)
    .filter(({ scope }) => !waiting.some(({ caller, call }) => covers(scope, [caller], call.accId)))
    .map(({ reason, scope, detail }) => `the ${reason} of ${JSON.stringify(scope)} has not ended: ${detail}`)
}
