import type { LedgerEntry } from '../entry.ts'
import type { Ledger } from '../ledger.ts'
import type { OrderEntries } from '../manager/order-entries.ts'
import { foundReply } from '../order-call.ts'
import { idsOf, type Order } from '../order-identity.ts'
import { wasPlaced } from '../sending/call-result.ts'
import { entryIdOf, tagOf } from '../tag.ts'
import type { SendCall } from '../../gateway/opend-client.ts'
import { ordersOf } from '../account-orders.ts'
import { candidatesOf } from './match-order.ts'

/** The most absent entries whose accounts are listed again over a new connection, and their greatest age. */
const MOST_LISTED = 20
const LISTED_FOR_MS = 3_600_000

/** The dependencies of the check for late orders. */
export interface LateOrdersDeps {
  readonly ledger: Ledger
  readonly nowMs: () => number
  /** Called once for each entry whose order exists although its final state excluded it. */
  readonly onContradiction: (entry: LedgerEntry, detail: string) => void
}

/**
 * Detects orders whose callers received `absent` or `rejected`. The entry becomes accepted, so that its budget counts
 * again and the kill switch includes the order, and `onContradiction` is called.
 */
export class LateOrders {
  /** Late orders since the object started, by the state that their callers had received. */
  readonly counts = { absent: 0, rejected: 0 }
  readonly #deps: LateOrdersDeps
  readonly #entries: OrderEntries
  /** Entries whose tag several orders carry; each is reported once. */
  readonly #ambiguous = new Set<string>()

  constructor(deps: LateOrdersDeps, entries: OrderEntries) {
    this.#deps = deps
    this.#entries = entries
  }

  /**
   * Lists once the accounts of the calls placed in the last hour that were declared absent: OpenD may have listed too
   * little over an earlier connection, and a push is lost with its connection.
   */
  async listAgain(send: SendCall): Promise<void> {
    const { ledger, nowMs } = this.#deps
    const absent = ledger
      .page({ caller: null, state: 'absent', accId: null, before: null, limit: MOST_LISTED })
      .filter(({ call, createdAtMs }) => call.kind === 'place' && createdAtMs > nowMs() - LISTED_FOR_MS)
    const accounts = new Map(absent.map(({ call }) => [`${call.accId}/${call.trdMarket}`, call]))
    await Promise.all(
      [...accounts.values()].map(async ({ accId, trdEnv, trdMarket }) => {
        const orders = await ordersOf(send, { accId: BigInt(accId), trdEnv, trdMarket })
        if (orders !== null) this.check(accId, orders)
      }),
    )
  }

  /** Checks orders of an account (decimal id) that OpenD listed or pushed. Costs one set lookup for each order. */
  check(accId: string, orders: readonly Order[]): void {
    const watched = this.#entries.watchedTags
    if (watched.size === 0) return
    const tags = orders.map(({ remark }) => tagOf(remark)).filter((tag) => tag !== null && watched.has(tag))
    for (const tag of new Set(tags)) {
      const entry = tag === null ? null : this.#entries.byId(entryIdOf(tag))
      if (entry !== null && entry.call.accId === accId) this.#contradict(entry, orders)
    }
  }

  #contradict(entry: LedgerEntry, orders: readonly Order[]): void {
    const { state } = entry
    if (state !== 'absent' && state !== 'rejected') return
    // A failed order on the list agrees with the refusal and trades nothing.
    const [order, copy] = candidatesOf(entry, orders, this.#deps.ledger).filter(wasPlaced)
    if (order === undefined) return
    if (copy !== undefined) {
      this.#reportOnce(entry, 'several orders carry its tag in their remark, so it cannot be identified')
      return
    }
    const detail = `OpenD shows its order with status ${order.orderStatus}`
    const contradiction = { state, detail, atMs: this.#deps.nowMs() }
    const reply = foundReply(entry.call, order)
    const changes = { contradiction, reply, detail: `was ${state}, but ${detail}`, ...idsOf(order) }
    const accepted = this.#entries.transition(entry, 'accepted', changes)
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
