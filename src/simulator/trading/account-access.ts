import { TrdMarket } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { Refusal } from '../handler.ts'
import type { World } from '../world.ts'
import type { AccountState } from './account-state.ts'
import { refusals } from './refusals.ts'
import { isFuturesMarket } from './venues.ts'

/** Which account a trade call is about. */
export type Header = MessageTypes['Trd_Common.TrdHeader']

/** The account a trade call's header names, after time has passed up to now; or why the call cannot use it. */
export function openAccount(world: World, header: Header, nowMs: number): AccountState | Refusal {
  if (header.accID === 0n) return refusals.invalidAccId()
  const account = world.accounts.account(header.accID)
  if (account === null) return refusals.unknownAccount()
  const { profile } = account
  if (header.trdEnv !== profile.trdEnv) return refusals.environmentMismatch(header.trdEnv, profile.trdEnv)
  if (!isAuthorised(profile.trdMarkets, header.trdMarket)) return refusals.marketNotAuthorised(header.trdMarket)
  world.accounts.advance(nowMs)
  return account
}

/** The same for a call that changes orders: a real account must be unlocked. */
export function openUnlockedAccount(world: World, header: Header, nowMs: number): AccountState | Refusal {
  const account = openAccount(world, header, nowMs)
  if ('refusal' in account) return account
  return world.accounts.isUnlocked(account.profile) ? account : refusals.locked()
}

/** Older clients call every futures market `Futures`, also those of simulated accounts. */
function isAuthorised(trdMarkets: readonly number[], asked: number): boolean {
  return trdMarkets.includes(asked) || (asked === TrdMarket.Futures && trdMarkets.some(isFuturesMarket))
}
