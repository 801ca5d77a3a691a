import { TrdMarket } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { Refusal } from '../handler.ts'
import type { World } from '../world.ts'
import type { AccountState } from './account-state.ts'
import { refusals } from './refusals.ts'
import { isFuturesMarket } from './venues.ts'

/** The account that a trade call names. */
export type Header = MessageTypes['Trd_Common.TrdHeader']

/** The account in a trade call's header, advanced to the current time; or a refusal. */
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

/** Older clients send `Futures` for every futures market, including those of simulated accounts. */
function isAuthorised(trdMarkets: readonly number[], requested: number): boolean {
  return trdMarkets.includes(requested) || (requested === TrdMarket.Futures && trdMarkets.some(isFuturesMarket))
}
