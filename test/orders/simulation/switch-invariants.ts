import { covers } from '../../../src/orders/kill-switch/halt-scope.ts'
import type { ArmedSwitch, TaskDone } from './gateway-under-test.ts'
import type { Remains } from './invariants.ts'

/** A switch begins within this time of its own time, or of the link being ready after that. */
const PROMPT_MS = 5_000

/** For so long a switch waits for an order that was called absent and may appear still. */
const ABSENT_WATCH_MS = 600_000

/** What the switches have left undone. */
export function switchProblems(remains: Remains): readonly string[] {
  const { gateway } = remains
  return [
    ...gateway.tasksDone.flatMap((done) => endProblems(done, remains)),
    ...gateway.armed.flatMap((armed) => promptProblems(armed, remains)),
    ...unfinishedProblems(remains),
  ]
}

/**
 * A switch ends when not one order that it is about is open, as far as OpenD has listed them: its caller has gone and
 * relies on it. A cancel-after is about the orders from before it fired; on a clock that was set back, one from after it
 * may bear an earlier time.
 */
function endProblems({ task, openTags, elapsedMs }: TaskDone, { entries, clock }: Remains): readonly string[] {
  if (clock.wasSetBack && task.reason !== 'halt') return []
  const open = entries.filter(({ tag }) => tag !== null && openTags.includes(tag))
  const meant = open.filter(({ caller, call }) => covers(task.scope, caller, call.accId))
  const left = meant.filter(({ createdAtMs }) => task.reason === 'halt' || createdAtMs <= task.dueAtMs)
  return left.map(({ id }) => `${task.id} ended at ${elapsedMs} while ${id} was open`)
}

/** A switch that fires late leaves orders open that its caller believes cancelled. */
function promptProblems(armed: ArmedSwitch, { gateway, clock, steps }: Remains): readonly string[] {
  const { caller, armedMs, dueMs, endedMs, begunMs } = armed
  // By which clock it fires after a restart differs from the one that was stepped.
  if (steps.some(({ elapsedMs }) => elapsedMs > armedMs)) return []
  const ready = gateway.readyTimes.find(
    ({ fromMs, toMs }) => Math.min(toMs, clock.elapsedMs) - Math.max(fromMs, dueMs) > PROMPT_MS,
  )
  const byMs = ready === undefined ? Infinity : Math.max(ready.fromMs, dueMs) + PROMPT_MS
  if (endedMs <= byMs || (begunMs !== null && begunMs <= byMs)) return []
  return [`the cancel-after of ${caller} due at ${dueMs} had not begun at ${byMs}`]
}

/** In the end every switch that fired is done, unless an order that was called absent may still appear. */
function unfinishedProblems({ gateway, entries, clock }: Remains): readonly string[] {
  const tasks = gateway.wake().gateway.orders.cancelTasks()
  const waiting = entries.filter(
    ({ state, createdAtMs }) => state === 'absent' && createdAtMs > clock.wallMs() - ABSENT_WATCH_MS,
  )
  return tasks
    .filter(({ isRunning }) => isRunning)
    .filter(({ scope }) => !waiting.some(({ caller, call }) => covers(scope, caller, call.accId)))
    .map(({ reason, scope, detail }) => `the ${reason} of ${JSON.stringify(scope)} has not ended: ${detail}`)
}
