import type { EntryState, LedgerEntry } from '../../../src/orders/entry.ts'
import type { Remains } from './invariants.ts'
import type { Opend } from './opend.ts'

/** States in which OpenD has not carried out the call. */
export const NOT_DONE: ReadonlySet<EntryState> = new Set(['absent', 'not_sent', 'rejected', 'refused'])

/**
 * Every call that OpenD acted on belongs to exactly one entry, which reports it, and no entry or idempotency key has
 * two. Otherwise a caller has an order whose absence it was assured of. An order that OpenD carried out after its
 * caller received a final state against it must have a contradiction.
 */
export function executionProblems({ gateway, opend, entries }: Remains): readonly string[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]))
  const problems: string[] = []
  const seen = new Set<string>()
  for (const { protoId, connId, serial, order } of opend.calls.executed) {
    const entryId = gateway.frames.get(`${connId}/${serial}`) ?? ''
    const entry = byId.get(entryId)
    // The kill switch cancels also while the storage fails.
    if (entry === undefined && protoId === 2205 && gateway.sent.get(entryId)?.isStorageFailing === true) continue
    if (entry === undefined) {
      problems.push(`OpenD acted on frame ${connId}/${serial}, which belongs to no entry`)
      continue
    }
    const { id, tag, state, detail, idempotencyKey, caller, contradiction } = entry
    if (protoId === 2202 && !order?.remark.endsWith(`#${tag}`)) problems.push(`${id} has no tag at OpenD`)
    // A person's action hides it: a copy, which is reported, or a change of the order after a lost change.
    const isHidden = gateway.contradicted.has(id) || isHiddenDeed(entry, order?.orderId ?? '', opend)
    if (NOT_DONE.has(state) && !isHidden) problems.push(`${id} is ${state} (${detail}), but OpenD carried it out`)
    const key = idempotencyKey === null || contradiction !== null ? id : `key ${caller}/${idempotencyKey}`
    for (const name of new Set([id, key])) {
      if (seen.has(name)) problems.push(`OpenD acted twice on ${name}`)
      seen.add(name)
    }
  }
  return problems
}

/**
 * Whether it cannot be detected that OpenD carried a call out: OpenD refused an order that it placed and has not listed it
 * again, or a person has changed an order after a lost change.
 */
function isHiddenDeed({ call, state }: LedgerEntry, orderId: string, { calls }: Opend): boolean {
  if (call.kind !== 'place') return calls.touched.has(orderId)
  return state === 'rejected' && !calls.lists.shownInCalm.has(orderId)
}
