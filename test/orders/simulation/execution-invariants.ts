import type { EntryState, LedgerEntry } from '../../../src/orders/entry.ts'
import type { Remains } from './invariants.ts'
import type { Opend } from './opend.ts'

/** States that say that OpenD has not done the call. */
export const NOT_DONE: ReadonlySet<EntryState> = new Set(['absent', 'not_sent', 'rejected', 'refused'])

/**
 * Every call that OpenD acted on stands for one entry, which is there and says so, and no entry or idempotency key for
 * two: else a caller holds an order that it was told it does not have. An order that OpenD carried out after its caller
 * had been told that it is not there must carry a contradiction.
 */
export function executionProblems({ gateway, opend, entries }: Remains): readonly string[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]))
  const problems: string[] = []
  const seen = new Set<string>()
  for (const { protoId, connId, serial, order } of opend.calls.executed) {
    const entryId = gateway.frames.get(`${connId}/${serial}`) ?? ''
    const entry = byId.get(entryId)
    // The kill switch cancels also while nothing can be written.
    if (entry === undefined && protoId === 2205 && gateway.sent.get(entryId)?.isStorageFailing === true) continue
    if (entry === undefined) {
      problems.push(`OpenD acted on frame ${connId}/${serial}, which no entry knows`)
      continue
    }
    const { id, tag, state, detail, idempotencyKey, caller, contradiction } = entry
    if (protoId === 2202 && !order?.remark.endsWith(`#${tag}`)) problems.push(`${id} has lost its tag`)
    // What a person did hides it: a copy, which is reported, or what was done to the order after a lost change.
    const isHidden = gateway.contradicted.has(id) || isHiddenDeed(entry, order?.orderId ?? '', opend)
    if (NOT_DONE.has(state) && !isHidden) problems.push(`${id} is ${state} (${detail}), but OpenD did it`)
    const key = idempotencyKey === null || contradiction !== null ? id : `key ${caller}/${idempotencyKey}`
    for (const name of new Set([id, key])) {
      if (seen.has(name)) problems.push(`OpenD acted twice on ${name}`)
      seen.add(name)
    }
  }
  return problems
}

/**
 * Whether it cannot be noticed that OpenD did a call: it refused an order that it placed and has not listed it again, or a
 * person has changed an order of which a change was lost.
 */
function isHiddenDeed({ call, state }: LedgerEntry, orderId: string, { calls }: Opend): boolean {
  if (call.kind !== 'place') return calls.touched.has(orderId)
  return state === 'rejected' && !calls.lists.shownInCalm.has(orderId)
}
