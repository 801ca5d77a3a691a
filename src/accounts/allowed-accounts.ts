import type { Caller } from '../auth/caller.ts'
import type { KeyLimits } from '../limits/key-limits.ts'
import type { AccountCards } from './trading-accounts.ts'
import type { Restrictions } from '../auth/restrictions.ts'

/** Accounts a caller may see and trade; null means every account of the login. */
export type AllowedAccounts = ReadonlySet<bigint> | null

/** Whether the accounts of a caller can only be told with the account list at hand. */
export function needsAccountList(caller: Restrictions | null): boolean {
  return caller !== null && caller.cardNums !== null
}

/**
 * Whether a caller may lock trade. A lock is of the whole login: it stops the orders and cancels of every real account,
 * so a key that is limited to some accounts needs the scope for it.
 */
export function mayLockTrade({ scopes, restrictions }: Caller): boolean {
  return scopes.has('trade:unlock') || !isLimitedToAccounts(restrictions)
}

/**
 * The accounts of a caller: those listed by id and those its cards stand for. A card that fits no account, or the last
 * four digits of several cards, stand for nothing: a restriction that cannot be resolved allows nothing.
 */
export function allowedAccounts(caller: Restrictions | null, accounts: readonly AccountCards[]): AllowedAccounts {
  if (caller === null || !isLimitedToAccounts(caller)) return null
  const allowed = new Set(caller.accIds)
  for (const card of caller.cardNums ?? []) for (const accId of accountsOfCard(card, accounts)) allowed.add(accId)
  return allowed
}

/**
 * The limits on the orders of a caller, null for one that nothing restricts. `allowed` are its accounts with its cards
 * resolved; an empty set allows none.
 */
export function orderLimitsOf(restrictions: Restrictions | null, allowed: AllowedAccounts): KeyLimits | null {
  if (restrictions === null) return null
  const limits: KeyLimits = { ...restrictions.limits, allowedAccIds: allowed === null ? null : [...allowed] }
  return Object.values(limits).every((limit) => limit === null) ? null : limits
}

function isLimitedToAccounts(caller: Restrictions | null): boolean {
  return caller !== null && (caller.accIds !== null || caller.cardNums !== null)
}

function accountsOfCard(card: string, accounts: readonly AccountCards[]): readonly bigint[] {
  const fitting = new Set<string>()
  const accIds: bigint[] = []
  for (const { accId, cards } of accounts) {
    const number = cards.find((text) => text.endsWith(card))
    if (number === undefined) continue
    fitting.add(number)
    accIds.push(accId)
  }
  return fitting.size === 1 ? accIds : []
}
