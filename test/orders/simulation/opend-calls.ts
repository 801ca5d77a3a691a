import { ModifyOrderOp } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import {
  type C2S,
  type CallContext,
  type HandlerTable,
  type Refusal,
  refuse,
  type S2C,
} from '../../../src/simulator/handler.ts'
import { worldServices } from '../../../src/simulator/session/world-services.ts'
import type { OrderState } from '../../../src/simulator/trading/account-state.ts'
import type { World } from '../../../src/simulator/world.ts'
import { type Hang, type Lie, Lies } from './lies.ts'
import { OrderLists } from './order-lists.ts'
import { worthOf } from './order-worth.ts'
import type { Rng } from './rng.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** An order call that OpenD acted on. */
export interface Execution {
  readonly elapsedMs: number
  readonly protoId: 2202 | 2205
  /** The packet id of the call. */
  readonly connId: bigint
  readonly serial: number
  readonly accId: bigint
  /** The order after the call; null for a call for all orders. */
  readonly order: ExecutedOrder | null
}

/** An order after a call. */
export interface ExecutedOrder {
  readonly orderId: string
  readonly remark: string
  readonly currency: 'HKD' | 'USD'
  readonly value: number
}

/** The parts of OpenD that the calls use. */
export interface CallsDeps {
  readonly clock: VirtualClock
  readonly rng: Rng
  readonly orders: () => readonly OrderState[]
  readonly world: () => World
  /** Sends the pushes of changes outside a call. */
  readonly pushNow: () => void
}

const { Trd_PlaceOrder: place, Trd_ModifyOrder: modify } = worldServices.handlers
const NO_HANDLER = refuse('no handler')

/** The least and greatest delay of an order that is carried out late. */
const LATE_MS = [10_000, 240_000] as const

/** The longest time for which cancels are refused. */
const MOST_REFUSING_MS = 20_000

/** The order calls of OpenD, with a record of its actions and with false replies. */
export class OpendCalls {
  readonly executed: Execution[] = []
  readonly lists: OrderLists
  /** The number of occurrences of each event. */
  readonly counts = new Map<string, number>()
  /** Whether the gateway has received the owner of an order id; otherwise a reply with another id could be right. */
  isOrderKnown: (orderIdEx: string) => boolean = () => false
  /** New orders that have not yet been carried out. */
  pendingLate = 0
  readonly #deps: CallsDeps
  readonly #lies: Lies
  readonly #byHand = new Set<string>()
  /** Accounts whose calls have hung. */
  readonly hungAccounts = new Set<bigint>()
  /** Orders that a person has changed. */
  readonly touched = new Set<string>()
  #isFaulty = true
  #hang: Hang | null = null
  #cancelsRefusedUntilMs = 0
  /** The delay of the reply of the current call. */
  #replyDelayMs = 0

  constructor(deps: CallsDeps) {
    this.#deps = deps
    this.#lies = new Lies(deps.rng)
    this.lists = new OrderLists(
      deps,
      (orderId) => this.#byHand.has(orderId),
      (what) => this.count(what),
    )
  }

  /** The handlers that replace those of the simulator. */
  handlers(): HandlerTable {
    const { Trd_GetOrderList: list, Trd_GetHistoryOrderList: history } = worldServices.handlers
    return {
      Trd_PlaceOrder: (world, c2s, context) => this.#place(world, c2s, context),
      Trd_ModifyOrder: (world, c2s, context) => this.#modify(world, c2s, context),
      Trd_GetOrderList: (world, c2s, context) => {
        this.#hangIf(c2s.header.accID)
        return this.lists.today(c2s, list?.(world, c2s, context) ?? NO_HANDLER)
      },
      Trd_GetHistoryOrderList: (world, c2s, context) => {
        this.#hangIf(c2s.header.accID)
        return this.lists.history(c2s, history?.(world, c2s, context) ?? NO_HANDLER)
      },
    }
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
  }

  isByHand(orderId: string): boolean {
    return this.#byHand.has(orderId)
  }

  /** Whether an order was on the last list of its account. */
  wasBeforeList(order: OrderState): boolean {
    return this.#placedMs(order) < this.lists.refreshedMs(order.accId)
  }

  /** Whether the last complete list of its account had the order. */
  wasTrulyListed(order: OrderState): boolean {
    return this.#placedMs(order) < this.lists.trulyListedMs(order.accId)
  }

  #placedMs({ orderId }: OrderState): number {
    const placed = this.executed.find(({ protoId, order }) => protoId === 2202 && order?.orderId === orderId)
    return placed?.elapsedMs ?? Infinity
  }

  calm(): void {
    this.#isFaulty = false
    this.#hang = null
    this.#cancelsRefusedUntilMs = 0
    this.lists.calm()
  }

  /** Called when OpenD has restarted. */
  restarted(): void {
    if (this.#isFaulty) this.lists.restarted()
  }

  /** Makes the calls of one account hang from now on. */
  hang(accId: bigint, forMs: number): void {
    const { clock, rng } = this.#deps
    this.#hang = { accId, untilMs: clock.elapsedMs + forMs, replyMs: rng.chance(0.5) ? 11_000 : Infinity }
  }

  refuseCancels(): void {
    const { clock, rng } = this.#deps
    this.#cancelsRefusedUntilMs = clock.elapsedMs + rng.between(2_000, MOST_REFUSING_MS)
  }

  /** Takes over a reply that is delayed or dropped. Returns false for a reply that is sent as usual. */
  reply(bytes: Uint8Array, sendLater: (bytes: Uint8Array) => void): boolean {
    if (this.#replyDelayMs === 0) return false
    const delayMs = this.#replyDelayMs
    this.#replyDelayMs = 0
    const copy = bytes.slice()
    if (delayMs !== Infinity) this.#deps.clock.after(delayMs, () => sendLater(copy))
    return true
  }

  callIsOver(): void {
    this.#replyDelayMs = 0
  }

  /** Places an order as a person in the app. Returns null when it is refused. */
  placeByHand(c2s: C2S<'Trd_PlaceOrder'>): string | null {
    const answer = place?.(this.#deps.world(), c2s, this.#context()) ?? NO_HANDLER
    if ('refusal' in answer) return null
    const orderId = answer.orderID?.toString() ?? ''
    this.#byHand.add(orderId)
    this.#deps.pushNow()
    return orderId
  }

  /** Changes or cancels an order as a person in the app. */
  modifyByHand(c2s: C2S<'Trd_ModifyOrder'>): void {
    const answer = modify?.(this.#deps.world(), c2s, this.#context()) ?? NO_HANDLER
    if ('refusal' in answer) return
    this.touched.add(c2s.orderID.toString())
    this.#deps.pushNow()
  }

  #place(world: World, c2s: C2S<'Trd_PlaceOrder'>, context: CallContext): S2C<'Trd_PlaceOrder'> | Refusal {
    this.#hangIf(c2s.header.accID)
    const act = (): S2C<'Trd_PlaceOrder'> | Refusal =>
      this.#record(2202, c2s, place?.(world, c2s, context) ?? NO_HANDLER)
    const lie = this.#isFaulty ? this.#lies.next(true) : null
    if (lie === null) return act()
    this.count(lie)
    const { rng } = this.#deps
    switch (lie) {
      case 'undone_unknown':
        return this.#noAnswer()
      case 'late':
        this.#placeLate(c2s)
        return this.#noAnswer()
      case 'no_id':
      case 'other_id': {
        const answer = rng.chance(0.5) ? act() : null
        if (answer !== null && 'refusal' in answer) return answer
        return { header: c2s.header, ...this.#wrongId(lie, c2s.header.accID, answer) }
      }
      case 'done_unknown': {
        const answer = act()
        return 'refusal' in answer ? answer : this.#noAnswer()
      }
      case 'done_refused': {
        const answer = act()
        return 'refusal' in answer ? answer : refuse('the order was refused')
      }
    }
  }

  #modify(world: World, c2s: C2S<'Trd_ModifyOrder'>, context: CallContext): S2C<'Trd_ModifyOrder'> | Refusal {
    this.#hangIf(c2s.header.accID)
    const { clock } = this.#deps
    if (c2s.modifyOrderOp === ModifyOrderOp.Cancel && clock.elapsedMs < this.#cancelsRefusedUntilMs) {
      this.count('cancel_refused')
      return refuse('the account is locked')
    }
    const lie = this.#isFaulty ? this.#lies.next(false) : null
    if (lie === 'undone_unknown') return this.#noAnswer()
    const answer = this.#record(2205, c2s, modify?.(world, c2s, context) ?? NO_HANDLER)
    return lie === null || 'refusal' in answer ? answer : this.#noAnswer()
  }

  #placeLate(c2s: C2S<'Trd_PlaceOrder'>): void {
    const { clock, rng, world, pushNow } = this.#deps
    const [leastMs, mostMs] = LATE_MS
    const delayMs = rng.chance(0.8) ? rng.between(leastMs, 90_000) : rng.between(leastMs, mostMs)
    this.pendingLate++
    clock.after(delayMs, () => {
      this.pendingLate--
      this.#record(2202, c2s, place?.(world(), c2s, this.#context()) ?? NO_HANDLER)
      pushNow()
    })
  }

  #wrongId(
    lie: Lie,
    accId: bigint,
    made: S2C<'Trd_PlaceOrder'> | null,
  ): Pick<S2C<'Trd_PlaceOrder'>, 'orderID' | 'orderIDEx'> {
    const { rng, orders } = this.#deps
    const isOther = (order: OrderState): boolean =>
      order.accId === accId.toString() && order.orderIdEx !== made?.orderIDEx && this.isOrderKnown(order.orderIdEx)
    const others = orders().filter(isOther)
    const [first, ...rest] = others
    if (lie === 'no_id' || first === undefined) return { orderID: 0n, orderIDEx: rng.pick(['', '0']) }
    const { orderId, orderIdEx } = rng.pick([first, ...rest])
    return { orderID: BigInt(orderId), orderIDEx: orderIdEx }
  }

  /** No reply, or one with an unknown result. */
  #noAnswer(): Refusal {
    if (this.#deps.rng.chance(0.3)) this.#replyDelayMs = Infinity
    return refuse('the server did not answer', this.#deps.rng.pick([-100, -200, -400]))
  }

  #hangIf(accId: bigint): void {
    const hang = this.#hang
    if (hang === null || hang.accId !== accId || this.#deps.clock.elapsedMs >= hang.untilMs) return
    this.count('hung')
    this.hungAccounts.add(accId)
    this.#replyDelayMs = hang.replyMs
  }

  #record<Answer extends { readonly orderID?: bigint | undefined }>(
    protoId: 2202 | 2205,
    { packetID, header }: MessageTypes['Trd_PlaceOrder.C2S'] | MessageTypes['Trd_ModifyOrder.C2S'],
    answer: Answer | Refusal,
  ): Answer | Refusal {
    if ('refusal' in answer) return answer
    const { clock, orders } = this.#deps
    if (protoId === 2202) this.lists.orderPlaced()
    const orderId = answer.orderID?.toString()
    const order = orders().find((one) => one.accId === header.accID.toString() && one.orderId === orderId)
    this.executed.push({
      elapsedMs: clock.elapsedMs,
      ...{ protoId, connId: packetID.connID, serial: packetID.serialNo, accId: header.accID },
      order: order === undefined ? null : { orderId: order.orderId, remark: order.remark ?? '', ...worthOf(order) },
    })
    return answer
  }

  #context(): CallContext {
    return { nowMs: this.#deps.clock.trueMs(), connId: 0n }
  }
}
