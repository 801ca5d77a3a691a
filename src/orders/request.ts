import type { OrderProtoId } from '../calls.ts'
import type { Failure } from '../base/failure.ts'
import type { EntryState } from './entry.ts'
import type { TradingRights } from '../auth/caller.ts'
import type { GateReport } from '../limits/gate.ts'
import type { KeyLimits } from '../limits/key-limits.ts'
import type { Budgets } from '../limits/limit-state.ts'

/** An order call as the Worker hands it over: checked, encoded, and with who asks. */
export interface OrderRequest {
  readonly protoId: OrderProtoId
  /** The encoded `Request`; its packet id is a placeholder. */
  readonly body: Uint8Array
  readonly caller: string
  readonly rights: TradingRights
  /** Null for a caller without limits. */
  readonly limits: KeyLimits | null
  readonly requestId: string
  /**
   * Names this one call and no other: drawn by the Worker, never given by a client, so that the Worker finds what became
   * of it. Null for a call of the gateway itself.
   */
  readonly callId: string | null
  readonly idempotencyKey: string | null
  /** Run every check, send nothing, take nothing. */
  readonly isDryRun: boolean
  /** A cancel of the kill switch: it goes before every other call, and also while the ledger cannot be written. */
  readonly isKillSwitch: boolean
  /** What tells whether the caller may still trade at the moment of sending: see `callerStanding`. */
  readonly keyMark: string | null
  /** When the caller's token ends, Unix ms; null when it does not. */
  readonly expiresAtMs: number | null
}

/** A reply that an entry of the ledger holds, with the state of the entry. */
interface OfEntry {
  readonly intentId: string
  readonly state: EntryState
  /** Whether an earlier call under the same idempotency key was answered so. */
  readonly isReplay: boolean
}

/** Why a call was not carried out. The entry is the one that says so, or the one that is in the way; null without one. */
interface RefusedOrder {
  readonly failure: Failure
  readonly intentId: string | null
  readonly state: EntryState | null
  readonly isReplay: boolean
}

/** What became of it. */
export type OrderReply =
  | (OfEntry & { readonly kind: 'answered'; readonly body: Uint8Array })
  | { readonly kind: 'unknown'; readonly intentId: string; readonly isReplay: boolean }
  | (RefusedOrder & { readonly kind: 'refused' })
  | { readonly kind: 'dry_run'; readonly report: DryRun }

/** A reply with what is left of the caller's budgets; null where nothing of them is known. */
export interface OrderAnswer {
  readonly reply: OrderReply
  readonly budgets: Budgets | null
}

/** Fees that an order would cost. */
export interface FeeEstimate {
  readonly amount: string
  readonly currency: string
  readonly items: readonly { readonly name: string; readonly amount: string }[]
}

/**
 * What a call meets under an idempotency key that was used in the last 24 hours:
 *
 *     conflict   another order: the call is refused
 *     in_flight  the same order, not answered yet: the call is refused
 *     replay     the same order: the call gets the stored reply, and nothing is sent
 *     free       the same order, of which nothing exists upstream: the call is sent
 */
export interface KeyUse {
  readonly state: 'conflict' | 'in_flight' | 'replay' | 'free'
  readonly intentId: string
}

/** What a dry run found. */
export interface DryRun {
  readonly wouldPass: boolean
  /** What the idempotency key stands for already; null without a key, or for one that is new. */
  readonly idempotency: KeyUse | null
  /** Why it would not, as the real call would say it. */
  readonly failure: Failure | null
  readonly gates: readonly GateReport[]
  /** What the call would add: decimal text and currency name; null when it cannot be told. */
  readonly value: { readonly amount: string; readonly currency: string | null } | null
  /** What it would cost in fees, amounts as decimal text; null when that cannot be told. */
  readonly fee: FeeEstimate | null
  /** The message that would go upstream, encoded. */
  readonly body: Uint8Array
}
