import { allowedAccounts, needsAccountList, orderLimitsOf } from '../accounts/allowed-accounts.ts'
import type { AccountCards } from '../accounts/trading-accounts.ts'
import { mayTrade, type TradingRights } from '../auth/caller.ts'
import { orderMarkOf } from '../auth/caller-standing.ts'
import type { KeyRecord } from '../auth/key-record.ts'
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
  const limitsOf = (one: KeyRecord): KeyLimits | null => orderLimitsOf(one, allowedAccounts(one, accounts))
  return {
    rights: mayTrade({ scopes: record.scopes, key: record, restrictions: record }),
    limits: limitsOf(record),
    payers: record.ancestors.map((one) => ({ caller: `key:${one.id}`, limits: limitsOf(one) })),
    keyMark: orderMarkOf(record, keyMark),
  }
}

/** Whether the account list is needed for the terms of a key. */
export function termsNeedAccounts(record: KeyRecord): boolean {
  return [record, ...record.ancestors].some((one) => needsAccountList(one))
}
