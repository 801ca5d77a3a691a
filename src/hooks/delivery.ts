import type { Exits } from '../orders/exits/exit-price.ts'

/**
 * The state of a delivery:
 *
 *     waiting    stored, and not carried out yet
 *     ordered    OpenD accepted its orders, or its cancels
 *     nothing    there was nothing to do, such as no position to close
 *     refused    it was not carried out: `reason` says why
 *     rejected   OpenD refused its order: `reason` has OpenD's text
 *     unknown    the outcome of its order is not known; its entry of the ledger is reconciled
 *     duplicate  the same alert as `duplicateOf`, which counts
 */
export const DELIVERY_STATES = ['waiting', 'ordered', 'nothing', 'refused', 'rejected', 'unknown', 'duplicate'] as const

/** One of the states. */
export type DeliveryState = (typeof DELIVERY_STATES)[number]

/** One check of a delivery, in the order in which the checks were made. */
export interface DeliveryCheck {
  readonly check: string
  readonly passed: boolean
  readonly detail: string
}

/** One order or cancel of a delivery. */
export interface DeliveryOrder {
  /** What was sent, for people: `buy 100 HK.00700, market, day`. */
  readonly text: string
  /** The entry of the order ledger; null when the call was refused without one. */
  readonly intentId: string | null
  /** The state of the entry when the call was answered. */
  readonly state: string | null
}

/** The step that is being carried out. It is stored before its call, so that it is made at most once. */
export interface DeliveryStep {
  /** 1 for the first call of the delivery. A change of sides has two. */
  readonly number: number
  /** The encoded calls (hex) and their texts. A cancel of several orders has one for each. */
  readonly calls: readonly {
    readonly protoId: number
    readonly body: string
    /** The exits of a new order; null without any. */
    readonly exits: Exits | null
    readonly text: string
  }[]
  readonly plansAgain: boolean
  /** The child token under which the calls are made: their idempotency keys are those of this caller. */
  readonly childId: string
}

/** What is kept in memory of a delivery that waits. */
export type WaitingDelivery = Pick<Delivery, 'id' | 'hookId' | 'symbol'>

/** An alert that was received, and what became of it. Plain data. */
export interface Delivery {
  /** `hd_` and 16 hex digits. */
  readonly id: string
  readonly hookId: string
  /** Increases with every delivery. */
  readonly seq: number
  /** Unix ms. */
  readonly receivedMs: number
  readonly state: DeliveryState
  /** Why it has its state, as a sentence; null for one that waits or was carried out. */
  readonly reason: string | null
  /** The body as it was received, without the secret. */
  readonly body: string
  /** Two deliveries of a hook with the same key are one alert. */
  readonly duplicateKey: string
  readonly duplicateOf: string | null
  /** The security; null while the body was not understood. */
  readonly symbol: string | null
  /** When the sender says that the alert arose, Unix ms; null when it does not say. */
  readonly atMs: number | null
  /** The intent that was read from the body, as JSON; null while it was not understood. */
  readonly intent: string | null
  readonly checks: readonly DeliveryCheck[]
  readonly orders: readonly DeliveryOrder[]
  readonly step: DeliveryStep | null
  /** The position of the sender and of the account, where they differ. */
  readonly positionGap: { readonly expected: number; readonly actual: number } | null
}
