import type { GatewayUnderTest, Writing } from './gateway-under-test.ts'
import type { Opend } from './opend.ts'

/** The number of occurrences of each event in a schedule: faults, and outcomes of orders and switches. */
export function countsOf(gateway: GatewayUnderTest, opend: Opend): Readonly<Record<string, number>> {
  const counts = new Map(opend.calls.counts)
  const add = (what: string, n = 1): void => void counts.set(what, (counts.get(what) ?? 0) + n)
  add('attempts', gateway.attempts.length)
  add('executed', opend.calls.executed.length)
  add('instances', gateway.instances)
  add('switch_done', gateway.tasksDone.length)
  add('switch_retried', gateway.tasksRetried)
  add('switch_begun', gateway.tasksBegun.size)
  add('halt_answered', gateway.halts.filter(({ answeredMs }) => answeredMs !== null).length)
  add('halt_not_stored', gateway.halts.filter(({ answeredMs, isStored }) => answeredMs !== null && !isStored).length)
  for (const writing of gateway.writings) for (const what of outcomesOf(writing)) add(what)
  for (const { reply, isStored } of gateway.attempts) {
    if (!isStored && reply !== null && reply !== 'lost' && reply.kind !== 'refused') add('answered_not_stored')
    if (reply !== null && reply !== 'lost' && reply.kind === 'refused') add(`refused_${reply.failure.code}`)
  }
  return Object.fromEntries(counts)
}

/** The event of an entry in a write. */
function outcomesOf({ entry, before }: Writing): readonly string[] {
  const { state, detail, refusal } = entry
  if (before === null || before.state === state) return []
  const from = before.state
  if (from === 'absent' || from === 'rejected') return [`contradicted_${from}`]
  const outcomes = [`became_${state}`]
  if (from === 'reserved' && state === 'accepted' && detail !== null) outcomes.push('found_in_push')
  if (from === 'reserved' && refusal !== null) outcomes.push(`stopped_${refusal.code}`)
  return outcomes
}
