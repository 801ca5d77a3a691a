import { accountsOfCaller, callerNeedsAccounts, orderLimitsOf } from '../accounts/allowed-accounts.ts'
import type { AccountCards } from '../accounts/trading-accounts.ts'
import { mayTrade, type TradingRights } from '../auth/caller.ts'
import { orderMarkOf } from '../auth/caller-standing.ts'
import type { KeyRecord } from '../auth/key-record.ts'
import type { OrderLimits } from '../auth/order-limits.ts'
import type { KeyLimits } from '../limits/key-limits.ts'

/** What a key may do with an order, and whose budgets the order uses. */
export interface OrderTerms {
  readonly rights: TradingRights
  readonly limits: KeyLimits | null
  /** The ancestors of a child token, nearest first: the order uses their budgets, too. */
  readonly payers: readonly { readonly caller: string; readonly limits: KeyLimits | null }[]
  readonly keyMark: string
}

/** The terms of a key as it is now. `keyMark` is that of the token; `accounts` is needed for keys with cards. */
export function orderTermsOf(record: KeyRecord, keyMark: string, accounts: readonly AccountCards[]): OrderTerms {
  return {
    rights: mayTrade({ scopes: record.scopes, key: record, restrictions: record }),
    limits: limitsOf(record, accounts),
    payers: record.ancestors.map((one, index) => {
      const ancestor = { ...one, ancestors: record.ancestors.slice(index + 1) }
      return { caller: `key:${one.id}`, limits: limitsOf(ancestor, accounts) }
    }),
    keyMark: orderMarkOf(record, keyMark),
  }
}

/** Whether the account list is needed for the terms of a key. */
export function termsNeedAccounts(record: KeyRecord): boolean {
  return callerNeedsAccounts({ key: record, restrictions: record })
}

/**
 * The limits of a record. A child token without a limit of its own has that of its nearest ancestor with one, so that the
 * facts which that limit needs are read for the child's orders, too. The ancestors' own budgets are checked beside these.
 */
function limitsOf(record: KeyRecord, accounts: readonly AccountCards[]): KeyLimits | null {
  const limits = record.ancestors.reduce((own, { limits: above }) => inherited(own, above), record.limits)
  return orderLimitsOf({ ...record, limits }, accountsOfCaller({ key: record, restrictions: record }, accounts))
}

function inherited(own: OrderLimits, above: OrderLimits): OrderLimits {
  return {
    allowedMarkets: own.allowedMarkets ?? above.allowedMarkets,
    allowedSymbols: own.allowedSymbols ?? above.allowedSymbols,
    allowedTrdSides: own.allowedTrdSides ?? above.allowedTrdSides,
    hoursWindow: own.hoursWindow ?? above.hoursWindow,
    timeZone: own.timeZone ?? above.timeZone,
    maxOrderValue: own.maxOrderValue ?? above.maxOrderValue,
    maxDailyValue: own.maxDailyValue ?? above.maxDailyValue,
    maxOrdersPerMinute: own.maxOrdersPerMinute ?? above.maxOrdersPerMinute,
    marketPriceBandPercent: own.marketPriceBandPercent ?? above.marketPriceBandPercent,
  }
}
