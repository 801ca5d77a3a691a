import { OrderStatus } from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import { MAX_ORDER_REGISTRY } from '../base/memory-budget.ts'
import { BoundedMap } from '../base/collections/bounded-map.ts'
import type { Timers } from '../base/time/timers.ts'
import type { OrderCallFacts } from './entry.ts'
import type { OrderIds } from './ledger.ts'
import { idsOf, targetIds } from './order-identity.ts'

type OrderAndStatus = Pick<MessageTypes['Trd_Common.Order'], 'orderID' | 'orderIDEx' | 'orderStatus'>

/** What OpenD last showed of an order that a call has changed or cancelled. */
export interface ShownOrder {
  /** Number of `Trd_Common.OrderStatus`. */
  readonly orderStatus: number
  /** Whether the order has ended: it can neither be filled nor changed any more. */
  readonly isFinal: boolean
  /** When OpenD showed it, Unix ms. */
  readonly atMs: number
}

/**
 * How long the answer to a cancel waits for its order to end. OpenD answers when it has passed the cancel on, and the
 * exchange confirms it usually within this time.
 */
const WAIT_FOR_END_MS = 1_000

/** Statuses in which an order can neither be filled nor changed. A disabled order can be enabled again. */
export const FINAL: ReadonlySet<number> = new Set([
  OrderStatus.SubmitFailed,
  OrderStatus.Filled_All,
  OrderStatus.Cancelled_Part,
  OrderStatus.Cancelled_All,
  OrderStatus.Failed,
  OrderStatus.Deleted,
  OrderStatus.FillCancelled,
])

interface Followed {
  shown: ShownOrder | null
  /** Callbacks of the answers that wait for the end of the order. */
  readonly waiting: Set<() => void>
}

/**
 * Follows the orders that calls have changed or cancelled: OpenD's reply only says that it has passed the call on, and
 * pushes and lists show what became of the order. The latest orders are in memory, and no decision depends on them.
 */
export class ChangedOrders {
  readonly #timers: Timers
  readonly #followed = new BoundedMap<string, Followed>(MAX_ORDER_REGISTRY)

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** Follows the order that a call is about to change. */
  follow(call: OrderCallFacts): void {
    const followed: Followed = this.#of(call) ?? { shown: null, waiting: new Set() }
    for (const key of keysOf(call.accId, targetIds(call))) this.#followed.set(key, followed)
  }

  /** Whether any order is followed, so that pushes need to be decoded. */
  get isFollowing(): boolean {
    return this.#followed.size > 0
  }

  /** Takes what OpenD shows of the orders of an account (decimal id). */
  show(accId: string, orders: readonly OrderAndStatus[]): void {
    for (const order of orders) {
      const [followed] = keysOf(accId, idsOf(order)).flatMap((key) => this.#followed.get(key) ?? [])
      if (followed === undefined) continue
      const { orderStatus } = order
      followed.shown = { orderStatus, isFinal: FINAL.has(orderStatus), atMs: this.#timers.nowMs() }
      if (!followed.shown.isFinal) continue
      for (const end of followed.waiting) end()
      followed.waiting.clear()
    }
  }

  /** What is known of the order that a call changed; null when nothing is, also after a restart. */
  shownFor(call: OrderCallFacts): ShownOrder | null {
    return this.#of(call)?.shown ?? null
  }

  /** The same, for a cancel after its order has ended, or after a second or `mostMs` if that is less. */
  async afterCancel(call: OrderCallFacts, mostMs: number): Promise<ShownOrder | null> {
    const followed = this.#of(call)
    if (followed === undefined || followed.shown?.isFinal === true || mostMs <= 0) return followed?.shown ?? null
    await new Promise<void>((resolve) => {
      followed.waiting.add(resolve)
      this.#timers.after(Math.min(WAIT_FOR_END_MS, mostMs), () => {
        followed.waiting.delete(resolve)
        resolve()
      })
    })
    return followed.shown
  }

  #of(call: OrderCallFacts): Followed | undefined {
    const [followed] = keysOf(call.accId, targetIds(call)).flatMap((key) => this.#followed.get(key) ?? [])
    return followed
  }
}

/** An order is found by either of its ids: OpenD may show it with one of them only. */
function keysOf(accId: string, { orderId, orderIdEx }: OrderIds): readonly string[] {
  return [orderIdEx === null ? [] : `${accId}/ex/${orderIdEx}`, orderId === null ? [] : `${accId}/${orderId}`].flat()
}
