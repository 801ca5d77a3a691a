import { CALLS } from '../../calls.ts'
import { decodeMessage } from '../../wire/decode.ts'
import { encodeMessage } from '../../wire/encode.ts'
import type { SendCall } from '../../gateway/opend-client.ts'
import type { AccountRef } from '../account-orders.ts'
import type { Order } from '../order-identity.ts'

/** The orders of an account that OpenD lists: today's, and older ones that are still open. */
export interface OrderList {
  readonly orders: readonly Order[]
  /** Whether OpenD refreshed the list from the broker. An order that is missing from a cached list may exist. */
  readonly isFresh: boolean
}

interface Polls {
  /** The poll in flight. */
  readonly current: Promise<OrderList | null>
  /** The next poll, for requests that arrived after the current one was sent. */
  next: Promise<OrderList | null> | null
}

/**
 * Lists the orders of accounts for cancel tasks, with the highest rank. OpenD refreshes a list ten times in 30 s for an
 * account, so concurrent requests share a poll, and each gets one that was sent after its request. A poll counts
 * against the share of the caller whose task started it, so a caller cannot exhaust the polls by repeated halts.
 */
export class AccountPolls {
  readonly #send: SendCall
  readonly #onError: (what: string, error: unknown) => void
  readonly #polls = new Map<string, Polls>()

  constructor(send: SendCall, onError: (what: string, error: unknown) => void) {
    this.#send = send
    this.#onError = onError
  }

  /**
   * Returns the orders as the broker has them now. Falls back to OpenD's cached list, which has no limit, when OpenD
   * does not refresh (limit or refusal); null when OpenD does not list them at all.
   */
  fresh(account: AccountRef, caller: string): Promise<OrderList | null> {
    const key = accountKey(account)
    const polls = this.#polls.get(key)
    if (polls === undefined) return this.#start(key, account, caller)
    polls.next ??= polls.current.then(() => this.#start(key, account, caller))
    return polls.next
  }

  /** Returns OpenD's cached list; null when OpenD does not list the orders. */
  cached(account: AccountRef, caller: string): Promise<OrderList | null> {
    return this.#request(account, caller, false)
  }

  #start(key: string, account: AccountRef, caller: string): Promise<OrderList | null> {
    const current = this.#refreshed(account, caller).catch((error: unknown) => {
      this.#onError('a kill switch failed to list the orders of an account', error)
      return null
    })
    const polls: Polls = { current, next: null }
    this.#polls.set(key, polls)
    void current.then(() => {
      if (polls.next === null) this.#polls.delete(key)
    })
    return current
  }

  async #refreshed(account: AccountRef, caller: string): Promise<OrderList | null> {
    return (await this.#request(account, caller, true)) ?? this.#request(account, caller, false)
  }

  async #request(account: AccountRef, caller: string, isFresh: boolean): Promise<OrderList | null> {
    const header = { trdEnv: account.trdEnv, accID: account.accId, trdMarket: account.trdMarket }
    const body = encodeMessage('Trd_GetOrderList.Request', { c2s: { header, refreshCache: isFresh } })
    const outcome = await this.#send(CALLS.Trd_GetOrderList.protoId, body, { caller, rank: 'switch' })
    if (!outcome.ok) return null
    const decoded = decodeMessage('Trd_GetOrderList.Response', outcome.body)
    if (!decoded.ok || decoded.value.retType !== 0) return null
    return { orders: decoded.value.s2c?.orderList ?? [], isFresh }
  }
}

/** A unique key for an account and market. */
export function accountKey({ accId, trdMarket }: AccountRef): string {
  return `${accId}/${trdMarket}`
}
