import type { MessageTypes } from '../../../proto/messages.ts'
import type { KeyLimits } from '../../../src/limits/key-limits.ts'
import { NO_LIMITS } from '../../../src/limits/key-limits.ts'
import type { OrderRequest } from '../../../src/orders/request.ts'
import { decodeMessage } from '../../../src/wire/decode.ts'
import type { Dice } from './dice.ts'
import type { Attempt, GatewayHost } from './gateway-host.ts'
import { PLAY, REAL } from './opend.ts'
import { cancelAllBody, cancelBody, LAST_PRICE, modifyBody, placeBody, RESTING_PRICES } from './order-bodies.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** Who sends orders, under which limits. */
export interface Caller {
  readonly id: string
  readonly limits: KeyLimits | null
}

type Header = MessageTypes['Trd_Common.TrdHeader']
type OrderCall = Pick<OrderRequest, 'protoId' | 'body'>

const LOT_VALUE = LAST_PRICE * 100

/** Callers that send orders, and do to them what callers do: retry, send twice, change their minds. */
export class Callers {
  readonly list: readonly [Caller, ...Caller[]]
  readonly #clock: VirtualClock
  readonly #dice: Dice
  readonly #host: GatewayHost
  #keys = 0

  constructor(clock: VirtualClock, dice: Dice, host: GatewayHost) {
    this.#clock = clock
    this.#dice = dice
    this.#host = host
    this.list = [callerOf('a', dice), callerOf('b', dice)]
  }

  /** Sends that many calls at random times up to `untilMs`. */
  plan(calls: number, untilMs: number): void {
    for (let left = calls; left > 0; left--) {
      this.#clock.after(this.#dice.below(untilMs), () => this.#act())
    }
  }

  #act(): void {
    const caller = this.#dice.pick(this.list)
    const call = this.#call()
    const idempotencyKey = this.#dice.chance(0.9) ? `k${++this.#keys}` : null
    this.#send(caller, call, idempotencyKey)
    if (this.#dice.chance(0.15)) this.#send(caller, call, idempotencyKey)
    if (this.#dice.chance(0.1)) this.#send(caller, this.#call(), idempotencyKey)
    // Two people, or two strategies, with the same order.
    const rival = this.#rivalOf(call)
    if (rival !== null) this.#send(this.#dice.pick(this.list), rival, null)
    if (this.#dice.chance(0.05)) this.#submit(caller, call, idempotencyKey, true)
    if (this.#dice.chance(0.04)) this.#useSwitch(caller)
    if (idempotencyKey === null) return
    for (let retries = this.#dice.below(4); retries > 0; retries--) {
      this.#clock.after(this.#dice.delayMs(3_000, 70_000, 0.4), () => this.#send(caller, call, idempotencyKey))
    }
  }

  #call(): OrderCall {
    const header = this.#dice.chance(0.5) ? REAL : PLAY
    const orderIDEx = this.#dice.chance(0.4) ? this.#someOrder(header.accID) : null
    if (orderIDEx === null) {
      const price = this.#dice.chance(0.15) ? null : this.#dice.pick(RESTING_PRICES)
      const remark = this.#dice.pick(['', 'grid 7', '止盈'])
      return { protoId: 2202, body: placeBody({ header, lots: this.#dice.between(1, 4), price, remark }) }
    }
    if (this.#dice.chance(0.3)) return { protoId: 2205, body: cancelBody(header, orderIDEx) }
    if (this.#dice.chance(0.1)) return { protoId: 2205, body: cancelAllBody(header) }
    return this.#changeOf(header, orderIDEx)
  }

  #changeOf(header: Header, orderIDEx: string): OrderCall {
    // Often only one of the two, so that rivals could mix into an order that nobody checked.
    const changed = this.#dice.pick(['both', 'qty', 'price'])
    const lots = changed === 'price' ? null : this.#dice.between(1, 4)
    const price = changed === 'qty' ? null : this.#dice.pick(RESTING_PRICES)
    return { protoId: 2205, body: modifyBody(header, orderIDEx, lots, price) }
  }

  /** Sometimes, another change of the order that a call changes. */
  #rivalOf({ protoId, body }: OrderCall): OrderCall | null {
    if (protoId === 2202 || !this.#dice.chance(0.3)) return null
    const decoded = decodeMessage('Trd_ModifyOrder.Request', body)
    if (!decoded.ok) return null
    const { header, orderIDEx = '' } = decoded.value.c2s
    return orderIDEx === '' ? null : this.#changeOf(header, orderIDEx)
  }

  /** An order of the account that somebody was told of. */
  #someOrder(accId: bigint): string | null {
    const orders = this.#host.attempts.flatMap((attempt) => {
      const order = placedOrder(attempt)
      return order?.accId === accId ? [order.orderIdEx] : []
    })
    const [first, ...others] = orders
    return first === undefined ? null : this.#dice.pick([first, ...others])
  }

  #useSwitch(caller: Caller): void {
    if (this.#dice.chance(0.5)) {
      this.#host.halt({ kind: 'caller', caller: caller.id }, caller.id)
      this.#clock.after(this.#dice.below(20_000), () => this.#host.wake().resume(caller.id))
    } else {
      this.#host.wake().cancelAfter(caller.id, this.#dice.between(5, 60))
    }
  }

  #send(caller: Caller, call: OrderCall, idempotencyKey: string | null): void {
    this.#clock.after(this.#dice.delayMs(3, 2_000, 0.2), () => this.#submit(caller, call, idempotencyKey, false))
  }

  #submit(caller: Caller, call: OrderCall, idempotencyKey: string | null, isDryRun: boolean): void {
    // Two tokens of one caller may differ in what does not bear on the order, and a key is edited now and then.
    const allowedAccIds = this.#dice.chance(0.2) ? [REAL.accID, PLAY.accID] : null
    this.#host.submit({
      ...call,
      caller: caller.id,
      rights: { simulate: true, real: true },
      limits: caller.limits === null ? null : { ...caller.limits, allowedAccIds },
      requestId: `r${this.#host.attempts.length}`,
      idempotencyKey,
      isDryRun,
      isKillSwitch: false,
      callId: null,
      keyMark: null,
      expiresAtMs: null,
    })
  }
}

function callerOf(id: string, dice: Dice): Caller {
  if (dice.chance(0.15)) return { id, limits: null }
  const limits: KeyLimits = {
    ...NO_LIMITS,
    maxOrdersPerMinute: dice.chance(0.7) ? dice.between(1, 4) : null,
    maxOrderValue: dice.chance(0.4) ? LOT_VALUE * dice.between(2, 4) : null,
    maxDailyValue: dice.chance(0.6) ? { HKD: LOT_VALUE * dice.between(3, 12) } : null,
    // In the second one it is midnight during the schedule.
    timeZone: dice.pick([null, 'America/Noronha']),
  }
  return { id, limits }
}

/** The order in the answer to an attempt to place one; null when there is none. */
function placedOrder({ request, reply }: Attempt): { readonly accId: bigint; readonly orderIdEx: string } | null {
  if (request.protoId !== 2202 || reply === null || reply === 'lost' || reply.kind !== 'answered') return null
  const response = decodeMessage('Trd_PlaceOrder.Response', reply.body)
  const s2c = response.ok ? response.value.s2c : undefined
  return s2c?.orderIDEx === undefined ? null : { accId: s2c.header.accID, orderIdEx: s2c.orderIDEx }
}
