import * as fc from 'fast-check'
import { ModifyOrderOp, OrderType, QotMarket, Session, TimeInForce, TrdMarket, TrdSide } from '../../../proto/enums.ts'
import type { AccountState, OrderState, TradeEvent } from '../../../src/simulator/trading/account-state.ts'
import type { Accounts } from '../../../src/simulator/trading/accounts.ts'
import type { Leg } from '../../../src/simulator/trading/combo/combo-legs.ts'
import type { NewTerms } from '../../../src/simulator/trading/modify-order.ts'
import type { OrderRequest } from '../../../src/simulator/trading/place-order.ts'
import type { Instrument } from '../../../src/simulator/market/instrument.ts'
import { APPLE, HIGHER_OPTION, INDEX_FUTURE, MOUTAI, OPTION, TENCENT, TRACKER } from './scripted-market.ts'

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
      /** `Common.Session`; null where the client leaves it out. */
      readonly session: number | null
      /** Ten-thousandths of a share on top, where fractions are traded at the market. */
      readonly fraction: number
    }
  | {
      readonly kind: 'combo'
      readonly sides: readonly number[]
      readonly ratios: readonly number[]
      readonly atMarket: boolean
      readonly qty: number
      readonly ticks: number
    }
  | {
      readonly kind: 'modify'
      readonly pick: number
      readonly operation: number
      readonly lots: number
      readonly ticks: number
    }

/** The account that trades fractions of shares. */
const FRACTIONAL = 283445328110215941n

/** Where orders go: an account with a market and a security it may trade. */
export interface Place {
  readonly accId: bigint
  readonly trdMarket: number
  readonly instrument: Instrument
}

export const PLACES: readonly Place[] = [
  { accId: 281756455988247916n, trdMarket: TrdMarket.HK, instrument: TENCENT },
  { accId: 281756455988247916n, trdMarket: TrdMarket.US, instrument: APPLE },
  { accId: 281756455988247916n, trdMarket: TrdMarket.CN, instrument: MOUTAI },
  { accId: 987654n, trdMarket: TrdMarket.HK, instrument: TENCENT },
  { accId: 987654n, trdMarket: TrdMarket.HK, instrument: TRACKER },
  { accId: 281756479345015383n, trdMarket: TrdMarket.HK, instrument: TENCENT },
  { accId: 281756480418757208n, trdMarket: TrdMarket.US, instrument: APPLE },
  { accId: 281756482566240858n, trdMarket: TrdMarket.Futures_Simulate_HK, instrument: INDEX_FUTURE },
  { accId: FRACTIONAL, trdMarket: TrdMarket.US, instrument: APPLE },
  { accId: 281756480418757208n, trdMarket: TrdMarket.US, instrument: OPTION },
]

/** Where combinations go, and their securities. */
const COMBO_ACCOUNT = 281756455988247916n
const COMBO_SECURITIES: readonly Instrument[] = [OPTION, HIGHER_OPTION, APPLE]

const wait = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 90_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 60_000, max: 1_800_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 3_600_000, max: 40_000_000 }) },
)

/** `Common.Session` without the overnight session, which the scripted market does not have. */
const SESSIONS: readonly number[] = [Session.NONE, Session.RTH, Session.ETH, Session.ALL]

const place = fc.record({
  kind: fc.constant('place' as const),
  place: fc.nat(9999),
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
  session: fc.oneof(
    { weight: 3, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom(...SESSIONS) },
  ),
  fraction: fc.oneof(fc.constant(0), fc.nat(9999)),
})

const overnight = place.map((step): Step => ({ ...step, session: Session.OVERNIGHT }))

const combo = fc.record({
  kind: fc.constant('combo' as const),
  sides: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 2, maxLength: 3 }),
  ratios: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 3, maxLength: 3 }),
  atMarket: fc.boolean(),
  qty: fc.integer({ min: 1, max: 4 }),
  ticks: fc.integer({ min: -6, max: 20 }),
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

/** A day or several in the life of the accounts. With `hasOvernight`, some orders are for the overnight session only. */
export function sessions(maxLength: number, hasOvernight = false): fc.Arbitrary<readonly Step[]> {
  const step = fc.oneof(
    { weight: 4, arbitrary: wait.map((ms): Step => ({ kind: 'wait', ms })) },
    { weight: 6, arbitrary: place },
    { weight: hasOvernight ? 1 : 0, arbitrary: overnight },
    { weight: 2, arbitrary: modify },
    { weight: 1, arbitrary: combo },
  )
  return fc.array(step, { minLength: Math.floor(maxLength / 2), maxLength, size: 'max' })
}

/** Plays steps on accounts and gathers what listeners would have heard. */
export class Player {
  readonly events: TradeEvent[] = []
  nowMs: number
  accepted = 0
  acceptedCombos = 0
  readonly #scale: number
  readonly #places: readonly Place[]
  readonly #comboSecurities: readonly Instrument[]

  /**
   * `scale` multiplies the quantities of orders, to bring accounts to the limits of their margin. `places` and
   * `comboSecurities` are for markets with other securities than those of the scripted one.
   */
  constructor(nowMs: number, scale = 1, places = PLACES, comboSecurities = COMBO_SECURITIES) {
    this.nowMs = nowMs
    this.#scale = scale
    this.#places = places
    this.#comboSecurities = comboSecurities
  }

  play(accounts: Accounts, step: Step): void {
    if (step.kind === 'wait') {
      this.nowMs += step.ms
      accounts.advance(this.nowMs)
    } else if (step.kind === 'place') this.#place(accounts, step)
    else if (step.kind === 'combo') this.#combo(accounts, step)
    else this.#modify(accounts, step)
    this.events.push(...accounts.drainEvents())
  }

  #place(accounts: Accounts, step: Step & { kind: 'place' }): void {
    const where = this.#places[step.place % this.#places.length]
    const account = where === undefined ? null : accounts.account(where.accId)
    const instrument =
      where === undefined ? null : accounts.market.instrument(where.instrument.market, where.instrument.code)
    if (where === undefined || account === null || instrument === null) return
    const outcome = accounts.place(
      account,
      requestOf(accounts, instrument, where, { ...step, lots: step.lots * this.#scale }, this.nowMs),
      this.nowMs,
    )
    if (!('refusal' in outcome)) this.accepted += 1
  }

  #combo(accounts: Accounts, step: Step & { kind: 'combo' }): void {
    const account = accounts.account(COMBO_ACCOUNT)
    if (account === null) return
    const legs: Leg[] = step.sides.flatMap((side, index) => {
      const code = this.#comboSecurities[index]?.code ?? ''
      const instrument = accounts.market.instrument(QotMarket.US_Security, code)
      const ratio = step.ratios[index] ?? 1
      if (instrument === null) return []
      return [{ instrument, side, isBuy: side === TrdSide.Buy, qty: ratio * step.qty, ratio }]
    })
    // Markets without these options have no strategies of them.
    if (legs.length < 2) return
    const net = legs.reduce((sum, { instrument, isBuy, ratio }) => {
      const value = (accounts.market.lastPrice(instrument, this.nowMs) * ratio * instrument.contractMultiplier) / 100
      return sum + (isBuy ? value : -value)
    }, 0)
    const request = {
      trdMarket: TrdMarket.US,
      legs,
      qty: step.qty,
      price: Math.round((net + step.ticks * 0.01) * 100) / 100,
      orderType: step.atMarket ? OrderType.Market : OrderType.Normal,
      timeInForce: TimeInForce.DAY,
      remark: null,
    }
    const outcome = accounts.placeCombo(account, request, this.nowMs)
    if (!('refusal' in outcome)) this.acceptedCombos += 1
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
  { accId, trdMarket }: Place,
  step: Step & { kind: 'place' },
  nowMs: number,
): OrderRequest {
  const takesFraction = accId === FRACTIONAL && step.orderType === OrderType.Market
  return {
    trdMarket,
    secMarket: null,
    code: instrument.code,
    side: step.side === TrdSide.Unknown ? TrdSide.Buy : step.side,
    orderType: step.orderType,
    qty: step.lots * instrument.lotSize + (takesFraction ? step.fraction / 10_000 : 0),
    price: priceNear(accounts, instrument, step.ticks, nowMs),
    auxPrice: priceNear(accounts, instrument, step.auxTicks, nowMs),
    trailType: 1 + (step.lots % 2),
    trailValue: 0.1 * (1 + (step.lots % 4)),
    trailSpread: 0.1,
    adjustPrice: false,
    adjustSideAndLimit: 0,
    timeInForce: step.timeInForce,
    expireTime: null,
    session: step.session,
    fillOutsideRth: step.extended,
    remark: null,
    amount: null,
  }
}

function priceNear(accounts: Accounts, instrument: Instrument, ticks: number, nowMs: number): number {
  const last = accounts.market.lastPrice(instrument, nowMs)
  return Math.round((last + ticks * accounts.market.tickSize(instrument, last)) * 1000) / 1000
}
