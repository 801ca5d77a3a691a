import type { MessageTypes } from '../../../proto/messages.ts'
import { CALLS } from '../../calls.ts'
import { decodeMessage } from '../../wire/decode.ts'
import { encodeMessage } from '../../wire/encode.ts'
import type { AccountRef, Upstream } from '../reconciliation/account-orders.ts'

type Order = MessageTypes['Trd_Common.Order']

/** The orders of an account that OpenD lists: those of today, and older ones that are open. */
export interface OrderList {
  readonly orders: readonly Order[]
  /** Whether OpenD asked the broker for it. What is not in a cached list may be there all the same. */
  readonly isFresh: boolean
}

interface Polls {
  /** The poll on its way. */
  readonly current: Promise<OrderList | null>
  /** The one after it, for those who came after the current one had been sent. */
  next: Promise<OrderList | null> | null
}

/**
 * Lists the orders of accounts for tasks, ahead of every other call. OpenD refreshes a list ten times in 30 s for an
 * account, so tasks that ask at the same time share a poll, and each gets one that was sent after it had asked. A poll
 * counts against the share of the caller whose task began it, so that no caller can use up the lists by halting again
 * and again.
 */
export class AccountPolls {
  readonly #upstream: Upstream
  readonly #onError: (what: string, error: unknown) => void
  readonly #polls = new Map<string, Polls>()

  constructor(upstream: Upstream, onError: (what: string, error: unknown) => void) {
    this.#upstream = upstream
    this.#onError = onError
  }

  /**
   * The orders as the broker has them now. Where OpenD does not refresh them (too often, or it refuses), as OpenD has
   * them, which it never refuses for its limits; null when it does not list them at all.
   */
  fresh(account: AccountRef, caller: string): Promise<OrderList | null> {
    const key = accountKey(account)
    const polls = this.#polls.get(key)
    if (polls === undefined) return this.#start(key, account, caller)
    polls.next ??= polls.current.then(() => this.#start(key, account, caller))
    return polls.next
  }

  /** The orders as OpenD has them; null when it does not list them. */
  cached(account: AccountRef, caller: string): Promise<OrderList | null> {
    return this.#ask(account, caller, false)
  }

  #start(key: string, account: AccountRef, caller: string): Promise<OrderList | null> {
    const current = this.#refreshed(account, caller).catch((error: unknown) => {
      this.#onError('a poll of a switch failed', error)
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
    return (await this.#ask(account, caller, true)) ?? this.#ask(account, caller, false)
  }

  async #ask(account: AccountRef, caller: string, isFresh: boolean): Promise<OrderList | null> {
    const header = { trdEnv: account.trdEnv, accID: account.accId, trdMarket: account.trdMarket }
    const body = encodeMessage('Trd_GetOrderList.Request', { c2s: { header, refreshCache: isFresh } })
    const outcome = await this.#upstream(CALLS.Trd_GetOrderList.protoId, body, { caller, rank: 'switch' })
    if (!outcome.ok) return null
    const decoded = decodeMessage('Trd_GetOrderList.Response', outcome.body)
    if (!decoded.ok || decoded.value.retType !== 0) return null
    return { orders: decoded.value.s2c?.orderList ?? [], isFresh }
  }
}

/** A name that no two accounts and markets share. */
export function accountKey({ accId, trdMarket }: AccountRef): string {
  return `${accId}/${trdMarket}`
}
