import type { MessageTypes } from '../../../proto/messages.ts'
import { type AccountRef, ordersOf, pastOrdersOf, type Upstream } from './account-orders.ts'
import type { LedgerEntry } from '../entry.ts'
import { matchOrder } from './match-order.ts'
import type { Ledger } from '../ledger.ts'
import type { MatchResult } from './match-result.ts'
import { foundReply, refusedReply } from '../order-call.ts'
import type { OrderManager } from '../manager/order-manager.ts'
import { orderIn } from '../sending/pushed-orders.ts'
import { entryIdOf, tagOf } from '../tag.ts'

type Order = MessageTypes['Trd_Common.Order']

/**
 * Time between looks for the same entry: quick at first, then every 30 s for as long as it takes. A look refreshes
 * OpenD's cache, which it allows ten times in 30 s for an account, and callers want some of those too.
 */
const LOOK_DELAYS_MS = [1_000, 2_000, 4_000, 8_000, 16_000] as const
const LAST_DELAY_MS = 30_000

/** When to look again after a look at which OpenD did not say. The link coming up brings it forward. */
const RETRY_DELAY_MS = 8_000

/**
 * Complete looks, each at its time, without a trace of a call before the next one may say that it is absent. With the
 * delays between them they take a minute: OpenD answers within 12 s or not at all, and five times that covers a gateway
 * that was busy and bytes that were slow. Counted in looks because a clock may be set, and an order that is called
 * absent too early is sent twice.
 */
const LOOKS_BEFORE_ABSENT = LOOK_DELAYS_MS.length + 1

/** Looks in a row that must agree before a call counts as done because of what is not listed, and the time between. */
const LOOKS_AT_NOTHING = 3
const NOTHING_DELAY_MS = 2_000

/**
 * An order that can still be changed was made within this time: OpenD's brokers keep one open for 90 days, and its
 * history tells of 90 days, of which two are for the time zones.
 */
const ORDER_LIFE_MS = 88 * 86_400_000

/** What the search needs from outside. */
export interface ReconcilerDeps {
  readonly ledger: Ledger
  readonly upstream: Upstream
  readonly nowMs: () => number
  readonly wakeAt: (atMs: number) => void
}

/** Looks for orders whose replies were lost, until each is found or surely not there. It never sends an order. */
export class OrderReconciler {
  readonly #outside: ReconcilerDeps
  readonly #manager: OrderManager
  /** Accounts that are being looked at; a second look at the same time would say the same. */
  readonly #busy = new Set<string>()
  /** Entries to look at before their time, because the link came up. Such a look can find, but does not count. */
  readonly #hurried = new Set<string>()
  /** Looks in a row that found an entry done because of what was not listed. */
  readonly #nothings = new Map<string, number>()

  constructor(outside: ReconcilerDeps, manager: OrderManager) {
    this.#outside = outside
    this.#manager = manager
  }

  /** Looks at the accounts of all entries that are due, and asks to be woken for the rest. */
  async run(): Promise<void> {
    const due = this.#unknown().filter((entry) => this.#isOnTime(entry) || this.#hurried.has(entry.id))
    const looks = [...Map.groupBy(due, keyOf)].map(([key, entries]) => this.#lookOnce(key, entries))
    // Before the looks are over: a slow account must not hold up the others.
    this.#wakeForNext()
    await Promise.all(looks)
  }

  /** The link came up: everything unknown is worth a look at once. */
  linkReady(): void {
    this.#manager.linkReady()
    for (const { id } of this.#unknown()) this.#hurried.add(id)
    this.#wakeForNext()
  }

  /** An order push. One that carries the tag of an unknown entry settles it; others may be of use to the manager. */
  orderPush(body: Uint8Array): void {
    this.#manager.onPush(body)
    if (this.#manager.entries.unknownCount === 0) return
    const order = orderIn(body)
    const tag = tagOf(order?.remark)
    const entry = tag === null ? null : this.#outside.ledger.byId(entryIdOf(tag))
    if (order === null || entry?.state !== 'unknown') return
    const finding = matchOrder(entry, { orders: [order], isComplete: false }, this.#outside.ledger)
    if (finding !== null) this.#settle(entry, finding)
  }

  #unknown(): readonly LedgerEntry[] {
    return this.#outside.ledger.unresolved().filter(({ state }) => state === 'unknown')
  }

  #isOnTime({ nextLookMs }: LedgerEntry): boolean {
    const nowMs = this.#outside.nowMs()
    // No look is ever planned further ahead: the clock was set back.
    return nextLookMs <= nowMs || nextLookMs > nowMs + LAST_DELAY_MS
  }

  #wakeForNext(): void {
    const nowMs = this.#outside.nowMs()
    // Who looks at an account comes by here when it is done.
    const idle = this.#unknown().filter((entry) => !this.#busy.has(keyOf(entry)))
    const times = idle.map((entry) => (this.#isOnTime(entry) || this.#hurried.has(entry.id) ? nowMs : entry.nextLookMs))
    const nextMs = Math.min(...times)
    if (nextMs !== Infinity) this.#outside.wakeAt(nextMs)
  }

  async #lookOnce(key: string, entries: readonly LedgerEntry[]): Promise<void> {
    if (this.#busy.has(key)) return
    this.#busy.add(key)
    try {
      await this.#look(entries)
    } finally {
      this.#busy.delete(key)
      this.#wakeForNext()
    }
  }

  async #look(entries: readonly LedgerEntry[]): Promise<void> {
    const [first] = entries
    if (first === undefined) return
    const onTime = new Set(entries.filter((entry) => this.#isOnTime(entry)).map(({ id }) => id))
    for (const { id } of entries) this.#hurried.delete(id)
    const { accId, trdEnv, trdMarket } = first.call
    const account: AccountRef = { accId: BigInt(accId), trdEnv, trdMarket }
    const { upstream, ledger } = this.#outside
    const today = await ordersOf(upstream, account)
    const past = today === null ? null : await this.#pastOrders(account, entries, today)
    for (const { id } of entries) {
      // A push or a late reply may have settled it while we looked.
      const entry = ledger.byId(id)
      if (entry?.state !== 'unknown') continue
      // A list that could not be had is no empty list.
      const look = today === null ? null : { orders: [...today, ...(past ?? [])], isComplete: past !== null }
      const finding = look === null ? null : matchOrder(entry, look, ledger)
      if (this.#isSure(id, finding, onTime.has(id))) this.#settle(entry, finding)
      else if (onTime.has(id)) this.#conclude(entry, finding, past !== null)
    }
  }

  /** Whether a finding settles its entry. Looks that came early, side by side, would all see the same stale list. */
  #isSure(id: string, finding: MatchResult | null, isOnTime: boolean): finding is MatchResult {
    if (finding?.state === 'accepted' && finding.isByAbsence) {
      if (!isOnTime) return false
      const nothings = (this.#nothings.get(id) ?? 0) + 1
      this.#nothings.set(id, nothings)
      if (nothings < LOOKS_AT_NOTHING) return false
    }
    this.#nothings.delete(id)
    return finding !== null && finding.state !== 'unknown'
  }

  /** Orders that are no longer open, asked for only while today's list has no trace of some entry. */
  async #pastOrders(
    account: AccountRef,
    entries: readonly LedgerEntry[],
    today: readonly Order[],
  ): Promise<readonly Order[] | null> {
    const { ledger, upstream } = this.#outside
    const look = { orders: today, isComplete: false }
    const missing = entries.filter((entry) => matchOrder(entry, look, ledger) === null)
    if (missing.length === 0) return []
    const times = missing.map(({ createdAtMs }) => createdAtMs)
    const lifeMs = missing.some(({ call }) => call.protoId === 2205) ? ORDER_LIFE_MS : 0
    return pastOrdersOf(upstream, account, { fromMs: Math.min(...times) - lifeMs, toMs: Math.max(...times) })
  }

  /** Draws the conclusion from a look, made at its time, that did not find an entry. */
  #conclude(entry: LedgerEntry, finding: MatchResult | null, isComplete: boolean): void {
    const { looks } = entry
    if (finding !== null) {
      this.#lookAgain(entry, finding.detail, looks, finding.state === 'accepted' ? NOTHING_DELAY_MS : LAST_DELAY_MS)
    } else if (!isComplete) {
      this.#lookAgain(entry, 'OpenD did not list the orders of the account', looks, RETRY_DELAY_MS)
    } else if (looks < LOOKS_BEFORE_ABSENT) {
      const delayMs = LOOK_DELAYS_MS[looks] ?? LAST_DELAY_MS
      this.#lookAgain(entry, 'not among the orders of the account yet', looks + 1, delayMs)
    } else {
      this.#manager.entries.transition(entry, 'absent', {
        detail: 'looked for in the orders of the account and not there',
      })
    }
  }

  #lookAgain(entry: LedgerEntry, detail: string, looks: number, delayMs: number): void {
    const nextLookMs = this.#outside.nowMs() + delayMs
    this.#outside.ledger.update({ ...entry, detail, looks, nextLookMs })
  }

  #settle(entry: LedgerEntry, finding: MatchResult): void {
    const { state, detail } = finding
    if (state === 'accepted') {
      const { orderID, orderIDEx } = finding.order
      const reply = foundReply(entry.call, finding.order)
      this.#manager.entries.transition(entry, state, {
        reply,
        detail,
        orderId: orderID.toString(),
        orderIdEx: orderIDEx,
      })
    } else if (state === 'rejected') {
      this.#manager.entries.transition(entry, state, { reply: refusedReply(entry.call, detail), detail })
    }
  }
}

/** The account that a look is about. */
function keyOf({ call }: LedgerEntry): string {
  return `${call.accId}/${call.trdMarket}`
}
