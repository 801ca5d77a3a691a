import type { MessageTypes } from '../../../proto/messages.ts'
import type { LedgerEntry } from '../entry.ts'
import type { Ledger } from '../ledger.ts'
import type { OrderManager } from '../manager/order-manager.ts'
import { foundReply } from '../order-call.ts'
import { idsOf } from '../order-identity.ts'
import { wasPlaced } from '../sending/call-result.ts'
import { entryIdOf, tagOf } from '../tag.ts'
import { ordersOf, type Upstream } from './account-orders.ts'
import { candidatesOf } from './match-order.ts'

type Order = MessageTypes['Trd_Common.Order']

/** Calls that were called absent whose accounts are listed again over a new connection, the latest, and how old ones. */
const MOST_LISTED = 20
const LISTED_FOR_MS = 3_600_000

/** What the check for late orders uses. */
export interface LateOrdersDeps {
  readonly ledger: Ledger
  readonly nowMs: () => number
  /** An order exists although its entry was final and said otherwise; called once for each entry. */
  readonly onContradiction: (entry: LedgerEntry, detail: string) => void
}

/**
 * Notices orders whose callers were told that they are absent or rejected. Such an entry becomes accepted: its budget
 * counts again, the kill switch sees an order of ours, and a person is told.
 */
export class LateOrders {
  /** Orders found since the object started, by what their callers had been told. */
  readonly counts = { absent: 0, rejected: 0 }
  readonly #deps: LateOrdersDeps
  readonly #manager: OrderManager
  /** Tags that several orders carry, reported once. */
  readonly #ambiguous = new Set<string>()

  constructor(deps: LateOrdersDeps, manager: OrderManager) {
    this.#deps = deps
    this.#manager = manager
  }

  /**
   * Lists the accounts of the calls that were called absent in the last hour, once: over an earlier connection OpenD may
   * have listed too little, and a push about an order is lost with its connection.
   */
  async listAgain(upstream: Upstream): Promise<void> {
    const { ledger, nowMs } = this.#deps
    const absent = ledger
      .page({ caller: null, state: 'absent', accId: null, before: null, limit: MOST_LISTED })
      .filter(({ call, createdAtMs }) => call.kind === 'place' && createdAtMs > nowMs() - LISTED_FOR_MS)
    const accounts = new Map(absent.map(({ call }) => [`${call.accId}/${call.trdMarket}`, call]))
    await Promise.all(
      [...accounts.values()].map(async ({ accId, trdEnv, trdMarket }) => {
        const orders = await ordersOf(upstream, { accId: BigInt(accId), trdEnv, trdMarket })
        if (orders !== null) this.check(accId, orders)
      }),
    )
  }

  /** Checks orders of an account (decimal id) that OpenD listed or pushed. Costs one set lookup for each of them. */
  check(accId: string, orders: readonly Order[]): void {
    const watched = this.#manager.entries.watchedTags
    if (watched.size === 0) return
    const tags = orders.map(({ remark }) => tagOf(remark)).filter((tag) => tag !== null && watched.has(tag))
    for (const tag of new Set(tags)) {
      const entry = tag === null ? null : this.#manager.entries.byId(entryIdOf(tag))
      if (entry !== null && entry.call.accId === accId) this.#contradict(entry, orders)
    }
  }

  #contradict(entry: LedgerEntry, orders: readonly Order[]): void {
    const { state } = entry
    if (state !== 'absent' && state !== 'rejected') return
    // An order that failed is what a refusal looks like on the list, and trades nothing.
    const [order, copy] = candidatesOf(entry, orders, this.#deps.ledger).filter(wasPlaced)
    if (order === undefined) return
    if (copy !== undefined) {
      this.#reportOnce(entry, 'several orders carry its tag in their remark, so it cannot be told which one it is')
      return
    }
    const detail = `OpenD shows its order with status ${order.orderStatus}`
    const contradiction = { state, detail, atMs: this.#deps.nowMs() }
    const reply = foundReply(entry.call, order)
    const changes = { contradiction, reply, detail: `was ${state}, but ${detail}`, ...idsOf(order) }
    const accepted = this.#manager.entries.transition(entry, 'accepted', changes)
    this.counts[state]++
    this.#deps.onContradiction(accepted, changes.detail)
  }

  #reportOnce(entry: LedgerEntry, detail: string): void {
    if (this.#ambiguous.has(entry.id)) return
    this.#ambiguous.add(entry.id)
    this.counts[entry.state === 'absent' ? 'absent' : 'rejected']++
    this.#deps.onContradiction(entry, `is ${entry.state}, but ${detail}`)
  }
}
