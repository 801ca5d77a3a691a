import '../../../src/wire/full-schema.ts'
import assert from 'node:assert/strict'
import { OrderType, TrdEnv, TrdMarket, TrdSide } from '../../../proto/enums.ts'
import type { MessageName, MessageTypes } from '../../../proto/messages.ts'
import type { C2S, HandlerTable, Refusal, S2C } from '../../../src/simulator/handler.ts'
import { Market } from '../../../src/simulator/market/market.ts'
import type { OrderState } from '../../../src/simulator/trading/account-state.ts'
import { Accounts } from '../../../src/simulator/trading/accounts.ts'
import type { AccountsOptions } from '../../../src/simulator/trading/accounts.ts'
import { tradeHandlers } from '../../../src/simulator/trading/handlers.ts'
import { DEFAULT_PASSWORD_MD5 } from '../../../src/simulator/trading/unlock.ts'
import { decodeMessage } from '../../../src/wire/decode.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { ScriptedMarket, TENCENT } from './scripted-market.ts'

type Header = MessageTypes['Trd_Common.TrdHeader']
type CallName = keyof HandlerTable

export const REAL_UNIVERSAL = 281756455988247916n
export const REAL_HK: Header = { trdEnv: TrdEnv.Real, accID: 987654n, trdMarket: TrdMarket.HK }
export const REAL_US: Header = { trdEnv: TrdEnv.Real, accID: REAL_UNIVERSAL, trdMarket: TrdMarket.US }
export const REAL_CN: Header = { trdEnv: TrdEnv.Real, accID: REAL_UNIVERSAL, trdMarket: TrdMarket.CN }
export const MARGIN_HK: Header = { trdEnv: TrdEnv.Real, accID: REAL_UNIVERSAL, trdMarket: TrdMarket.HK }
export const SIMULATED_HK: Header = { trdEnv: TrdEnv.Simulate, accID: 281756479345015383n, trdMarket: TrdMarket.HK }
export const SIMULATED_FUTURES: Header = {
  trdEnv: TrdEnv.Simulate,
  accID: 281756482566240858n,
  trdMarket: TrdMarket.Futures_Simulate_HK,
}

/** Talks to the accounts as a client does, through the handlers, and moves the clock. */
export class TradingRig {
  readonly scripted = new ScriptedMarket()
  accounts: Accounts
  nowMs: number

  constructor(nowMs: number, options: Partial<AccountsOptions> = {}) {
    this.nowMs = nowMs
    this.accounts = Accounts.open(this.scripted, { openedMs: nowMs, ...options })
  }

  /** Goes on with other accounts. */
  reopen(accounts: Accounts): this {
    this.accounts = accounts
    return this
  }

  /** Unlocks all real accounts. */
  unlock(): this {
    this.done('Trd_UnlockTrade', { unlock: true, pwdMD5: DEFAULT_PASSWORD_MD5 })
    return this
  }

  /** A call's answer, or its refusal. */
  call<Name extends CallName>(name: Name, c2s: C2S<Name>): S2C<Name> | Refusal {
    const handler = tradeHandlers[name]
    assert.ok(handler !== undefined, `no handler for ${name}`)
    const answer = handler({ market: UNUSED_MARKET, accounts: this.accounts }, c2s, { nowMs: this.nowMs, connId: 1n })
    if (!('refusal' in answer)) assertEncodes(`${name}.S2C`, answer)
    return answer
  }

  /** The answer of a call that must succeed. */
  done<Name extends CallName>(name: Name, c2s: C2S<Name>): S2C<Name> {
    const answer = this.call(name, c2s)
    if ('refusal' in answer) assert.fail(`${name} was refused: ${answer.refusal.retMsg}`)
    return answer
  }

  /** The text of a call that must be refused, with everything as it was before. */
  refused<Name extends CallName>(name: Name, c2s: C2S<Name>): string {
    this.accounts.advance(this.nowMs)
    const before = this.accounts.snapshot()
    const answer = this.call(name, c2s)
    if (!('refusal' in answer)) assert.fail(`${name} was not refused`)
    assert.equal(answer.refusal.retType, -1)
    assert.deepEqual(this.accounts.snapshot(), before, 'a refused call changes nothing')
    return answer.refusal.retMsg
  }

  /** Places an order that must be accepted and returns it as the accounts keep it. */
  place(order: Partial<C2S<'Trd_PlaceOrder'>>): OrderState {
    const { header, orderIDEx } = this.done('Trd_PlaceOrder', placeOf(order))
    const placed = this.accounts.account(header.accID)?.orders.find((one) => one.orderIdEx === orderIDEx)
    assert.ok(placed !== undefined)
    return placed
  }

  /** The refusal of an order. */
  placeRefused(order: Partial<C2S<'Trd_PlaceOrder'>>): string {
    return this.refused('Trd_PlaceOrder', placeOf(order))
  }

  modify(order: OrderState, change: Partial<C2S<'Trd_ModifyOrder'>>): S2C<'Trd_ModifyOrder'> | Refusal {
    const trdEnv = this.accounts.account(BigInt(order.accId))?.profile.trdEnv ?? TrdEnv.Simulate
    const header = { trdEnv, accID: BigInt(order.accId), trdMarket: order.trdMarket }
    return this.call('Trd_ModifyOrder', {
      packetID: PACKET_ID,
      header,
      orderID: 0n,
      orderIDEx: order.orderIdEx,
      modifyOrderOp: 1,
      ...change,
    })
  }

  /** Statuses the listeners heard of an order since the last time they were asked, oldest first. */
  statusesOf(order: OrderState): readonly number[] {
    return this.accounts
      .drainEvents()
      .flatMap((event) => (event.kind === 'order' && event.order.orderId === order.orderId ? [event.order.status] : []))
  }

  advanceTo(nowMs: number): void {
    this.nowMs = nowMs
    this.accounts.advance(nowMs)
  }
}

/** A limit order for 100 Tencent in the real Hong Kong account, unless it says otherwise. */
export function placeOf(order: Partial<C2S<'Trd_PlaceOrder'>>): C2S<'Trd_PlaceOrder'> {
  return {
    packetID: PACKET_ID,
    header: REAL_HK,
    trdSide: TrdSide.Buy,
    orderType: OrderType.Normal,
    code: TENCENT.code,
    qty: 100,
    price: 100,
    ...order,
  }
}

export const PACKET_ID = { connID: 1n, serialNo: 1 }

/** The handlers of trade calls see the market only through the accounts. */
const UNUSED_MARKET = new Market({ seed: 1 })

/** What a client would decode is what the handler said. */
function assertEncodes<Name extends MessageName>(name: Name, message: MessageTypes[Name]): void {
  const decoded = decodeMessage(name, encodeMessage(name, message))
  assert.ok(decoded.ok, `${name} does not decode`)
  assert.deepEqual(encodeMessage(name, decoded.value), encodeMessage(name, message))
}
