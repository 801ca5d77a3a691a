import { TrdEnv } from '../../../proto/enums.ts'
import type { Refusal } from '../handler.ts'
import type { AccountProfile, AccountsState } from './account-state.ts'
import { refusals } from './refusals.ts'

/** MD5 of `123456`, the default trade password. */
export const DEFAULT_PASSWORD_MD5 = 'e10adc3949ba59abbe56e057f20f883e'

/**
 * Unlocks or locks the real accounts of one broker, or of all brokers without a `Trd_Common.SecurityFirm`. The state
 * applies to the whole OpenD: one unlock is valid for all connections. Locking needs no password.
 */
export function setLock(
  state: AccountsState,
  unlock: boolean,
  passwordMd5: string | null,
  firm: number | null,
): Refusal | null {
  const known = state.accounts.flatMap(({ profile }) => (profile.securityFirm === null ? [] : [profile.securityFirm]))
  if (firm !== null && !known.includes(firm)) return refusals.unknownFirm(firm)
  if (unlock && passwordMd5 !== state.passwordMd5) return refusals.wrongPassword()
  const meant = new Set(firm === null ? known : [firm])
  const others = state.unlockedFirms.filter((one) => !meant.has(one))
  state.unlockedFirms = unlock ? [...others, ...meant] : others
  return null
}

/** Whether orders may be sent to the account. Simulated accounts need no unlocking. */
export function isUnlocked(state: AccountsState, profile: AccountProfile): boolean {
  return profile.trdEnv === TrdEnv.Simulate || state.unlockedFirms.includes(profile.securityFirm ?? 0)
}
