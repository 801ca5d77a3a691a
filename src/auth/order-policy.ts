import type { KeyLimits } from '../limits/key-limits.ts'
import type { AllowedAccounts } from './account-policy.ts'
import type { KeyRecord } from './key-record.ts'

/**
 * The limits on the orders of a caller, null for one without any: a JWT, or a key that restricts nothing. `allowed` are
 * the accounts of the key with its cards resolved; an empty set allows none.
 */
export function orderLimitsOf(key: KeyRecord | null, allowed: AllowedAccounts): KeyLimits | null {
  if (key === null) return null
  const limits: KeyLimits = { ...key.limits, allowedAccIds: allowed === null ? null : [...allowed] }
  return Object.values(limits).every((limit) => limit === null) ? null : limits
}
