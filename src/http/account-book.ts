import type { TradingAccount } from '../accounts/trading-accounts.ts'
import { fail, succeed, type Result } from '../base/result.ts'
import { opendFailure } from '../gateway/link/opend-failure.ts'
import { decodeMessage } from '../wire/decode.ts'
import { encodeMessage } from '../wire/encode.ts'
import { callOpend, type Exchange } from './exchange.ts'

/** How long a list may be reused. Accounts change by paperwork, and a card that moved must not linger for long. */
const FRESH_MS = 60_000

const GET_ACC_LIST = 2001

/** The account list of the login, for keys whose accounts are named by card. */
export class AccountBook {
  #accounts: readonly TradingAccount[] = []
  #readAtMs = Number.NEGATIVE_INFINITY

  /** Failures: those of the call, and OpenD's own refusal. */
  async read(exchange: Exchange, caller: string): Promise<Result<readonly TradingAccount[]>> {
    if (exchange.nowMs - this.#readAtMs < FRESH_MS) return succeed(this.#accounts)
    const body = encodeMessage('Trd_GetAccList.Request', { c2s: { userID: 0n, needGeneralSecAccount: true } })
    const reply = await callOpend(exchange, {
      protoId: GET_ACC_LIST,
      body,
      caller,
      isFresh: false,
      quotaShare: null,
    })
    if (!reply.ok) return reply
    const decoded = decodeMessage('Trd_GetAccList.Response', reply.body)
    if (!decoded.ok) return fail({ code: 'gateway.bad_reply', detail: decoded.detail, retryInMs: null })
    const { retType, s2c } = decoded.value
    if (retType !== 0 || s2c === undefined) return fail(opendFailure('opend.failed', decoded.value))
    this.#accounts = s2c.accList ?? []
    this.#readAtMs = exchange.nowMs
    return succeed(this.#accounts)
  }
}
