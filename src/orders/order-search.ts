import type { MessageTypes } from '../../proto/messages.ts'
import { decodeMessage } from '../wire/decode.ts'
import { type AccountRef, endedOrdersOf, ordersOf, type Upstream } from './account-orders.ts'
import type { LedgerEntry } from './entry.ts'
import { type Finding, findingOf } from './finding.ts'
import type { Ledger } from './ledger.ts'
import { foundReply, refusedReply } from './order-call.ts'
import type { OrderDesk } from './order-desk.ts'
import { entryIdOf, tagOf } from './tag.ts'

type Order = MessageTypes['Trd_Common.Order']

/**
 * Time between looks for the same entry: quick at first, then every 30 s for as long as it takes. A look refreshes
 * OpenD's cache, which it allows ten times in 30 s for an account, and callers want some of those too.
 */
const LOOK_DELAYS_MS: readonly number[] = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000]

/** What the search needs from outside. */
export interface SearchOutside {
  readonly ledger: Ledger
  readonly upstream: Upstream
  readonly nowMs: () => number
  readonly wakeAt: (atMs: number) => void
}

/** Looks for orders whose replies were lost, until each is found or surely not there. It never sends an order. */
export class OrderSearch {
  readonly #outside: SearchOutside
  readonly #desk: OrderDesk
  /** Accounts that are being looked at; a second look at the same time would say the same. */
  readonly #busy = new Set<string>()

  constructor(outside: SearchOutside, desk: OrderDesk) {
    this.#outside = outside
    this.#desk = desk
  }

  /** Looks at the accounts of all entries that are due, and asks to be woken for the rest. */
  async run(): Promise<void> {
    const nowMs = this.#outside.nowMs()
    const due = this.#unknown().filter(({ nextLookMs }) => nextLookMs <= nowMs)
    await Promise.all([...Map.groupBy(due, keyOf)].map(([key, entries]) => this.#lookOnce(key, entries)))
    // Who is looking at an account comes by here again when it is done.
    const idle = this.#unknown().filter((entry) => !this.#busy.has(keyOf(entry)))
    const next = Math.min(...idle.map(({ nextLookMs }) => nextLookMs))
    if (next !== Infinity) this.#outside.wakeAt(next)
  }

  /** The link came up: everything unknown is worth a look at once. */
  linkReady(): void {
    const nowMs = this.#outside.nowMs()
    const unknown = this.#unknown()
    for (const entry of unknown) this.#outside.ledger.update({ ...entry, nextLookMs: nowMs })
    if (unknown.length > 0) this.#outside.wakeAt(nowMs)
  }

  /** An order push. One that carries the tag of an entry settles it. */
  orderPush(body: Uint8Array): void {
    const decoded = decodeMessage('Trd_UpdateOrder.Response', body)
    const order = decoded.ok ? decoded.value.s2c?.order : undefined
    const tag = tagOf(order?.remark)
    const entry = tag === null ? null : this.#outside.ledger.byId(entryIdOf(tag))
    if (order === undefined || entry?.state !== 'unknown') return
    this.#conclude(entry, findingOf(entry, [order], false, this.#outside.nowMs()))
  }

  #unknown(): readonly LedgerEntry[] {
    return this.#outside.ledger.unsettled().filter(({ state }) => state === 'unknown')
  }

  async #lookOnce(key: string, entries: readonly LedgerEntry[]): Promise<void> {
    if (this.#busy.has(key)) return
    this.#busy.add(key)
    try {
      await this.#look(entries)
    } finally {
      this.#busy.delete(key)
    }
  }

  async #look(entries: readonly LedgerEntry[]): Promise<void> {
    const [first] = entries
    if (first === undefined) return
    const { accId, trdEnv, trdMarket } = first.call
    const account: AccountRef = { accId: BigInt(accId), trdEnv, trdMarket }
    const { upstream, ledger, nowMs } = this.#outside
    const today = await ordersOf(upstream, account)
    const ended = today === null ? null : await this.#endedOrders(account, entries, today)
    for (const { id } of entries) {
      // A push or a late reply may have settled it while we looked.
      const entry = ledger.byId(id)
      if (entry?.state !== 'unknown') continue
      const orders = [...(today ?? []), ...(ended ?? [])]
      this.#conclude(entry, findingOf(entry, orders, ended !== null, nowMs()))
    }
  }

  /** The ended orders, asked for only while some entry is not among today's. Null when OpenD does not say. */
  async #endedOrders(
    account: AccountRef,
    entries: readonly LedgerEntry[],
    today: readonly Order[],
  ): Promise<readonly Order[] | null> {
    const nowMs = this.#outside.nowMs()
    const missing = entries.filter((entry) => findingOf(entry, today, false, nowMs).state === 'unknown')
    const [oldest] = missing
    return oldest === undefined ? [] : endedOrdersOf(this.#outside.upstream, account, oldest.createdAtMs)
  }

  #conclude(entry: LedgerEntry, finding: Finding): void {
    const { detail } = finding
    if (finding.state === 'accepted') {
      const { orderID, orderIDEx } = finding.order
      const reply = foundReply(entry.call, finding.order)
      this.#desk.settle(entry, 'accepted', { reply, detail, orderId: orderID.toString(), orderIdEx: orderIDEx })
    } else if (finding.state === 'unknown') {
      const delayMs = LOOK_DELAYS_MS[Math.min(entry.looks, LOOK_DELAYS_MS.length - 1)] ?? 0
      const nextLookMs = this.#outside.nowMs() + delayMs
      this.#outside.ledger.update({ ...entry, detail, looks: entry.looks + 1, nextLookMs })
    } else {
      const reply = finding.state === 'rejected' ? refusedReply(entry.call, detail) : null
      this.#desk.settle(entry, finding.state, { detail, reply })
    }
  }
}

/** The account that a look is about. */
function keyOf({ call }: LedgerEntry): string {
  return `${call.accId}/${call.trdMarket}`
}
