import type { LedgerEntry } from '../../../src/orders/entry.ts'
import { isForOperator, orderOf } from './entry-invariants.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'
import type { Opend } from './opend.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** The sources of an operator. */
interface OperatorView {
  readonly clock: VirtualClock
  readonly gateway: GatewayUnderTest
  readonly opend: Opend
  readonly entries: readonly LedgerEntry[]
}

const TIME_TO_DECIDE_MS = 10_000

/**
 * Decides the entries that only an operator can decide, according to OpenD. Any other undecided entry is a violation.
 */
export async function decideAsOperator(view: OperatorView) {
  const problems: string[] = []
  let count = 0
  for (const entry of view.entries) {
    if (entry.state !== 'unknown') continue
    if (!isForOperator(entry, view)) {
      problems.push(`${entry.id} is undecided: ${entry.detail}`)
      continue
    }
    count++
    const result = await decide(entry, view)
    if (result !== null) problems.push(`an operator cannot decide ${entry.id}: ${result}`)
  }
  return { count, problems }
}

/** Why the decision was refused; null when it was accepted. */
async function decide(entry: LedgerEntry, view: OperatorView): Promise<string | null> {
  const { clock, gateway, opend } = view
  const order = orderOf(entry, view)
  const isDone = opend.calls.executed.some(
    ({ connId, serial }) => gateway.frames.get(`${connId}/${serial}`) === entry.id,
  )
  const state = isDone ? 'accepted' : entry.call.kind === 'place' ? 'absent' : 'rejected'
  const ids = { orderId: order?.orderId ?? null, orderIdEx: order?.orderIdEx ?? null }
  const decision = { state, by: 'key:admin', reason: 'seen in the app', ...ids } as const
  let answer: string | null = 'no answer'
  const { orders } = gateway.wake().gateway
  orders.resolve(entry.id, decision).then(
    (result) => (answer = result.ok ? null : result.failure.code),
    (bug: unknown) => (answer = String(bug)),
  )
  await clock.runUntil(clock.elapsedMs + TIME_TO_DECIDE_MS, () => answer !== 'no answer')
  return answer
}
