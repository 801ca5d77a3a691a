import { OrderStatus } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { Ledger } from '../ledger.ts'

type Order = MessageTypes['Trd_Common.Order']

/** What a snapshot of an account's orders shows about an entry whose outcome is unknown. */
export type MatchResult =
  | {
      readonly state: 'accepted'
      readonly order: Pick<Order, 'orderID' | 'orderIDEx'>
      readonly detail: string
      /** Concluded from what is not listed. A list that is just being refreshed may lack something, so one is not enough. */
      readonly isByAbsence: boolean
    }
  | { readonly state: 'rejected'; readonly detail: string }
  | { readonly state: 'lapsed'; readonly detail: string; readonly isByAbsence: boolean }
  /** There is a trace of it, but none that decides. */
  | {
      readonly state: 'unknown'
      readonly detail: string
      /** Whether several orders carry the tag, so that none of them can be taken for the entry's own. */
      readonly isAmbiguous: boolean
    }

/** Orders of an account, as OpenD listed or pushed them. */
export interface OrderSnapshot {
  readonly orders: readonly Order[]
  /** Why an order may exist although it is not among them; null when they are complete. */
  readonly gap: string | null
}

/** The other calls of the ledger: whose an order is, and what else may have changed it. */
export type OtherCalls = Pick<Ledger, 'byId' | 'byOrderId' | 'changesOf' | 'sequenceOf'>

/** Whether OpenD itself does not know what became of an order. */
export function isUnsure({ orderStatus }: Order): boolean {
  return orderStatus === OrderStatus.Unknown || orderStatus === OrderStatus.TimeOut
}

/** The result for an order that OpenD is not sure of. */
export function unsure({ orderStatus }: Order): MatchResult {
  return undecided(`OpenD lists the order with status ${orderStatus}`)
}

/** A trace that does not decide. */
export function undecided(detail: string): MatchResult {
  return { state: 'unknown', detail, isAmbiguous: false }
}
