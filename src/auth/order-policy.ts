import type { KeyLimits } from '../limits/key-limits.ts'
import type { AllowedAccounts } from './account-policy.ts'
import type { Restrictions } from './restrictions.ts'

/**
 * The limits on the orders of a caller, null for one that nothing restricts. `allowed` are its accounts with its cards
 * resolved; an empty set allows none.
 */
export function orderLimitsOf(restrictions: Restrictions | null, allowed: AllowedAccounts): KeyLimits | null {
  if (restrictions === null) return null
  const limits: KeyLimits = { ...restrictions.limits, allowedAccIds: allowed === null ? null : [...allowed] }
  return Object.values(limits).every((limit) => limit === null) ? null : limits
}
