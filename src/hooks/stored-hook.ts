import type { DeliveryState } from './delivery.ts'

/** A hook as it is stored. Plain data. */
export interface StoredHook {
  /** `hk_` and 16 hex digits. */
  readonly id: string
  /** The id of the key that made it. */
  readonly owner: string
  /** The id of the owner's child token under which the orders are placed. Nobody has its token. */
  readonly childId: string
  /** The settings as JSON text, in the form of `HOOK_RULES`. */
  readonly fields: string
  /** SHA-256 (hex) of the secret, and of the one before the last rotation while it is valid (Unix ms). */
  readonly secretHash: string
  readonly previous: { readonly hash: string; readonly untilMs: number } | null
  /** Why it is paused; null while it is not. */
  readonly paused: string | null
  /** Unix ms. */
  readonly createdMs: number
  /** When the last alert arrived, Unix ms; null before the first. */
  readonly lastAlertMs: number | null
}

/** A query for deliveries: newest first, those before a sequence number. */
export interface DeliveryQuery {
  readonly hookId: string
  readonly state: DeliveryState | null
  readonly beforeSeq: number | null
  readonly limit: number
}
