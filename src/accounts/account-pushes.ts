import { CALLS } from '../calls.ts'
import type { Failure } from '../base/failure.ts'
import { decodeMessage } from '../wire/decode.ts'
import type { CallOutcome } from '../gateway/link/effect.ts'
import { accountPushRequest, type TradingAccounts } from './trading-accounts.ts'

/**
 * Delay before another attempt to subscribe: doubling from 1 s, because order pushes are the first evidence of an order
 * whose reply is lost, to 60 s, because an OpenD that refuses for a minute is not helped by more calls.
 */
const RETRY_DELAY_MS = { first: 1_000, most: 60_000 } as const

/** What the subscription needs of the link and of the account list. */
export interface AccountPushesDeps {
  readonly send: (protoId: number, body: Uint8Array) => Promise<CallOutcome>
  /** The accounts of the login, read again if there are none. */
  readonly accounts: () => Promise<TradingAccounts | Failure>
  /** Grows with every link that comes up: a subscription ends with its link. */
  readonly linkGeneration: () => number
  readonly isLinkUp: () => boolean
  /** Calls `run` once, after that many ms. */
  readonly after: (ms: number, run: () => void) => void
}

/**
 * The subscription to order and fill pushes of all accounts of the login. OpenD takes one list for the whole connection;
 * which caller may see which push is decided on this side. The subscription is attempted until OpenD has confirmed it,
 * on every link, and again when the list has accounts that are not in it.
 */
export class AccountPushes {
  readonly #deps: AccountPushesDeps
  /** What OpenD confirmed last. */
  #confirmed: { readonly generation: number; readonly accounts: TradingAccounts } | null = null
  /** The accounts of the last list. */
  #wanted: TradingAccounts = new Map()
  #isAttempting = false
  #failures = 0
  /** The number of the retry that is scheduled; null when none is. Retries of earlier links are ignored by it. */
  #retry: number | null = null
  #lastRetry = 0

  constructor(deps: AccountPushesDeps) {
    this.#deps = deps
  }

  /** Whether OpenD has confirmed, on the link that is up, the pushes of all these accounts. False without accounts. */
  covers(accounts: TradingAccounts): boolean {
    const confirmed = this.#confirmed
    if (confirmed === null || accounts.size === 0 || !this.#deps.isLinkUp()) return false
    if (confirmed.generation !== this.#deps.linkGeneration()) return false
    return [...accounts.keys()].every((accId) => confirmed.accounts.has(accId))
  }

  /** A link came up: nothing is subscribed over it. */
  linkReady(): void {
    this.#failures = 0
    this.#retry = null
    this.#attempt()
  }

  /** The account list was read. Accounts that are not subscribed are, unless an attempt is scheduled already. */
  listRead(accounts: TradingAccounts): void {
    this.#wanted = accounts
    if (accounts.size === 0 || this.covers(accounts) || this.#retry !== null) return
    if (this.#deps.isLinkUp()) this.#attempt()
  }

  #attempt(): void {
    if (this.#isAttempting) return
    this.#isAttempting = true
    void this.#subscribe().then((isDone) => {
      this.#isAttempting = false
      this.#ended(isDone)
    })
  }

  /** Whether all accounts are subscribed now. */
  async #subscribe(): Promise<boolean> {
    const generation = this.#deps.linkGeneration()
    const accounts = await this.#deps.accounts()
    if ('code' in accounts || accounts.size === 0) return false
    if (this.covers(accounts)) return true
    const outcome = await this.#deps.send(CALLS.Trd_SubAccPush.protoId, accountPushRequest(accounts))
    if (!outcome.ok || !isConfirmed(outcome.body)) return false
    // If a link came up meanwhile it is not certain over which of the two the call went.
    if (generation !== this.#deps.linkGeneration()) return false
    this.#confirmed = { generation, accounts }
    return true
  }

  #ended(isDone: boolean): void {
    if (isDone) {
      this.#failures = 0
      // A list with more accounts may have been read meanwhile.
      this.listRead(this.#wanted)
      return
    }
    // On the next link it begins anew.
    if (!this.#deps.isLinkUp()) return
    const delayMs = Math.min(RETRY_DELAY_MS.first * 2 ** Math.min(this.#failures, 10), RETRY_DELAY_MS.most)
    this.#failures++
    const retry = ++this.#lastRetry
    this.#retry = retry
    this.#deps.after(delayMs, () => {
      if (this.#retry !== retry) return
      this.#retry = null
      if (this.#deps.isLinkUp()) this.#attempt()
    })
  }
}

function isConfirmed(reply: Uint8Array): boolean {
  const decoded = decodeMessage('Trd_SubAccPush.Response', reply)
  return decoded.ok && decoded.value.retType === 0
}
