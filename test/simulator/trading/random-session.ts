import * as fc from 'fast-check'
import { ModifyOrderOp, OrderType, TimeInForce, TrdMarket, TrdSide } from '../../../proto/enums.ts'
import type { AccountState, OrderState, TradeEvent } from '../../../src/simulator/trading/account-state.ts'
import type { Accounts } from '../../../src/simulator/trading/accounts.ts'
import type { NewTerms } from '../../../src/simulator/trading/modify-order.ts'
import type { OrderRequest } from '../../../src/simulator/trading/place-order.ts'
import type { Instrument } from '../../../src/simulator/market/instrument.ts'
import { APPLE, INDEX_FUTURE, MOUTAI, TENCENT, TRACKER } from './scripted-market.ts'

/** One thing that happens to the accounts. Numbers are indexes, lots and ticks, so that most orders make sense. */
export type Step =
  | { readonly kind: 'wait'; readonly ms: number }
  | {
      readonly kind: 'place'
      readonly place: number
      readonly side: number
      readonly orderType: number
      readonly timeInForce: number
      readonly lots: number
      readonly ticks: number
      readonly auxTicks: number
      readonly extended: boolean
    }
  | {
      readonly kind: 'modify'
      readonly pick: number
      readonly operation: number
      readonly lots: number
      readonly ticks: number
    }

/** Where orders go: an account with a market and a security it may trade. */
export const PLACES: readonly { accId: bigint; trdMarket: number; instrument: Instrument }[] = [
  { accId: 281756455988247916n, trdMarket: TrdMarket.HK, instrument: TENCENT },
  { accId: 281756455988247916n, trdMarket: TrdMarket.US, instrument: APPLE },
  { accId: 281756455988247916n, trdMarket: TrdMarket.CN, instrument: MOUTAI },
  { accId: 987654n, trdMarket: TrdMarket.HK, instrument: TENCENT },
  { accId: 987654n, trdMarket: TrdMarket.HK, instrument: TRACKER },
  { accId: 281756479345015383n, trdMarket: TrdMarket.HK, instrument: TENCENT },
  { accId: 281756480418757208n, trdMarket: TrdMarket.US, instrument: APPLE },
  { accId: 281756482566240858n, trdMarket: TrdMarket.Futures_Simulate_HK, instrument: INDEX_FUTURE },
]

const wait = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 90_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 60_000, max: 1_800_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 3_600_000, max: 40_000_000 }) },
)

const place = fc.record({
  kind: fc.constant('place' as const),
  place: fc.nat(PLACES.length - 1),
  side: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 2 }) },
    { weight: 1, arbitrary: fc.integer({ min: 3, max: 4 }) },
  ),
  orderType: fc.oneof(
    { weight: 5, arbitrary: fc.constant(OrderType.Normal) },
    { weight: 3, arbitrary: fc.constantFrom(...Object.values(OrderType)) },
  ),
  timeInForce: fc.oneof(
    { weight: 4, arbitrary: fc.constant(TimeInForce.DAY) },
    { weight: 1, arbitrary: fc.constantFrom(TimeInForce.GTC, TimeInForce.IOC) },
  ),
  lots: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 30 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 5000 }) },
  ),
  ticks: fc.integer({ min: -15, max: 15 }),
  auxTicks: fc.integer({ min: -10, max: 10 }),
  extended: fc.boolean(),
})

const modify = fc.record({
  kind: fc.constant('modify' as const),
  pick: fc.nat(1000),
  operation: fc.oneof(
    { weight: 3, arbitrary: fc.constant(ModifyOrderOp.Normal) },
    { weight: 2, arbitrary: fc.constantFrom(...Object.values(ModifyOrderOp)) },
  ),
  lots: fc.integer({ min: 0, max: 40 }),
  ticks: fc.integer({ min: -15, max: 15 }),
})

/** A day or several in the life of the accounts. */
export function sessions(maxLength: number): fc.Arbitrary<readonly Step[]> {
  const step = fc.oneof(
    { weight: 4, arbitrary: wait.map((ms): Step => ({ kind: 'wait', ms })) },
    { weight: 6, arbitrary: place },
    { weight: 2, arbitrary: modify },
  )
  return fc.array(step, { minLength: Math.floor(maxLength / 2), maxLength, size: 'max' })
}

/** Plays steps on accounts and gathers what listeners would have heard. */
export class Player {
  readonly events: TradeEvent[] = []
  nowMs: number
  accepted = 0

  constructor(nowMs: number) {
    this.nowMs = nowMs
  }

  play(accounts: Accounts, step: Step): void {
    if (step.kind === 'wait') {
      this.nowMs += step.ms
      accounts.advance(this.nowMs)
    } else if (step.kind === 'place') this.#place(accounts, step)
    else this.#modify(accounts, step)
    this.events.push(...accounts.drainEvents())
  }

  #place(accounts: Accounts, step: Step & { kind: 'place' }): void {
    const where = PLACES[step.place] ?? PLACES[0]
    const account = where === undefined ? null : accounts.account(where.accId)
    const instrument =
      where === undefined ? null : accounts.market.instrument(where.instrument.market, where.instrument.code)
    if (where === undefined || account === null || instrument === null) return
    const outcome = accounts.place(
      account,
      requestOf(accounts, instrument, where.trdMarket, step, this.nowMs),
      this.nowMs,
    )
    if (!('refusal' in outcome)) this.accepted += 1
  }

  #modify(accounts: Accounts, step: Step & { kind: 'modify' }): void {
    const all = accounts.state.accounts.flatMap((account) => account.orders.map((order) => ({ account, order })))
    const picked: { account: AccountState; order: OrderState } | undefined = all.at(
      -1 - (step.pick % Math.max(1, all.length)),
    )
    if (picked === undefined) return
    const instrument = accounts.market.instrument(picked.order.market, picked.order.code)
    if (instrument === null) return
    const terms: NewTerms = {
      qty: step.lots === 0 ? null : step.lots * instrument.lotSize,
      price: priceNear(accounts, instrument, step.ticks, this.nowMs),
      auxPrice: null,
      trailType: null,
      trailValue: null,
      trailSpread: null,
      adjustPrice: false,
      adjustSideAndLimit: 0,
    }
    accounts.modify(picked.account, picked.order, step.operation, terms, this.nowMs)
  }
}

function requestOf(
  accounts: Accounts,
  instrument: Instrument,
  trdMarket: number,
  step: Step & { kind: 'place' },
  nowMs: number,
): OrderRequest {
  return {
    trdMarket,
    secMarket: null,
    code: instrument.code,
    side: step.side === TrdSide.Unknown ? TrdSide.Buy : step.side,
    orderType: step.orderType,
    qty: step.lots * instrument.lotSize,
    price: priceNear(accounts, instrument, step.ticks, nowMs),
    auxPrice: priceNear(accounts, instrument, step.auxTicks, nowMs),
    trailType: 1 + (step.lots % 2),
    trailValue: 0.1 * (1 + (step.lots % 4)),
    trailSpread: 0.1,
    adjustPrice: false,
    adjustSideAndLimit: 0,
    timeInForce: step.timeInForce,
    expireTime: null,
    session: null,
    fillOutsideRth: step.extended,
    remark: null,
    amount: null,
  }
}

function priceNear(accounts: Accounts, instrument: Instrument, ticks: number, nowMs: number): number {
  const last = accounts.market.lastPrice(instrument, nowMs)
  return Math.round((last + ticks * accounts.market.tickSize(instrument, last)) * 1000) / 1000
}
