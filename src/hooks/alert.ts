import type { Exits } from '../orders/exits/exit-price.ts'

/** What an alert asks for. A `buy` or `sell` is exactly one order; the others depend on the position and open orders. */
export const ALERT_ACTIONS = ['buy', 'sell', 'close', 'reverse', 'target', 'cancel'] as const

/** One of the actions. */
export type AlertAction = (typeof ALERT_ACTIONS)[number]

/** The order types that an alert or a hook can name. */
export const ALERT_ORDER_TYPES = ['market', 'limit', 'stop', 'stop_limit'] as const

/** One of the order types. */
export type AlertOrderType = (typeof ALERT_ORDER_TYPES)[number]

/** How long an order stays open: until the close of its day, or until it is cancelled. */
export const ALERT_TIMES_IN_FORCE = ['day', 'gtc'] as const

/** One of the times in force. */
export type AlertTimeInForce = (typeof ALERT_TIMES_IN_FORCE)[number]

/**
 * How a size is given:
 *
 *     quantity              shares or contracts
 *     value                 money in the currency of the security
 *     percent_of_equity     per cent of the account's net assets
 *     percent_of_position   per cent of the present position of the security
 */
export const SIZE_KINDS = ['quantity', 'value', 'percent_of_equity', 'percent_of_position'] as const

/** A size of an order, not yet rounded to lots. `amount` is positive. */
export interface AlertSize {
  readonly kind: (typeof SIZE_KINDS)[number]
  readonly amount: number
}

/** No exits. */
export const NO_EXITS: Exits = { takeProfit: null, stopLoss: null }

/** An alert in the words of this product, whatever form it came in. Null for what the alert does not say. */
export interface Alert {
  /** The ticker as it was sent; `securityOfTicker` finds the security. */
  readonly ticker: string
  /** The exchange as it was sent, for example `HKEX`. */
  readonly exchange: string | null
  readonly action: AlertAction
  readonly size: AlertSize | null
  /** The position to reach, for `target`: below 0 for a short position. */
  readonly target: number | null
  readonly orderType: AlertOrderType | null
  readonly limitPrice: number | null
  readonly stopPrice: number | null
  readonly timeInForce: AlertTimeInForce | null
  /** Whether the order may be filled outside the regular session. */
  readonly isExtendedHours: boolean | null
  readonly exits: Exits
  /** The sender's id of the alert. Two alerts of a hook with the same id are one. */
  readonly alertId: string | null
  /** When the sender says that the alert arose, Unix ms. */
  readonly atMs: number | null
  /** The sender's price at that time. It is recorded, and sizes by value fall back to nothing but live prices. */
  readonly price: number | null
  /** The position that the sender believes to have after the order, below 0 for a short one. */
  readonly expectedPosition: number | null
}

/** An alert that says nothing but what it must. Presets complete it. */
export function alertOf(ticker: string, action: AlertAction, rest: Partial<Alert> = {}): Alert {
  return {
    ticker,
    action,
    exchange: null,
    size: null,
    target: null,
    orderType: null,
    limitPrice: null,
    stopPrice: null,
    timeInForce: null,
    isExtendedHours: null,
    exits: NO_EXITS,
    alertId: null,
    atMs: null,
    price: null,
    expectedPosition: null,
    ...rest,
  }
}
