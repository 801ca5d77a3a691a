import { OrderStatus } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { type Refusal, refuse, type S2C } from '../../../src/simulator/handler.ts'
import type { OrderState } from '../../../src/simulator/trading/account-state.ts'
import { LONGEST_TRANSIT_MS } from './network.ts'
import type { Rng } from './rng.ts'
import type { VirtualClock } from './virtual-clock.ts'

type Order = MessageTypes['Trd_Common.Order']
type Listing = { readonly header: MessageTypes['Trd_Common.TrdHeader']; readonly refreshCache?: boolean | undefined }

/** How long a list may lack a new order. */
const REFRESH_MS = 3_000

/** For how long after a restart lists may be empty or old. */
const MOST_STALE_MS = 100_000

const LISTLESS = refuse('the orders cannot be listed just now', -100)

const NOTHING: ReadonlySet<string> = new Set()

/** The dependencies of the lists. */
export interface ListsDeps {
  readonly clock: VirtualClock
  readonly rng: Rng
  readonly orders: () => readonly OrderState[]
}

/** The order lists of OpenD with their faults: refused, empty or old after a restart, or without new orders. */
export class OrderLists {
  /** Whether OpenD refuses to list orders, as it does while its servers are slow. */
  isListless = false
  /** Ids of the orders that were listed during the calm over a live connection. */
  readonly shownInCalm = new Set<string>()
  readonly #deps: ListsDeps
  readonly #isByHand: (orderId: string) => boolean
  readonly #count: (what: string) => void
  readonly #refreshedMs = new Map<string, number>()
  readonly #trulyListedMs = new Map<string, number>()
  #isFaulty = true
  /** The time, elapsed ms, from which all replies belong to connections that were opened during the calm. */
  #calmFromMs = Infinity
  #placedMs = -Infinity
  #staleUntilMs = 0
  /** The orders on stale lists. */
  #stale: ReadonlySet<string> = NOTHING

  constructor(deps: ListsDeps, isByHand: (orderId: string) => boolean, count: (what: string) => void) {
    this.#deps = deps
    this.#isByHand = isByHand
    this.#count = count
  }

  /** Whether lists are complete now. */
  get areTrue(): boolean {
    return this.#deps.clock.elapsedMs >= this.#staleUntilMs
  }

  /** When an account was last listed, elapsed ms; perhaps by an old list. */
  refreshedMs(accId: string): number {
    return this.#refreshedMs.get(accId) ?? -Infinity
  }

  /** When an account was last listed with all its orders, elapsed ms. */
  trulyListedMs(accId: string): number {
    return this.#trulyListedMs.get(accId) ?? -Infinity
  }

  orderPlaced(): void {
    this.#placedMs = this.#deps.clock.elapsedMs
  }

  calm(): void {
    this.#isFaulty = false
    this.#calmFromMs = this.#deps.clock.elapsedMs + LONGEST_TRANSIT_MS
    this.isListless = false
    this.#staleUntilMs = 0
  }

  /** Called when OpenD has restarted: for a while its lists may be empty or old. */
  restarted(): void {
    const { clock, rng, orders } = this.#deps
    if (!rng.chance(0.4)) return
    this.#staleUntilMs = clock.elapsedMs + rng.between(1_000, MOST_STALE_MS)
    const known = rng.chance(0.5) ? [] : orders().slice(0, -rng.between(1, 3))
    this.#stale = new Set(known.map(({ orderId }) => orderId))
  }

  today(
    { header, refreshCache }: Listing,
    answer: S2C<'Trd_GetOrderList'> | Refusal,
  ): S2C<'Trd_GetOrderList'> | Refusal {
    if (this.isListless) return LISTLESS
    if ('refusal' in answer) return answer
    const orderList = this.#vague(this.#shown(answer.orderList ?? []))
    const accId = header.accID.toString()
    if (refreshCache === true) this.#refreshedMs.set(accId, this.#deps.clock.elapsedMs)
    if (refreshCache === true && this.areTrue) this.#trulyListedMs.set(accId, this.#deps.clock.elapsedMs)
    return { ...answer, orderList }
  }

  history(_: Listing, answer: S2C<'Trd_GetHistoryOrderList'> | Refusal): S2C<'Trd_GetHistoryOrderList'> | Refusal {
    if (this.isListless) return LISTLESS
    return 'refusal' in answer ? answer : { ...answer, orderList: this.#shown(answer.orderList ?? []) }
  }

  /** Orders placed by hand come first. */
  #shown(orders: readonly Order[]): readonly Order[] {
    if (!this.areTrue) {
      this.#count('stale_list')
      return orders.filter(({ orderID }) => this.#stale.has(orderID.toString()))
    }
    if (this.#deps.clock.elapsedMs >= this.#calmFromMs) {
      for (const { orderID } of orders) this.shownInCalm.add(orderID.toString())
    }
    const isByHand = ({ orderID }: Order): boolean => this.#isByHand(orderID.toString())
    return orders.some(isByHand) ? [...orders.filter(isByHand), ...orders.filter((one) => !isByHand(one))] : orders
  }

  /** A list during a refresh: a very new order may be missing or have an unknown status. */
  #vague(orders: readonly Order[]): readonly Order[] {
    const { clock, rng } = this.#deps
    const newest = orders.at(-1)
    if (!this.#isFaulty || newest === undefined || clock.elapsedMs - this.#placedMs > REFRESH_MS) return orders
    // A copy by hand cannot be distinguished from an unlisted order.
    if (!rng.chance(0.3) || orders.some(({ orderID }) => this.#isByHand(orderID.toString()))) return orders
    if (rng.chance(0.5)) return orders.slice(0, -1)
    const orderStatus = rng.pick([OrderStatus.TimeOut, OrderStatus.Unknown])
    return [...orders.slice(0, -1), { ...newest, orderStatus }]
  }
}
