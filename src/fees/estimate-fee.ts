import { decimalOf } from '../base/decimal.ts'
import { moneyText, type Money } from '../base/money.ts'
import { type Cents, chargeOf } from './fee-rule.ts'
import { scheduleOf } from './fee-schedule.ts'

/** The facts of an order that determine its fees. Null for unknown facts. */
export interface FeeOrder {
  /** `HK.00700` */
  readonly symbol: string | null
  /** `Qot_Common.SecurityType` from the security's snapshot. */
  readonly securityType: number | null
  /** BUY, SELL, SELL_SHORT, BUY_BACK */
  readonly side: string | null
  /** Shares or contracts. */
  readonly qty: number
  /** Quantity x price x contract multiplier. Without a limit price, the worst price that the limits would use. */
  readonly value: Money | null
  /** `Trd_Common.Currency` name of the value. */
  readonly currency: string | null
  /** When the order would trade, Unix ms. */
  readonly atMs: number
}

/** The estimated fees of an order. Amounts are decimal texts with two decimals. */
export interface FeeEstimate {
  /** The sum of the items. */
  readonly amount: string
  /** `Trd_Common.Currency` name. */
  readonly currency: string
  readonly items: readonly FeeItem[]
}

/** One charge, with the name from its schedule. */
export interface FeeItem {
  readonly name: string
  readonly amount: string
}

/** Digits after the point of `Money`, which is in billionths. */
const MONEY_SCALE = 9
const MONEY_PER_CENT = 10_000_000n

/** Whether a side sells, by its name. */
const SELLS: ReadonlyMap<string, boolean> = new Map([
  ['BUY', false],
  ['BUY_BACK', false],
  ['SELL', true],
  ['SELL_SHORT', true],
])

/**
 * Estimates the fees of an order from published schedules of the group's Hong Kong broker (default plan), as if it
 * traded in full in one fill. Returns null when the schedules do not cover the order. OpenD reports the fee of placed
 * orders only (Trd_GetOrderFee, 2225).
 *
 * The actual fee may differ. Other plans, promotions and the group's brokers in other countries have other prices,
 * minimums of the exchanges apply to each fill, and an order that is open for several days is charged the broker's
 * minimum on each.
 *
 * Simulated accounts are charged like real ones: by Futu's rules for paper trading (support.futunn.com/topic692) fees
 * follow the real market. OpenD does not report the fee of their orders, not even after the trade.
 */
export function estimateFee(order: FeeOrder): FeeEstimate | null {
  const { symbol, securityType, side, value, currency, atMs } = order
  const isSell = side === null ? undefined : SELLS.get(side)
  const qty = decimalOf(order.qty)
  if (symbol === null || securityType === null || isSell === undefined || qty === null || value === null) return null
  const schedule = scheduleOf(symbol, securityType, atMs)
  // An order by amount has no quantity. An order in another currency than its market's has another schedule.
  if (schedule === null || schedule.currency !== currency || qty.digits === 0n || value <= 0n) return null
  if (order.qty < schedule.minQty) return null

  const exactValue = { digits: value, scale: MONEY_SCALE }
  const charges = schedule.rules
    .filter((rule) => isSell || rule.isSellOnly !== true)
    .map((rule) => ({ name: rule.name, cents: chargeOf(rule, qty, exactValue) }))
  const total = charges.reduce((cents, charge) => cents + charge.cents, 0n)
  return {
    amount: textOf(total),
    currency: schedule.currency,
    items: charges.map(({ name, cents }) => ({ name, amount: textOf(cents) })),
  }
}

function textOf(cents: Cents): string {
  return moneyText(cents * MONEY_PER_CENT)
}
