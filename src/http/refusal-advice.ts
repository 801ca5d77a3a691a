import { isLockRefusal } from '../accounts/trade-lock.ts'
import { TrdEnv, TrdMarket } from '../../proto/enums.ts'
import type { Failure } from '../base/failure.ts'
import { writtenDoubleAdvice } from '../base/rounded-id.ts'
import { isWireMessage, type WireMessage } from '../wire/json/json-wire-value.ts'

const UNLOCK =
  'POST /api/unlock-trade with {"unlock": true, "password": "..."} unlocks the real accounts; it needs trade:real or trade:unlock.'

const CANCEL_ALL =
  'OpenD cancels all orders of an account on real accounts only. POST /api/trading/halt with ' +
  '{"cancel_open_orders": true} cancels the open orders of this key on every account; POST /api/trading/resume then ' +
  'lets it trade again.'

const JAPAN = 'trd_market 7 is crypto; Japan is 15, or "JP".'

/**
 * A sentence about the likely cause of a failure of this message, for the end of its error; empty without one.
 * `accounts` are the account ids that the message names.
 */
export function adviceOn(
  failure: Failure,
  { forAll, header, unlock }: WireMessage,
  accounts: readonly unknown[] = [],
): string {
  const isRefusal = failure.code === 'opend.refused'
  if (isRefusal || failure.code === 'auth.account_not_allowed') {
    const rounded = accounts.map((accId) => (typeof accId === 'bigint' ? writtenDoubleAdvice(accId) : ''))
    const advice = rounded.find((text) => text !== '')
    if (advice !== undefined) return advice
  }
  if (!isRefusal) return ''
  const { trdEnv, trdMarket } = isWireMessage(header) ? header : {}
  if (forAll === true && trdEnv === TrdEnv.Simulate) return CANCEL_ALL
  // Documents of futu-opend-rs say 7 for Japan. OpenD refuses an account without crypto.
  if (trdMarket === TrdMarket.Crypto) return JAPAN
  return unlock === undefined && isLockRefusal(failure.retMsg) ? UNLOCK : ''
}
