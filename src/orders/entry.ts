import type { OrderProtoId } from '../calls.ts'
import type { Failure } from '../base/failure.ts'
import type { Reservation } from '../limits/limit-state.ts'

/**
 * Where an order call stands.
 *
 *     reserved  written down with its budget; its bytes may or may not have left
 *     accepted  OpenD took it
 *     rejected  OpenD definitely refused it
 *     not_sent  nothing of it left the gateway
 *     unknown   it left, and whether OpenD acted on it is not known; looked for until it is
 *     absent    it left, was looked for, and is proven not to be there
 *     lapsed    a change whose order has ended: whether it was made in between cannot be seen and has no effect any more
 *     refused   a limit, a switch or a check of ours said no before anything left
 *
 * It is sent once, from `reserved`, and never again.
 */
export type EntryState = (typeof ENTRY_STATES)[number]

/** Every state, as people may ask for them. */
export const ENTRY_STATES = [
  'reserved',
  'accepted',
  'rejected',
  'not_sent',
  'unknown',
  'absent',
  'lapsed',
  'refused',
] as const

/**
 * The only ways from one state to another. `absent` and `rejected` were told to the caller as final; the way from there
 * is for an order that appears all the same, and the entry then carries a `contradiction`.
 */
const ARROWS: Readonly<Record<EntryState, readonly EntryState[]>> = {
  reserved: ['accepted', 'rejected', 'not_sent', 'unknown', 'refused'],
  unknown: ['accepted', 'rejected', 'absent', 'lapsed'],
  accepted: [],
  rejected: ['accepted'],
  not_sent: [],
  absent: ['accepted'],
  lapsed: [],
  refused: [],
}

/** Whether an entry may go from one state to the other. */
export function mayMove(from: EntryState, to: EntryState): boolean {
  return ARROWS[from].includes(to)
}

/** Whether the outcome of an entry is known. */
export function isFinal(state: EntryState): boolean {
  return state !== 'reserved' && state !== 'unknown'
}

/** One order call in the ledger. Plain data. */
export interface LedgerEntry {
  readonly id: string
  /** Who asked: see `Caller.id`. */
  readonly caller: string
  /** As the client gave it, so several entries can have the same. */
  readonly requestId: string
  /** See `OrderRequest.callId`; null for calls of the gateway itself and for entries of earlier versions. */
  readonly callId: string | null
  /** The caller's idempotency key, or null without one. A refused call does not use it up. */
  readonly idempotencyKey: string | null
  /** SHA-1 of the checked message, hex: tells two different orders under one idempotency key apart. */
  readonly bodyHash: string
  readonly call: OrderCallFacts
  /** What stands in `remark`, so that the order can be found again; null for calls that make no order. */
  readonly tag: string | null
  readonly state: EntryState
  /** What it takes from the key's budgets; null for a cancel. */
  readonly reservation: Reservation | null
  /** Whether the value of that is known. Where no cap needs it, it may not be, and counts as 0. */
  readonly isValued: boolean
  /** How much of the reservation still counts. */
  readonly holds: 'rate_and_value' | 'rate' | 'nothing'
  /** Connection and frame that carried it, for OpenD's own logs; null until it left. */
  readonly sentAs: { readonly connId: string; readonly serial: number } | null
  /** When its frame was handed to the link, Unix ms; after a restart, the latest time at which it can have been. */
  readonly sentAtMs: number | null
  /** OpenD's ids of the order, decimal and alphanumeric. */
  readonly orderId: string | null
  readonly orderIdEx: string | null
  /** OpenD's `Response`, or one made from what was found; null while there is none. */
  readonly reply: Uint8Array | null
  /** Why it stands where it stands, in words; null when OpenD simply accepted it. */
  readonly detail: string | null
  /** What kept a refused call from being sent; null for every other. */
  readonly refusal: Failure | null
  /** Evidence that came after the entry was final and says otherwise; null without. */
  readonly contradiction: Contradiction | null
  /** Who decided an entry that OpenD left undecided; null where OpenD decided it. */
  readonly resolution: Resolution | null
  /** Unix ms. */
  readonly createdAtMs: number
  readonly updatedAtMs: number
  /** Complete looks, each at its time, without a trace of it; and when the next look is due (Unix ms). */
  readonly pollAttempts: number
  readonly nextPollAtMs: number
}

/** Evidence against a final state. */
export interface Contradiction {
  /** The state that was told to the caller. */
  readonly state: EntryState
  /** What was seen, in words. */
  readonly detail: string
  /** Unix ms. */
  readonly atMs: number
}

/** The decision of an operator about an entry. */
export interface Resolution {
  readonly by: string
  readonly reason: string
  /** Unix ms. */
  readonly atMs: number
}

/** What an order call asked for. */
export interface OrderCallFacts {
  readonly protoId: OrderProtoId
  readonly kind: 'place' | 'modify' | 'cancel'
  /** Decimal. */
  readonly accId: string
  readonly trdEnv: number
  readonly trdMarket: number
  /** `HK.00700`; null where the call does not say. */
  readonly symbol: string | null
  readonly side: string | null
  readonly qty: number | null
  readonly price: number | null
  /** `Trd_Common.ModifyOrderOp`; null for a new order. */
  readonly op: number | null
  readonly forAll: boolean
  /** `Trd_Common.TrdMarket` that a call about all orders is limited to; left out without one. */
  readonly forMarket?: number
  /** What a change asks for beside quantity and price; left out where it asks for nothing else. */
  readonly triggers?: ChangedTriggers
  /** The order that is modified. */
  readonly targetOrderId: string | null
  readonly targetOrderIdEx: string | null
}

/** The numbers of a change beside quantity and price, by the names of the wire schema. */
export interface ChangedTriggers {
  readonly auxPrice?: number | undefined
  readonly trailType?: number | undefined
  readonly trailValue?: number | undefined
  readonly trailSpread?: number | undefined
  /** By what share of it OpenD may move the price to reach a valid one; left out when it may not. */
  readonly adjustLimit?: number | undefined
}
