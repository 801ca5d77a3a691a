import { OrderStatus } from '../../../proto/enums.ts'
import type { Ledger } from '../ledger.ts'
import type { Order } from '../order-identity.ts'

/** The result of comparing a snapshot of an account's orders with an entry whose outcome is unknown. */
export type MatchResult =
  | {
      readonly state: 'accepted'
      readonly order: Pick<Order, 'orderID' | 'orderIDEx'>
      readonly detail: string
      /**
       * Whether the result follows from an order's absence. One list is not enough then: a list that OpenD is
       * refreshing may be incomplete.
       */
      readonly isByAbsence: boolean
    }
  | { readonly state: 'rejected'; readonly detail: string }
  | { readonly state: 'lapsed'; readonly detail: string; readonly isByAbsence: boolean }
  /** The snapshot shows the call, but does not decide it. */
  | {
      readonly state: 'unknown'
      readonly detail: string
      /** Whether several orders carry the tag, so that the entry's order cannot be identified. */
      readonly isAmbiguous: boolean
    }

/** Orders of an account, as OpenD listed or pushed them. */
export interface OrderSnapshot {
  readonly orders: readonly Order[]
  /** Why an order may exist although the snapshot lacks it; null when the snapshot is complete. */
  readonly gap: string | null
}

/** The ledger methods that find the entry of an order and its other changes. */
export type OtherCalls = Pick<Ledger, 'byId' | 'byOrderId' | 'changesOf' | 'sequenceOf'>

/** Whether OpenD reports the state of an order as unknown. */
export function isUnsure({ orderStatus }: Order): boolean {
  return orderStatus === OrderStatus.Unknown || orderStatus === OrderStatus.TimeOut
}

/** The result for an order whose state OpenD reports as unknown. */
export function unsure({ orderStatus }: Order): MatchResult {
  return undecided(`OpenD lists the order with status ${orderStatus}`)
}

/** A result that does not decide the entry. */
export function undecided(detail: string): MatchResult {
  return { state: 'unknown', detail, isAmbiguous: false }
}
