import { OrderStatus } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { Ledger } from '../ledger.ts'

type Order = MessageTypes['Trd_Common.Order']

/** What a look at an account's orders says about an entry whose reply was lost. */
export type MatchResult =
  | {
      readonly state: 'accepted'
      readonly order: Pick<Order, 'orderID' | 'orderIDEx'>
      readonly detail: string
      /** Concluded from what is not listed. A list that is just being refreshed may lack something, so one is not enough. */
      readonly isByAbsence: boolean
    }
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
export type OtherCalls = Pick<Ledger, 'byId' | 'latestFor' | 'unresolved'>

/** Whether OpenD itself does not know what became of an order. */
export function isUnsure({ orderStatus }: Order): boolean {
  return orderStatus === OrderStatus.Unknown || orderStatus === OrderStatus.TimeOut
}

/** The finding about an order that OpenD is not sure of. */
export function unsure({ orderStatus }: Order): MatchResult {
  return { state: 'unknown', detail: `OpenD lists the order with status ${orderStatus}` }
}
