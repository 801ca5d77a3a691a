import type { AlertPreview, HookView } from './hook-view.ts'
import type { Delivery, DeliveryState } from './delivery.ts'

/**
 * A command about the hooks of a key. Plain data, because it is passed to the gateway object. Settings are JSON text, which
 * keeps large integers. A command may be repeated: the second time it changes nothing.
 */
export type HookCommand =
  | { readonly op: 'list' }
  | {
      readonly op: 'create'
      /** Random; the caller of the object draws them, so that a repeated command is the same. */
      readonly id: string
      readonly secretHash: string
      readonly childHash: string
      readonly fields: string
    }
  | { readonly op: 'get' | 'pause' | 'resume' | 'delete'; readonly id: string }
  | { readonly op: 'change'; readonly id: string; readonly fields: string }
  | { readonly op: 'rotate'; readonly id: string; readonly hash: string; readonly overlapMs: number }
  | {
      readonly op: 'deliveries'
      readonly id: string
      readonly state: DeliveryState | null
      readonly beforeSeq: number | null
      readonly limit: number
    }
  | { readonly op: 'delivery' | 'dry_run'; readonly id: string; readonly delivery: string }
  /** `body` is tried, and nothing is stored or sent. */
  | { readonly op: 'test'; readonly id: string; readonly body: string }

/** The answer to a command: the hooks or deliveries that it is about, or what a body leads to. */
export interface HookAnswer {
  readonly hooks: readonly HookView[]
  readonly deliveries: readonly Delivery[]
  readonly nextBeforeSeq: number | null
  readonly preview: AlertPreview | null
}

/** The key that gives a command. */
export interface HookOwner {
  readonly keyId: string
  /** The mark of its token, see `Caller.keyMark`. */
  readonly keyMark: string
  readonly requestId: string
}

/** An alert as the Worker received it. */
export interface HookArrival {
  readonly hookId: string
  /** SHA-256 (hex) of the secret in the path; null without one. */
  readonly secretHash: string | null
  /** The id of the key whose Bearer token came with the alert; null without one. */
  readonly bearerKey: string | null
  readonly body: string
  /** The client's address; null when it is not known. */
  readonly address: string | null
  /** Random, drawn by the Worker. */
  readonly deliveryId: string
}

/** What the sender of an alert is told. */
export interface Received {
  readonly deliveryId: string
  readonly state: DeliveryState
  /** Why it was refused; null unless it was. */
  readonly reason: string | null
  readonly duplicateOf: string | null
}
