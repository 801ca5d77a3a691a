import type { OrderProtoId } from '../calls.ts'
import type { Failure } from '../base/failure.ts'
import type { Reservation } from '../limits/limit-state.ts'

/**
 * The state of an order call:
 *
 *     reserved  written to the ledger together with its budget; its frame may or may not have been sent
 *     accepted  OpenD accepted it
 *     rejected  OpenD refused it with a definite reply
 *     not_sent  no byte of it left the gateway
 *     unknown   it was sent and its outcome is not known; the reconciler polls until the outcome is known
 *     absent    it was sent, and repeated complete polls prove that the order does not exist
 *     lapsed    a change of an order that has ended; whether it was made cannot be determined and has no effect
 *     refused   a limit, a switch or a check of the gateway refused it before anything was sent
 *
 * A call is sent once, from `reserved`, and never again.
 */
export type EntryState = (typeof ENTRY_STATES)[number]

/** All states, as the ledger queries accept them. */
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
 * The allowed transitions. The caller has received `absent` and `rejected` as final states; the transition from them to
 * `accepted` is for an order that appears later, and the entry then has a `contradiction`.
 */
const TRANSITIONS: Readonly<Record<EntryState, readonly EntryState[]>> = {
  reserved: ['accepted', 'rejected', 'not_sent', 'unknown', 'refused'],
  unknown: ['accepted', 'rejected', 'absent', 'lapsed'],
  accepted: [],
  rejected: ['accepted'],
  not_sent: [],
  absent: ['accepted'],
  lapsed: [],
  refused: [],
}

/** Whether the transition between two states is allowed. */
export function mayMove(from: EntryState, to: EntryState): boolean {
  return TRANSITIONS[from].includes(to)
}

/** Whether the outcome of an entry is known. */
export function isFinal(state: EntryState): boolean {
  return state !== 'reserved' && state !== 'unknown'
}

/** One order call in the ledger, as plain data. */
export interface LedgerEntry {
  readonly id: string
  /** The caller's id: see `Caller.id`. */
  readonly caller: string
  /** The callers of the ancestors of a child token, nearest first, whose budgets the call uses; else empty. */
  readonly payers: readonly string[]
  /** The client chooses it, so several entries can have the same one. */
  readonly requestId: string
  /** See `OrderRequest.callId`; null for calls of the gateway itself and for entries of earlier versions. */
  readonly callId: string | null
  /** The caller's idempotency key, or null without one. A refused call does not use it up. */
  readonly idempotencyKey: string | null
  /** SHA-1 of the validated message, hex: distinguishes two different orders under one idempotency key. */
  readonly bodyHash: string
  readonly call: OrderCallFacts
  /** The tag in `remark` that identifies the order on OpenD's lists; null for calls that make no order. */
  readonly tag: string | null
  readonly state: EntryState
  /** What the call takes from the key's budgets; null for a cancel. */
  readonly reservation: Reservation | null
  /** Whether the reservation's value is known. Without a cap that needs it, it may be unknown, and then counts as 0. */
  readonly isValued: boolean
  /** How much of the reservation still counts. */
  readonly holds: 'rate_and_value' | 'rate' | 'nothing'
  /** Connection and frame that carried the call, to find it in OpenD's logs; null until it was sent. */
  readonly sentAs: { readonly connId: string; readonly serial: number } | null
  /**
   * When the frame was written to the link, Unix ms; after a restart, the latest time at which that can have happened.
   */
  readonly sentAtMs: number | null
  /** OpenD's ids of the order, decimal and alphanumeric. */
  readonly orderId: string | null
  readonly orderIdEx: string | null
  /**
   * OpenD's `Response`, or one that the gateway built from the order on a list or push; null while there is neither.
   */
  readonly reply: Uint8Array | null
  /** The reason for the state, as text; null when OpenD accepted the call with an ordinary reply. */
  readonly detail: string | null
  /** Why the gateway refused the call; null in every other state. */
  readonly refusal: Failure | null
  /** Later evidence against the final state of the entry; null without any. */
  readonly contradiction: Contradiction | null
  /** The operator's decision about an entry that OpenD left undecided; null where OpenD decided it. */
  readonly resolution: Resolution | null
  /** Unix ms. */
  readonly createdAtMs: number
  readonly updatedAtMs: number
  /** The number of complete polls on schedule that did not find the call, and when the next poll is due (Unix ms). */
  readonly pollAttempts: number
  readonly nextPollAtMs: number
}

/** Evidence against a final state. */
export interface Contradiction {
  /** The state that the caller received. */
  readonly state: EntryState
  /** The evidence, as text. */
  readonly detail: string
  /** Unix ms. */
  readonly atMs: number
}

/** An operator's decision about an entry. */
export interface Resolution {
  readonly by: string
  readonly reason: string
  /** Unix ms. */
  readonly atMs: number
}

/** The contents of an order call. */
export interface OrderCallFacts {
  readonly protoId: OrderProtoId
  readonly kind: 'place' | 'modify' | 'cancel'
  /** Decimal. */
  readonly accId: string
  readonly trdEnv: number
  readonly trdMarket: number
  /** For example `HK.00700`; null where the call does not contain it. */
  readonly symbol: string | null
  readonly side: string | null
  readonly qty: number | null
  readonly price: number | null
  /** `Trd_Common.ModifyOrderOp`; null for a new order. */
  readonly op: number | null
  readonly forAll: boolean
  /** The `Trd_Common.TrdMarket` to which a call for all orders is limited; absent without such a limit. */
  readonly forMarket?: number
  /** The other numbers of a change besides quantity and price; absent when the change has none. */
  readonly triggers?: ChangedTriggers
  /** The order to be modified. */
  readonly targetOrderId: string | null
  readonly targetOrderIdEx: string | null
}

/** The numbers of a change besides quantity and price, named as in the wire schema. */
export interface ChangedTriggers {
  readonly auxPrice?: number | undefined
  readonly trailType?: number | undefined
  readonly trailValue?: number | undefined
  readonly trailSpread?: number | undefined
  /** The share of the price by which OpenD may move it to a valid tick; absent when OpenD may not move it. */
  readonly adjustLimit?: number | undefined
}
