import type { LedgerEntry } from '../../../src/orders/entry.ts'
import type { ExitGroup, Leg } from '../../../src/orders/exits/exit-group.ts'
import { legOfKey } from '../../../src/orders/exits/exit-group.ts'
import { balanceOf, exposureOf, filledOf, openOf, planExits } from '../../../src/orders/exits/plan-exits.ts'
import { TrdEnv } from '../../../proto/enums.ts'
import { isOpenStatus } from '../../../src/simulator/trading/order-status.ts'
import { orderOf } from './entry-invariants.ts'
import { NOT_DONE } from './execution-invariants.ts'
import type { Opend } from './opend.ts'

/** What the exits of a schedule left behind. */
export interface ExitRemains {
  readonly opend: Opend
  readonly entries: readonly LedgerEntry[]
  readonly groups: readonly ExitGroup[]
}

/** Whether no exit is on its way: what is missing has a reason, or waits for a price. */
export function areExitsQuiet(groups: readonly ExitGroup[]): boolean {
  return groups.every((group) => {
    const isSending = group.legs.some(({ orders }) => orders.some(({ phase }) => phase === 'sending'))
    const steps = planExits(group, Infinity)
    const isStepping = steps.some((step) => step.kind === 'cancel' || step.leg.detail === null)
    const isPriced =
      exposureOf(group) === 0 || group.legs.every(({ price, detail }) => price !== null || detail !== null)
    return group.isDone || (!isSending && !isStepping && isPriced)
  })
}

/**
 * Compares the exits with OpenD: the orders of a leg never close more than the parent filled, both together only where
 * OpenD holds both; nothing is open beyond what is left to close; and what a filled parent lacks has a reason.
 */
export function exitProblems(remains: ExitRemains): readonly string[] {
  return remains.groups.flatMap((group) => groupProblems(group, remains))
}

function groupProblems(group: ExitGroup, remains: ExitRemains): readonly string[] {
  const { entries } = remains
  const parent = entries.find(({ id }) => id === group.id)
  // The storage lost the entry with the group's own write, or an operator decided; then the group has no order.
  if (parent === undefined || parent.resolution !== null) return []
  const own = entries.filter(({ idempotencyKey }) => legOfKey(idempotencyKey)?.parentId === group.id)
  // An order that appears after OpenD's complete lists lacked it is cancelled, but may have been filled before.
  if ([parent, ...own].some(({ contradiction, resolution }) => contradiction !== null || resolution !== null)) return []
  // OpenD refused an order that it placed, and has not shown it since.
  if ([parent, ...own].some((entry) => NOT_DONE.has(entry.state) && orderOf(entry, remains) !== null)) return []
  const filled = orderOf(parent, remains)?.filledQty ?? 0
  const orders = new Map(
    group.legs.map((leg) => [
      leg.kind,
      own.filter((entry) => isOf(entry, leg)).flatMap((one) => orderOf(one, remains) ?? []),
    ]),
  )
  const problems: string[] = []
  const closed = sum([...orders.values()].flat(), ({ filledQty }) => filledQty)
  for (const leg of group.legs) {
    const ofLeg = orders.get(leg.kind) ?? []
    const name = `the ${leg.kind} of ${group.id}`
    const legClosed = sum(ofLeg, ({ filledQty }) => filledQty)
    const open = sum(
      ofLeg.filter(({ status }) => isOpenStatus(status)),
      ({ qty, filledQty }) => qty - filledQty,
    )
    if (legClosed > filled) problems.push(`${name} closed ${legClosed} of ${filled}`)
    if (open > Math.max(0, filled - closed))
      problems.push(`${name} is an orphan: ${open} are open, ${filled - closed} are left`)
    if (filledOf(leg) !== legClosed) problems.push(`${name} shows ${filledOf(leg)} filled, OpenD has ${legClosed}`)
    if (openOf(leg) !== open) problems.push(`${name} shows ${openOf(leg)} open, OpenD has ${open}`)
    if (isUnexplained(group, leg))
      problems.push(`${name} has ${openOf(leg)} open of ${exposureOf(group)}, and no reason`)
  }
  if (group.parent.filled !== filled) problems.push(`${group.id} shows ${group.parent.filled} filled of ${filled}`)
  if (closed > filled && group.trdEnv === TrdEnv.Simulate)
    problems.push(`the exits of ${group.id} closed ${closed} of ${filled}`)
  return problems
}

/** Whether a leg of a filled parent has too little open, does not wait for a price, and gives no reason. */
function isUnexplained(group: ExitGroup, leg: Leg): boolean {
  if (openOf(leg) >= exposureOf(group) || leg.detail !== null || leg.ended !== null) return false
  const isWaiting = leg.kind === 'stop_loss' && leg.waitsAt === 'edge' && leg.price !== null && !leg.isTriggered
  // The take profit gives way to a stop that was triggered.
  return !isWaiting && !group.legs.some(({ isTriggered }) => isTriggered && leg.kind === 'take_profit')
}

function isOf({ idempotencyKey }: LedgerEntry, { kind }: Leg): boolean {
  return legOfKey(idempotencyKey)?.kind === kind
}

function sum<One>(list: readonly One[], amount: (one: One) => number): number {
  return list.reduce((total, one) => total + amount(one), 0)
}

/** How often each thing happened to exits. */
export function exitCounts(groups: readonly ExitGroup[]): Readonly<Record<string, number>> {
  const legs = groups.flatMap((group) => group.legs)
  const count = (isCounted: (leg: Leg) => boolean): number => legs.filter(isCounted).length
  return {
    exit_groups: groups.length,
    exit_parents_filled: groups.filter(({ parent }) => parent.filled > 0).length,
    exit_groups_done: groups.filter(({ isDone }) => isDone).length,
    exit_positions_gone: groups.filter(({ stopped }) => stopped !== null).length,
    exit_overfilled: groups.filter((group) => balanceOf(group) < 0).length,
    exit_legs_placed: count(({ orders }) => orders.length > 0),
    exit_legs_placed_again: count(({ orders }) => orders.length > 1),
    exit_legs_filled: count((leg) => filledOf(leg) > 0),
    exit_legs_cancelled: count(({ orders }) => orders.some(({ cancelledAtMs }) => cancelledAtMs !== null)),
    exit_legs_triggered: count(({ isTriggered }) => isTriggered),
    exit_legs_with_reason: count(({ detail }) => detail !== null),
    exit_legs_ended: count(({ ended }) => ended !== null),
  }
}
