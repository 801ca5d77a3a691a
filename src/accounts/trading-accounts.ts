import type { MessageTypes } from '../../proto/messages.ts'
import type { TradingRights } from '../auth/caller.ts'
import { type Failure, opendFailure } from '../base/failure.ts'
import { decodeMessage } from '../wire/decode.ts'
import { encodeMessage } from '../wire/encode.ts'

/** `Trd_Common.TrdEnv`. */
export type TradingEnvironment = 'simulate' | 'real'

/** The environment of each account of the login, by account id. */
export type TradingAccounts = ReadonlyMap<bigint, TradingEnvironment>

/** Asks for every account of the login: no category, general securities accounts included. */
export function accountListRequest(): Uint8Array {
  return encodeMessage('Trd_GetAccList.Request', { c2s: { userID: 0n, needGeneralSecAccount: true } })
}

/** Asks for the order pushes of every account: OpenD takes the list as the whole of what this connection wants. */
export function accountPushRequest(accounts: TradingAccounts): Uint8Array {
  return encodeMessage('Trd_SubAccPush.Request', { c2s: { accIDList: [...accounts.keys()] } })
}

/** The accounts that a caller wants pushes of; null when the request does not decode. */
export function readPushAccounts(body: Uint8Array): readonly bigint[] | null {
  const decoded = decodeMessage('Trd_SubAccPush.Request', body)
  return decoded.ok ? (decoded.value.c2s.accIDList ?? []) : null
}

/** An account of the login, as OpenD lists it. */
export type TradingAccount = MessageTypes['Trd_Common.TrdAcc']

/** An account with the numbers of its cards, by which keys may name it. Plain data: it crosses RPC. */
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

/** The accounts in a reply to `accountListRequest`; a failure when OpenD would not say. */
export function readAccountList(body: Uint8Array): readonly TradingAccount[] | Failure {
  const decoded = decodeMessage('Trd_GetAccList.Response', body)
  if (!decoded.ok) return { code: 'gateway.bad_reply', detail: decoded.detail, retryInMs: null }
  const { retType, s2c } = decoded.value
  if (retType !== 0 || s2c === undefined) return opendFailure('opend.failed', decoded.value)
  return s2c.accList ?? []
}

/**
 * Whether an order call may go upstream. The account decides the environment, never the body: a body that disagrees
 * with the account is refused, and the right that is needed is the one for the account's environment.
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
  // Anything that is not the one number for simulation is treated as real money.
  return trdEnv === 0 ? 'simulate' : 'real'
}
