import type { MessageTypes } from '../../proto/messages.ts'
import type { TradingRights } from '../auth/caller.ts'
import { type Failure, opendFailure } from '../base/failure.ts'
import { decodeMessage } from '../wire/decode.ts'
import { encodeMessage } from '../wire/encode.ts'

/** `Trd_Common.TrdEnv`. */
export type TradingEnvironment = 'simulate' | 'real'

/** The environment of each account of the login, by account id. */
export type TradingAccounts = ReadonlyMap<bigint, TradingEnvironment>

/** A request for every account of the login: without a category, with general securities accounts. */
export function accountListRequest(): Uint8Array {
  return encodeMessage('Trd_GetAccList.Request', { c2s: { userID: 0n, needGeneralSecAccount: true } })
}

/** A request for the order pushes of these accounts. It replaces the earlier list of the connection. */
export function accountPushRequest(accounts: TradingAccounts): Uint8Array {
  return encodeMessage('Trd_SubAccPush.Request', { c2s: { accIDList: [...accounts.keys()] } })
}

/** The accounts in a caller's request for pushes; null when the request does not decode. */
export function readPushAccounts(body: Uint8Array): readonly bigint[] | null {
  const decoded = decodeMessage('Trd_SubAccPush.Request', body)
  return decoded.ok ? (decoded.value.c2s.accIDList ?? []) : null
}

/** An account of the login in OpenD's list. */
export type TradingAccount = MessageTypes['Trd_Common.TrdAcc']

/** An account with its card numbers, which keys may contain instead of its id. Plain data, for RPC. */
export interface AccountCards {
  readonly accId: bigint
  readonly cards: readonly string[]
}

/** The cards of each listed account. */
export function cardsOf(list: readonly TradingAccount[]): readonly AccountCards[] {
  return list.map(({ accID, cardNum, uniCardNum }) => ({
    accId: accID,
    cards: [cardNum, uniCardNum].filter((card) => card !== undefined),
  }))
}

/** The environment of each listed account. */
export function environmentsOf(list: readonly TradingAccount[]): TradingAccounts {
  return new Map(list.map((account) => [account.accID, environmentOf(account.trdEnv)]))
}

/** The accounts in a reply to `accountListRequest`; a failure when OpenD refused. */
export function readAccountList(body: Uint8Array): readonly TradingAccount[] | Failure {
  const decoded = decodeMessage('Trd_GetAccList.Response', body)
  if (!decoded.ok) return { code: 'gateway.bad_reply', detail: decoded.detail, retryInMs: null }
  const { retType, s2c } = decoded.value
  if (retType !== 0 || s2c === undefined) return opendFailure('opend.failed', decoded.value)
  return s2c.accList ?? []
}

/**
 * Checks the account of an order call; null when the call may be sent. The environment is that of the account: a body
 * with another one is refused, and the caller needs the right to trade in the account's environment.
 */
export function admitOrder(
  header: { readonly trdEnv: number; readonly accID: bigint },
  accounts: TradingAccounts,
  rights: TradingRights,
): Failure | null {
  const accountEnv = accounts.get(header.accID)
  const accId = header.accID.toString()
  if (accountEnv === undefined) return { code: 'trade.unknown_account', accId }
  if (environmentOf(header.trdEnv) !== accountEnv) return { code: 'trade.environment_mismatch', accId, accountEnv }
  if (rights[accountEnv]) return null
  if (accountEnv === 'real' && rights.lacksLimits === true) return { code: 'auth.limits_missing' }
  const scopes = accountEnv === 'real' ? ['trade:real'] : ['trade:simulate', 'trade:real']
  return { code: 'auth.insufficient_scope', scopes }
}

function environmentOf(trdEnv: number): TradingEnvironment {
  // Every number except that of simulation is treated as real.
  return trdEnv === 0 ? 'simulate' : 'real'
}
