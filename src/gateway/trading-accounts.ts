import type { Failure } from '../base/failure.ts'
import { decodeMessage } from '../wire/decode.ts'
import { encodeMessage } from '../wire/encode.ts'

export const GET_ACC_LIST = 2001

/** `Trd_Common.TrdEnv`. */
export type TradingEnvironment = 'simulate' | 'real'

/** The environment of each account of the login, by account id. */
export type TradingAccounts = ReadonlyMap<bigint, TradingEnvironment>

/** Where a token may trade. */
export interface TradingRights {
  readonly simulate: boolean
  readonly real: boolean
}

/** Asks for every account of the login: no category, general securities accounts included. */
export function accountListRequest(): Uint8Array {
  return encodeMessage('Trd_GetAccList.Request', { c2s: { userID: 0n, needGeneralSecAccount: true } })
}

/** The accounts in a reply to `accountListRequest`; a failure when OpenD would not say. */
export function readTradingAccounts(body: Uint8Array): TradingAccounts | Failure {
  const decoded = decodeMessage('Trd_GetAccList.Response', body)
  if (!decoded.ok) return { code: 'gateway.bad_reply', detail: decoded.detail, retryInMs: null }
  const { retType, retMsg, errCode, s2c } = decoded.value
  if (retType !== 0 || s2c === undefined) {
    return { code: 'opend.failed', retType, retMsg: retMsg ?? null, errCode: errCode ?? null }
  }
  return new Map((s2c.accList ?? []).map((account) => [account.accID, environmentOf(account.trdEnv)]))
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
  const scopes = accountEnv === 'real' ? ['trade:real'] : ['trade:simulate', 'trade:real']
  return { code: 'auth.insufficient_scope', scopes }
}

/** The header of an encoded order call. Throws when it does not decode: the Worker encoded it. */
export function readTradeHeader(protoId: number, body: Uint8Array): { trdEnv: number; accID: bigint } {
  const decoded =
    protoId === 2202 ? decodeMessage('Trd_PlaceOrder.Request', body) : decodeMessage('Trd_ModifyOrder.Request', body)
  if (!decoded.ok) throw new Error(`order call does not decode: ${decoded.detail}`)
  return decoded.value.c2s.header
}

function environmentOf(trdEnv: number): TradingEnvironment {
  // Anything that is not the one number for simulation is treated as real money.
  return trdEnv === 0 ? 'simulate' : 'real'
}
