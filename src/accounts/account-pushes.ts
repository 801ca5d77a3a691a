import { CALLS } from '../calls.ts'
import type { Failure } from '../base/failure.ts'
import { decodeMessage } from '../wire/decode.ts'
import type { SendCall } from '../gateway/opend-client.ts'
import { accountPushRequest, type TradingAccounts } from './trading-accounts.ts'

/**
 * Delay before the next attempt to subscribe. It starts at 1 s, because order pushes are the first evidence of an order
 * whose reply is lost, and doubles up to 60 s, because more calls do not help when OpenD keeps refusing.
 */
const RETRY_DELAY_MS = { first: 1_000, most: 60_000 } as const

/** The parts of the link and the account list that the subscription needs. */
export interface AccountPushesDeps {
  readonly send: SendCall
  /** The accounts of the login, read again if there are none. */
  readonly accounts: () => Promise<TradingAccounts | Failure>
  /** Grows with each new link. A subscription ends with its link. */
  readonly linkGeneration: () => number
  readonly isLinkUp: () => boolean
  /** Calls `run` once, after that many ms. */
  readonly after: (ms: number, run: () => void) => void
}

/**
 * The subscription to order and fill pushes of all accounts of the login. OpenD takes one list for the connection; the
 * gateway decides which caller receives a push. On each link, the subscription is attempted until OpenD confirms it,
 * and again when the list has new accounts.
 */
export class AccountPushes {
  readonly #deps: AccountPushesDeps
  /** The last subscription that OpenD has confirmed. */
  #confirmed: { readonly generation: number; readonly accounts: TradingAccounts } | null = null
  /** The accounts of the last list. */
  #wanted: TradingAccounts = new Map()
  #isAttempting = false
  #failures = 0
  /**
   * The number of the scheduled retry, or null. A retry with another number belongs to an earlier link and is ignored.
   */
  #retry: number | null = null
  #lastRetry = 0

  constructor(deps: AccountPushesDeps) {
    this.#deps = deps
  }

  /** Whether OpenD has confirmed the pushes of all these accounts on the present link. False without accounts. */
  covers(accounts: TradingAccounts): boolean {
    const confirmed = this.#confirmed
    if (confirmed === null || accounts.size === 0 || !this.#deps.isLinkUp()) return false
    if (confirmed.generation !== this.#deps.linkGeneration()) return false
    return [...accounts.keys()].every((accId) => confirmed.accounts.has(accId))
  }

  /** To be called when a link is up: subscribes, because a new link has no subscriptions. */
  linkReady(): void {
    this.#failures = 0
    this.#retry = null
    this.#attempt()
  }

  /** To be called after a read of the list: subscribes new accounts, unless a retry is scheduled. */
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

  /** Makes one attempt. True when all accounts are subscribed. */
  async #subscribe(): Promise<boolean> {
    const generation = this.#deps.linkGeneration()
    const accounts = await this.#deps.accounts()
    if ('code' in accounts || accounts.size === 0) return false
    if (this.covers(accounts)) return true
    const outcome = await this.#deps.send(CALLS.Trd_SubAccPush.protoId, accountPushRequest(accounts))
    if (!outcome.ok || !isConfirmed(outcome.body)) return false
    // If the link has changed meanwhile, it is not certain which link carried the call.
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
    // `linkReady` starts again on the next link.
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
