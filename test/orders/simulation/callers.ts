import { TrdSide } from '../../../proto/enums.ts'
import { decodeMessage } from '../../../src/wire/decode.ts'
import type { OrderRequest } from '../../../src/orders/request.ts'
import { type Caller, drawCaller } from './caller-limits.ts'
import type { Attempt, GatewayUnderTest } from './gateway-under-test.ts'
import {
  cancelAllBody,
  cancelBody,
  LAST_PRICE,
  modifyBody,
  placeBody,
  RESTING_PRICES,
  type Target,
} from './order-bodies.ts'
import { LAST_PRICES } from './prices.ts'
import { drawExits } from './exit-prices.ts'
import type { Rng } from './rng.ts'
import { ACCOUNTS, type Header, MARGIN } from './setting.ts'
import { useSwitch } from './switch-use.ts'
import { START_MS, type VirtualClock } from './virtual-clock.ts'

type OrderCall = Pick<OrderRequest, 'protoId' | 'body' | 'exits'>

/** The share of the schedules that have orders with exits. */
const EXIT_SCHEDULES = 0.15

/** The number of calls in a flood. */
const MOST_IN_FLOOD = 30

/** Callers that send orders, retry them, send them twice, change and cancel them, and use switches. */
export class Callers {
  readonly list: readonly [Caller, ...Caller[]]
  readonly #clock: VirtualClock
  readonly #rng: Rng
  readonly #gateway: GatewayUnderTest
  /** Attempts whose replies named orders; updated as replies arrive. */
  readonly #orders: { readonly accId: bigint; readonly target: Target }[] = []
  /** How many of the new orders have exits. Schedules with exits take longer, so they are few. */
  readonly #exitShare: number
  #read = 0
  #keys = 0

  constructor(clock: VirtualClock, rng: Rng, gateway: GatewayUnderTest) {
    this.#clock = clock
    this.#rng = rng
    this.#gateway = gateway
    const [first, ...others] = ['key:a', 'key:b', 'key:c', 'key:d'].map((id) => drawCaller(id, rng, START_MS))
    if (first === undefined) throw new Error('no callers')
    this.list = [first, ...others]
    this.#exitShare = rng.chance(EXIT_SCHEDULES) ? 0.8 : 0
  }

  /** Sends that many calls at random times up to `untilMs`. */
  plan(calls: number, untilMs: number): void {
    for (let left = calls; left > 0; left--) this.#clock.after(this.#rng.below(untilMs), () => this.#act())
    if (this.#rng.chance(0.02)) this.#clock.after(this.#rng.below(untilMs), () => this.#flood())
  }

  /** Sends new orders of one caller now. Returns the caller. */
  placeSome(orders: number): string {
    const caller = this.#rng.pick(this.list)
    for (let left = orders; left > 0; left--) {
      this.#submit(caller, this.#newOrder(this.#rng.pick(ACCOUNTS)), `k${++this.#keys}`, false)
    }
    return caller.id
  }

  /** Sends two changes of one order now, if there is an order. */
  changeTwice(): void {
    const header = this.#rng.pick(ACCOUNTS)
    const target = this.#someOrder(header.accID)
    if (target === null) return
    for (const caller of this.list.slice(0, 2)) this.#submit(caller, this.#changeOf(header, target), null, false)
  }

  #act(): void {
    const rng = this.#rng
    const caller = rng.pick(this.list)
    const call = this.#call()
    const idempotencyKey = rng.chance(0.9) ? `k${++this.#keys}` : null
    this.#send(caller, call, idempotencyKey)
    if (rng.chance(0.15)) this.#send(caller, call, idempotencyKey)
    if (rng.chance(0.1)) this.#send(caller, this.#call(), idempotencyKey)
    // Two people or strategies change the same order.
    const rival = this.#rivalOf(call)
    if (rival !== null) this.#send(rng.pick(this.list), rival, null)
    if (rng.chance(0.05)) this.#submit(caller, call, idempotencyKey, true)
    if (rng.chance(0.08)) useSwitch({ gateway: this.#gateway, clock: this.#clock, rng }, caller.id)
    if (idempotencyKey === null) return
    for (let retries = rng.chance(0.35) ? rng.between(1, 2) : 0; retries > 0; retries--) {
      this.#clock.after(rng.delayMs(3_000, 70_000, 0.4), () => this.#send(caller, call, idempotencyKey))
    }
  }

  /** A runaway program: cancels of orders that do not exist, or dry runs. */
  #flood(): void {
    const rng = this.#rng
    const caller = rng.pick(this.list)
    const header = rng.pick(ACCOUNTS)
    const isDryRun = rng.chance(0.5)
    for (let left = rng.between(5, MOST_IN_FLOOD); left > 0; left--) {
      const target = { orderID: 0n, orderIDEx: `made-up-${rng.below(1_000)}` }
      const call = isDryRun ? this.#newOrder(header) : { protoId: 2205 as const, body: cancelBody(header, target) }
      this.#submit(caller, call, null, isDryRun)
    }
  }

  #call(): OrderCall {
    const rng = this.#rng
    const header = rng.pick(ACCOUNTS)
    const target = rng.chance(0.4) ? this.#someOrder(header.accID) : null
    if (target === null) return this.#newOrder(header)
    if (rng.chance(0.3)) return { protoId: 2205, body: cancelBody(header, target) }
    if (rng.chance(0.1)) return { protoId: 2205, body: cancelAllBody(header) }
    return this.#changeOf(header, target)
  }

  #newOrder(header: Header): OrderCall {
    const rng = this.#rng
    const remark = rng.pick(['', 'grid 7', '止盈'])
    const lots = rng.between(1, 4)
    if (header === MARGIN && rng.chance(0.25)) {
      const usHeader = { ...header, trdMarket: 2 }
      const price = Math.round(LAST_PRICES.USD * 0.8)
      return { protoId: 2202, body: placeBody({ header: usHeader, lots, price, remark, currency: 'USD' }) }
    }
    if (rng.chance(0.15)) {
      const side = header === MARGIN && rng.chance(0.5) ? TrdSide.SellShort : TrdSide.Sell
      // Far below the market: it trades at the market price.
      const price = rng.chance(0.3) ? 1 : Math.round(LAST_PRICE * 1.1)
      return { protoId: 2202, body: placeBody({ header, lots, price, remark, side }) }
    }
    const price = rng.chance(this.#exitShare > 0 ? 0.7 : 0.15) ? null : rng.pick(RESTING_PRICES)
    const exits = rng.chance(this.#exitShare) ? drawExits(rng) : undefined
    const call = { protoId: 2202 as const, body: placeBody({ header, lots, price, remark }) }
    return exits === undefined ? call : { ...call, exits }
  }

  #changeOf(header: Header, target: Target): OrderCall {
    // Often only one of the two, so that concurrent changes could combine into an order that was never checked.
    const changed = this.#rng.pick(['both', 'qty', 'price'])
    const lots = changed === 'price' ? null : this.#rng.between(1, 4)
    const price = changed === 'qty' ? null : this.#rng.pick(RESTING_PRICES)
    return { protoId: 2205, body: modifyBody(header, target, lots, price) }
  }

  /** Sometimes sends another change of the same order. */
  #rivalOf({ protoId, body }: OrderCall): OrderCall | null {
    if (protoId === 2202 || !this.#rng.chance(0.4)) return null
    const decoded = decodeMessage('Trd_ModifyOrder.Request', body)
    if (!decoded.ok) return null
    const { header, orderID, orderIDEx, forAll } = decoded.value.c2s
    return forAll === true ? null : this.#changeOf(header, { orderID, orderIDEx })
  }

  /** An order of the account from an earlier reply, by one of its ids or both; sometimes by the ids of two orders. */
  #someOrder(accId: bigint): Target | null {
    this.#readAnswers()
    const [first, ...others] = this.#orders.filter((order) => order.accId === accId)
    if (first === undefined) return null
    const rng = this.#rng
    const { target } = rng.pick([first, ...others])
    const kind = rng.pick(['ex', 'ex', 'decimal', 'both', 'mixed'])
    if (kind === 'ex') return { orderID: 0n, orderIDEx: target.orderIDEx }
    if (kind === 'decimal') return { orderID: target.orderID, orderIDEx: undefined }
    return kind === 'both' ? target : { ...target, orderIDEx: rng.pick([first, ...others]).target.orderIDEx }
  }

  #readAnswers(): void {
    const { attempts } = this.#gateway
    for (; this.#read < attempts.length; this.#read++) {
      const attempt = attempts[this.#read]
      // A later attempt waits for this one, whose reply may still name an order.
      if (attempt === undefined || attempt.reply === null) return
      const order = placedOrder(attempt)
      if (order !== null) this.#orders.push(order)
    }
  }

  #send(caller: Caller, call: OrderCall, idempotencyKey: string | null): void {
    this.#clock.after(this.#rng.delayMs(3, 2_000, 0.2), () => this.#submit(caller, call, idempotencyKey, false))
  }

  #submit(caller: Caller, call: OrderCall, idempotencyKey: string | null, isDryRun: boolean): void {
    // Two tokens of one caller may differ in properties that do not affect the order, and a key is edited sometimes.
    const allowedAccIds = this.#rng.chance(0.1) ? ACCOUNTS.map(({ accID }) => accID) : null
    this.#gateway.submit({
      ...call,
      caller: caller.id,
      rights: { simulate: true, real: true },
      limits: caller.limits === null ? null : { ...caller.limits, allowedAccIds },
      requestId: `r${this.#gateway.attempts.length}`,
      idempotencyKey,
      isDryRun,
      isKillSwitch: false,
      callId: null,
      keyMark: null,
      expiresAtMs: caller.expiresAtMs,
    })
  }
}

/** The order in the reply to a new order; null without one. */
function placedOrder({ request, reply }: Attempt): { readonly accId: bigint; readonly target: Target } | null {
  if (request.protoId !== 2202 || reply === null || reply === 'lost' || reply.kind !== 'answered') return null
  const response = decodeMessage('Trd_PlaceOrder.Response', reply.body)
  const s2c = response.ok ? response.value.s2c : undefined
  if (s2c?.orderIDEx === undefined) return null
  return { accId: s2c.header.accID, target: { orderID: s2c.orderID ?? 0n, orderIDEx: s2c.orderIDEx } }
}
