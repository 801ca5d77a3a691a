import type { OrderProtoId } from '../calls.ts'
import type { Failure } from '../base/failure.ts'
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

/** What became of it. */
export type OrderReply =
  | { readonly kind: 'answered'; readonly body: Uint8Array; readonly intentId: string; readonly isReplay: boolean }
  | { readonly kind: 'unknown'; readonly intentId: string; readonly isReplay: boolean }
  | { readonly kind: 'refused'; readonly failure: Failure; readonly intentId: string | null }
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

/** What a dry run found. */
export interface DryRun {
  readonly wouldPass: boolean
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
