import type { Caller } from '../auth/caller.ts'
import type { KeyLimits } from '../limits/key-limits.ts'
import type { AccountCards } from './trading-accounts.ts'
import type { Restrictions } from '../auth/restrictions.ts'

/** The accounts that a caller may read and trade; null for all accounts of the login. */
export type AllowedAccounts = ReadonlySet<bigint> | null

/** Whether the account list is needed to determine the accounts of a caller. */
export function needsAccountList(caller: Restrictions | null): boolean {
  return caller !== null && caller.cardNums !== null
}

/** Whether the account list is needed to determine the accounts of a caller or of its ancestors. */
export function callerNeedsAccounts(caller: Pick<Caller, 'key' | 'restrictions'>): boolean {
  return lineageOf(caller).some((one) => needsAccountList(one))
}

/** The accounts that a caller may use: those that it and, for a child token, each of its ancestors may use. */
export function accountsOfCaller(
  caller: Pick<Caller, 'key' | 'restrictions'>,
  accounts: readonly AccountCards[],
): AllowedAccounts {
  return lineageOf(caller)
    .map((one) => allowedAccounts(one, accounts))
    .reduce(inBoth, null)
}

function inBoth(one: AllowedAccounts, other: AllowedAccounts): AllowedAccounts {
  if (one === null || other === null) return one ?? other
  return new Set([...one].filter((accId) => other.has(accId)))
}

function lineageOf({ key, restrictions }: Pick<Caller, 'key' | 'restrictions'>): readonly (Restrictions | null)[] {
  return [restrictions, ...(key?.ancestors ?? [])]
}

/**
 * Whether a caller may lock trade. A lock applies to the whole login and stops the orders and cancels of every real
 * account, so a key that is limited to some accounts needs the scope `trade:unlock`.
 */
export function mayLockTrade(caller: Caller): boolean {
  return caller.scopes.has('trade:unlock') || !lineageOf(caller).some(isLimitedToAccounts)
}

/**
 * The accounts of a caller: those listed by id, and those of its cards. A card that matches no account, or the last
 * four digits of several cards, allow no account: a restriction that cannot be resolved must not grant access.
 */
export function allowedAccounts(caller: Restrictions | null, accounts: readonly AccountCards[]): AllowedAccounts {
  if (caller === null || !isLimitedToAccounts(caller)) return null
  const allowed = new Set(caller.accIds)
  for (const card of caller.cardNums ?? []) for (const accId of accountsOfCard(card, accounts)) allowed.add(accId)
  return allowed
}

/**
 * The limits on the orders of a caller; null without limits. `allowed` are its accounts, with cards resolved to ids; an
 * empty set allows no account.
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
  const matches = new Set<string>()
  const accIds: bigint[] = []
  for (const { accId, cards } of accounts) {
    const number = cards.find((text) => text.endsWith(card))
    if (number === undefined) continue
    matches.add(number)
    accIds.push(accId)
  }
  return matches.size === 1 ? accIds : []
}
