import '../../../src/wire/full-schema.ts'
import { OrderStatus, TrdEnv } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { refuse, type HandlerTable, type Refusal } from '../../../src/simulator/handler.ts'
import { Market } from '../../../src/simulator/market/market.ts'
import type { FaultRule } from '../../../src/simulator/session/fault-script.ts'
import { OpendSession } from '../../../src/simulator/session/opend-session.ts'
import { FRESH_SESSION } from '../../../src/simulator/session/session-options.ts'
import { worldServices } from '../../../src/simulator/session/world-services.ts'
import { DEFAULT_ACCOUNTS } from '../../../src/simulator/trading/account-profiles.ts'
import type { OrderState } from '../../../src/simulator/trading/account-state.ts'
import { Accounts } from '../../../src/simulator/trading/accounts.ts'
import { priceOf } from '../../../src/simulator/trading/money.ts'
import { DEFAULT_PASSWORD_MD5 } from '../../../src/simulator/trading/unlock.ts'
import { tagOf } from '../../../src/orders/tag.ts'
import { nativeCrypto } from '../../../src/transport/native-crypto.ts'
import type { Dice } from './dice.ts'
import type { ServerConnection, ServerSink } from './network.ts'
import { START_MS, type Cancel, type VirtualClock } from './virtual-clock.ts'

/** One market for all schedules: it stands still, so nothing that one schedule does can be seen by another. */
export const MARKET = new Market({ seed: 1 })

/** The account of real money and the one of play money; more money in both than the orders of a schedule cost. */
export const REAL = { trdEnv: TrdEnv.Real, accID: 987_654n, trdMarket: 1 }
export const PLAY = { trdEnv: TrdEnv.Simulate, accID: 281_756_479_345_015_383n, trdMarket: 1 }

const OPEN: ReadonlySet<number> = new Set([OrderStatus.Submitting, OrderStatus.Submitted, OrderStatus.Filled_Part])

/** How long a list may lack a new order. */
const REFRESH_MS = 3_000

const LISTLESS = refuse('the orders cannot be listed just now', -100)

const ACCOUNTS = DEFAULT_ACCOUNTS.filter(({ profile }) =>
  [REAL, PLAY].some(({ accID }) => accID.toString() === profile.accId),
).map(({ profile, deposits }) => ({
  profile,
  deposits: deposits.map(({ currency }) => ({ currency, amount: 1_000_000_000 })),
}))

/** An order call that OpenD acted on. */
export interface Execution {
  readonly elapsedMs: number
  readonly protoId: 2202 | 2205
  /** The packet id it came with. */
  readonly connId: bigint
  readonly serial: number
  readonly accId: bigint
  /** The order after it; null when it was about all orders. */
  readonly order: { readonly orderId: string; readonly remark: string; readonly value: number } | null
}

/** The simulated OpenD of one schedule, with a record of what it acted on, and some lies of its own. */
export class Opend {
  readonly executed: Execution[] = []
  isStormy = true
  isDown = false
  /** Whether it refuses to list orders, as it does when its servers are slow. */
  isListless = false
  readonly #clock: VirtualClock
  readonly #dice: Dice
  readonly #services: typeof worldServices
  /** When the latest order was placed. */
  #placedMs = 0
  #accounts: Accounts
  #session: OpendSession
  #timer: { readonly atMs: number; readonly cancel: Cancel } | null = null

  constructor(clock: VirtualClock, dice: Dice) {
    this.#clock = clock
    this.#dice = dice
    this.#services = { ...worldServices, handlers: { ...worldServices.handlers, ...this.#recorded() } }
    this.#accounts = Accounts.open(MARKET, { openedMs: START_MS, accounts: ACCOUNTS })
    this.#accounts.setLock(true, DEFAULT_PASSWORD_MD5, null)
    this.#session = this.#sessionWith(FRESH_SESSION)
  }

  accept(sink: ServerSink): ServerConnection | null {
    if (this.isDown) return null
    const session = this.#session
    const connection = session.open('tcp', sink, this.#clock.trueMs())
    if ('refusal' in connection) return null
    this.#reschedule()
    const handOn = (work: () => void): void => {
      // A connection of an OpenD that was restarted ends nowhere.
      if (session !== this.#session) return
      work()
      this.#reschedule()
    }
    return {
      receive: (bytes) => handOn(() => connection.receive(bytes, this.#clock.trueMs())),
      closed: () => handOn(() => connection.closed(this.#clock.trueMs())),
    }
  }

  /** Ends OpenD; it comes back with its accounts, and with the same connections never again. */
  restart(downMs: number): void {
    this.#session.closeAll('OpenD was restarted', this.#clock.trueMs())
    this.#accounts = Accounts.restore(MARKET, this.#accounts.snapshot())
    this.#session = this.#sessionWith(this.#session.snapshot(this.#clock.trueMs()))
    this.isDown = true
    this.#clock.after(downMs, () => (this.isDown = false))
  }

  setFaults(rules: readonly FaultRule[]): void {
    this.#session.setFaults(rules)
  }

  /** From now on OpenD does what it says and says what it does. */
  calm(): void {
    this.isStormy = false
    this.isListless = false
    this.#session.setFaults([])
    this.#session.setLogin('in')
    this.#reschedule()
  }

  /** Every order there is. */
  orders(): readonly OrderState[] {
    return this.#accounts.state.accounts.flatMap(({ orders }) => orders)
  }

  /** The tags of the orders that can still trade. */
  openTags(): readonly string[] {
    return this.orders().flatMap(({ status, remark }) => (OPEN.has(status) ? (tagOf(remark ?? undefined) ?? []) : []))
  }

  #sessionWith(state: ConstructorParameters<typeof OpendSession>[3]): OpendSession {
    const options = {
      seed: 1,
      crypto: nativeCrypto,
      clock: { kind: 'frozen', atMs: START_MS },
      // Longer than OpenD's own, because heartbeats are most of what a quiet link carries.
      keepAliveIntervalSeconds: 30,
    } as const
    return new OpendSession({ market: MARKET, accounts: this.#accounts }, this.#services, options, state)
  }

  #recorded(): HandlerTable {
    const { Trd_PlaceOrder, Trd_ModifyOrder, Trd_GetOrderList, Trd_GetHistoryOrderList } = worldServices.handlers
    return {
      Trd_PlaceOrder: (world, c2s, context) =>
        this.#acted(2202, c2s, () => Trd_PlaceOrder?.(world, c2s, context) ?? refuse('no handler')),
      Trd_ModifyOrder: (world, c2s, context) =>
        this.#acted(2205, c2s, () => Trd_ModifyOrder?.(world, c2s, context) ?? refuse('no handler')),
      Trd_GetHistoryOrderList: (world, c2s, context) =>
        this.isListless ? LISTLESS : (Trd_GetHistoryOrderList?.(world, c2s, context) ?? refuse('no handler')),
      Trd_GetOrderList: (world, c2s, context) => {
        if (this.isListless) return LISTLESS
        const answer = Trd_GetOrderList?.(world, c2s, context) ?? refuse('no handler')
        return 'refusal' in answer || !this.isStormy ? answer : { ...answer, orderList: this.#vague(answer.orderList) }
      },
    }
  }

  /** Does the call and writes it down. OpenD may then say that it does not know, whether it did it or not. */
  #acted<S2C extends { readonly orderID?: bigint | undefined }>(
    protoId: 2202 | 2205,
    { packetID, header }: MessageTypes['Trd_PlaceOrder.C2S'] | MessageTypes['Trd_ModifyOrder.C2S'],
    act: () => S2C | Refusal,
  ): S2C | Refusal {
    if (this.#lies()) return refuse('the server did not answer', this.#dice.pick([-100, -200, -400]))
    const answer = act()
    if ('refusal' in answer) return answer
    if (protoId === 2202) this.#placedMs = this.#clock.elapsedMs
    this.executed.push({
      elapsedMs: this.#clock.elapsedMs,
      protoId,
      connId: packetID.connID,
      serial: packetID.serialNo,
      accId: header.accID,
      order: this.#orderOf(header.accID, answer.orderID?.toString()),
    })
    return this.#lies() ? refuse('the server did not answer', this.#dice.pick([-100, -200, -400])) : answer
  }

  #orderOf(accId: bigint, orderId: string | undefined): Execution['order'] {
    const order = this.#accounts.account(accId)?.orders.find((one) => one.orderId === orderId)
    if (order === undefined) return null
    const instrument = MARKET.instrument(order.market, order.code)
    const last = instrument === null ? 0 : MARKET.lastPrice(instrument, START_MS)
    const price = order.price === null ? last : priceOf(order.price)
    return { orderId: order.orderId, remark: order.remark ?? '', value: price * order.qty }
  }

  /** A list that is just being refreshed: an order that is very new may be missing, or of unknown status. */
  #vague(orders: readonly MessageTypes['Trd_Common.Order'][] = []): readonly MessageTypes['Trd_Common.Order'][] {
    const newest = orders.at(-1)
    if (newest === undefined || this.#clock.elapsedMs - this.#placedMs > REFRESH_MS) return orders
    if (!this.#dice.chance(0.3)) return orders
    if (this.#dice.chance(0.5)) return orders.slice(0, -1)
    const orderStatus = this.#dice.pick([OrderStatus.TimeOut, OrderStatus.Unknown])
    return [...orders.slice(0, -1), { ...newest, orderStatus }]
  }

  #lies(): boolean {
    return this.isStormy && this.#dice.chance(0.04)
  }

  #reschedule(): void {
    const nowMs = this.#clock.trueMs()
    const wakeMs = this.#session.nextWakeMs(nowMs)
    if (wakeMs === null || (this.#timer !== null && this.#timer.atMs <= wakeMs)) return
    this.#timer?.cancel()
    const cancel = this.#clock.after(wakeMs - nowMs, () => {
      this.#timer = null
      this.#session.advance(this.#clock.trueMs())
      this.#reschedule()
    })
    this.#timer = { atMs: wakeMs, cancel }
  }
}
