import { OrderStatus } from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import type { LedgerEntry } from './entry.ts'
import { findChange } from './find-change.ts'
import type { Ledger } from './ledger.ts'
import { tagOf } from './tag.ts'

type Order = MessageTypes['Trd_Common.Order']

/** What a look at an account's orders says about an entry whose reply was lost. */
export type Finding =
  | { readonly state: 'accepted'; readonly order: Pick<Order, 'orderID' | 'orderIDEx'>; readonly detail: string }
  | { readonly state: 'rejected'; readonly detail: string }
  /** There is a trace of it, but none that decides. */
  | { readonly state: 'unknown'; readonly detail: string }

/** What OpenD lists of an account. */
export interface Look {
  readonly orders: readonly Order[]
  /** Whether that includes what is no longer open, without which nothing can be missing. */
  readonly isComplete: boolean
}

/** What other calls of the ledger may have changed what a look shows. */
export type OtherCalls = Pick<Ledger, 'byId' | 'page' | 'unsettled'>

/** Reads a look. Null when there is no trace of the call. */
export function findingOf(entry: LedgerEntry, look: Look, others: OtherCalls): Finding | null {
  return entry.call.protoId === 2202 ? findNew(entry, look.orders) : findChange(entry, look, others)
}

function findNew({ tag }: LedgerEntry, orders: readonly Order[]): Finding | null {
  const order = orders.find(({ remark }) => tagOf(remark) === tag)
  if (order === undefined) return null
  return isUnsure(order) ? unsure(order) : { state: 'accepted', order, detail: 'found by its tag' }
}

/** Whether OpenD itself does not know what became of an order. */
export function isUnsure({ orderStatus }: Order): boolean {
  return orderStatus === OrderStatus.Unknown || orderStatus === OrderStatus.TimeOut
}

/** The finding about an order that OpenD is not sure of. */
export function unsure({ orderStatus }: Order): Finding {
  return { state: 'unknown', detail: `OpenD lists the order with status ${orderStatus}` }
}
