import type { MessageTypes } from '../../../proto/messages.ts'
import type { LedgerEntry } from '../entry.ts'
import { matchChange } from './match-change.ts'
import { type MatchResult, isUnsure, type Look, type OtherCalls, unsure } from './match-result.ts'
import { tagOf } from '../tag.ts'

type Order = MessageTypes['Trd_Common.Order']

/** Reads a look. Null when there is no trace of the call. */
export function matchOrder(entry: LedgerEntry, look: Look, others: OtherCalls): MatchResult | null {
  return entry.call.protoId === 2202 ? findNew(entry, look.orders) : matchChange(entry, look, others)
}

function findNew({ tag }: LedgerEntry, orders: readonly Order[]): MatchResult | null {
  const order = orders.find(({ remark }) => tagOf(remark) === tag)
  if (order === undefined) return null
  return isUnsure(order) ? unsure(order) : { state: 'accepted', order, detail: 'found by its tag', isByAbsence: false }
}
