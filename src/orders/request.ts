import type { OrderProtoId } from '../calls.ts'
import type { Failure } from '../base/failure.ts'
import type { EntryState } from './entry.ts'
import type { ExitPreview } from './exits/exit-preview.ts'
import type { Exits } from './exits/exit-price.ts'
import type { TradingRights } from '../auth/caller.ts'
import type { FeeEstimate } from '../fees/estimate-fee.ts'
import type { GateReport } from '../limits/gate.ts'
import type { KeyLimits } from '../limits/key-limits.ts'
import type { Budgets } from '../limits/limit-state.ts'

/** An order call from the Worker: validated, encoded, and with the caller's identity and rights. */
export interface OrderRequest {
  readonly protoId: OrderProtoId
  /** The encoded `Request`; its packet id is a placeholder. */
  readonly body: Uint8Array
  readonly caller: string
  readonly rights: TradingRights
  /** Null for a caller without limits. */
  readonly limits: KeyLimits | null
  /** The ancestors of a child token, nearest first: the call uses their budgets, too. Absent for every other caller. */
  readonly payers?: readonly Payer[]
  readonly requestId: string
  /**
   * Identifies this call. The Worker generates it, so that it can look up the outcome; a client never sets it. Null for
   * a call that the gateway makes itself.
   */
  readonly callId: string | null
  readonly idempotencyKey: string | null
  /** Runs every check, but sends nothing and takes nothing from the budgets. */
  readonly isDryRun: boolean
  /** The exits of a new order; absent without any. */
  readonly exits?: Exits
  /** A cancel of the kill switch: it is sent before all other calls, and also while the ledger cannot be written. */
  readonly isKillSwitch: boolean
  /** Used at sending time to check whether the caller may still trade: see `callerStanding`. */
  readonly keyMark: string | null
  /** When the caller's token expires, Unix ms; null when it does not expire. */
  readonly expiresAtMs: number | null
}

/** What two calls with one idempotency key must have in common: the message, and the exits. */
export function hashedPart({ body, exits }: OrderRequest): Uint8Array {
  if (exits === undefined) return body
  const text = JSON.stringify([exits.takeProfit, exits.stopLoss])
  // The text is ASCII.
  return Uint8Array.from([...body, ...Array.from(text, (char) => char.charCodeAt(0))])
}

/** A caller whose budgets an order of a child token uses. */
export interface Payer {
  readonly caller: string
  /** Null for a caller without limits. */
  readonly limits: KeyLimits | null
}

/** The caller of a request and, for a child token, its ancestors. */
export function callersOf({ caller, payers = [] }: OrderRequest): readonly string[] {
  return [caller, ...payers.map((payer) => payer.caller)]
}

/** The reply of a ledger entry, with the entry's state. */
interface OfEntry {
  readonly intentId: string
  readonly state: EntryState
  /** Whether the reply is that of an earlier call with the same idempotency key. */
  readonly isReplay: boolean
}

/**
 * Why a call was not carried out. `intentId` is the refused entry or the one that conflicts with the call; null without
 * one.
 */
interface RefusedOrder {
  readonly failure: Failure
  readonly intentId: string | null
  readonly state: EntryState | null
  readonly isReplay: boolean
}

/** The outcome of an order call. */
export type OrderReply =
  | (OfEntry & { readonly kind: 'answered'; readonly body: Uint8Array })
  | { readonly kind: 'unknown'; readonly intentId: string; readonly isReplay: boolean }
  | (RefusedOrder & { readonly kind: 'refused' })
  | { readonly kind: 'dry_run'; readonly report: DryRun }

/** A reply and the remaining budgets of the caller; `budgets` is null where they were not computed. */
export interface OrderAnswer {
  readonly reply: OrderReply
  readonly budgets: Budgets | null
}

/**
 * The effect of an idempotency key that was used in the last 24 hours on a new call with that key:
 *
 *     conflict   the earlier call is a different order: the new call is refused
 *     in_flight  the earlier call is the same order and has no reply yet: the new call is refused
 *     replay     the earlier call is the same order: the stored reply is returned, and nothing is sent
 *     free       the earlier call is the same order and does not exist at OpenD: the new call is sent
 */
export interface KeyUse {
  readonly state: 'conflict' | 'in_flight' | 'replay' | 'free'
  readonly intentId: string
}

/** The result of a dry run. */
export interface DryRun {
  readonly wouldPass: boolean
  /** The effect of the idempotency key; null without a key or for a new one. */
  readonly idempotency: KeyUse | null
  /** The failure that the real call would return; null when it would pass. */
  readonly failure: Failure | null
  readonly gates: readonly GateReport[]
  /** The value that the call would add: decimal text and currency name; null when it cannot be determined. */
  readonly value: { readonly amount: string; readonly currency: string | null } | null
  /** Null when the fees cannot be estimated. */
  readonly fee: FeeEstimate | null
  /** The exits that would be placed; absent without any. */
  readonly exits?: readonly ExitPreview[]
  /** The encoded message that would be sent to OpenD. */
  readonly body: Uint8Array
}
