import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  CltRiskLevel,
  CltRiskStatus,
  Currency,
  ModifyOrderOp,
  OrderStatus,
  TrdEnv,
  TrdMarket,
  TrdSide,
} from '../../../../proto/enums.ts'
import type { MessageTypes } from '../../../../proto/messages.ts'
import { Market } from '../../../../src/simulator/market/market.ts'
import type { OrderState } from '../../../../src/simulator/trading/account-state.ts'
import { Accounts } from '../../../../src/simulator/trading/accounts.ts'
import { CLOSE_OUT_REMARK } from '../../../../src/simulator/trading/risk/close-out.ts'
import { assertConserved } from '../invariants.ts'
import { APPLE, INDEX_FUTURE, hongKongMs, newYorkMs, print } from '../scripted-market.ts'
import { REAL_HK, SIMULATED_FUTURES, TradingRig } from '../trading-rig.ts'

type Funds = MessageTypes['Trd_Common.Funds']
type Header = MessageTypes['Trd_Common.TrdHeader']

/** The real US margin account, with 100,000 USD. */
const MARGIN_US: Header = { trdEnv: TrdEnv.Real, accID: 283445328110215941n, trdMarket: TrdMarket.US }

const APPLE_CALL = { header: MARGIN_US, code: APPLE.code }

function rigAt(nowMs: number): TradingRig {
  return new TradingRig(nowMs).unlock()
}

/** Sets a price from now on, with a deep book around it. */
function quote(rig: TradingRig, code: string, price: number): void {
  rig.scripted.tapes.set(code, [print(rig.nowMs, price, 100)])
  const level = { volume: 100_000, orderCount: 1 }
  rig.scripted.books.set(code, { bids: [{ price, ...level }], asks: [{ price, ...level }] })
}

function fundsOf(rig: TradingRig, header: Header = MARGIN_US): Funds {
  const { funds } = rig.done('Trd_GetFunds', { header })
  assert.ok(funds !== undefined)
  return funds
}

function termsOf(rig: TradingRig): MessageTypes['Trd_GetMarginRatio.MarginRatioInfo'] {
  const securityList = [{ market: APPLE.market, code: APPLE.code }]
  const [terms] = rig.done('Trd_GetMarginRatio', { header: MARGIN_US, securityList }).marginRatioInfoList ?? []
  assert.ok(terms !== undefined)
  return terms
}

function accountOf(rig: TradingRig, header: Header = MARGIN_US) {
  const account = rig.accounts.account(header.accID)
  assert.ok(account !== null)
  return account
}

test('a loan costs 6.8 % a year, charged for each day at midnight in Hong Kong, as the statement shows', () => {
  const rig = rigAt(newYorkMs(10))
  quote(rig, APPLE.code, 100)
  const order = rig.place({ ...APPLE_CALL, qty: 1300, price: 100 })
  const debt = 30_000 + order.feesPaid / 100
  assert.equal(fundsOf(rig).debtCash, debt)
  const interest = Math.round(((debt * 0.068) / 360) * 100) / 100
  rig.advanceTo(hongKongMs(23, 59))
  assert.equal(fundsOf(rig).debtCash, debt, 'not before the day is over')
  rig.advanceTo(hongKongMs(24))
  assert.equal(fundsOf(rig).debtCash, Math.round((debt + interest) * 100) / 100)
  rig.advanceTo(hongKongMs(1, 0, 3))
  const charged = accountOf(rig).flows.filter((flow) => flow.type === 'Margin Interest')
  assert.deepEqual(
    charged.map((flow) => flow.timeMs),
    [1, 2, 3].map((days) => hongKongMs(0, 0, days)),
  )
  assert.equal(charged[0]?.amount, -Math.round(interest * 100))
  assertConserved(accountOf(rig))
})

test('a short position pays the borrow fee of its security by the day, and cash in hand pays nothing', () => {
  const rig = rigAt(newYorkMs(10))
  quote(rig, APPLE.code, 100)
  rig.place({ ...APPLE_CALL, trdSide: TrdSide.Sell, qty: 900, price: 100 })
  const before = fundsOf(rig).cash
  rig.advanceTo(hongKongMs(24))
  const fee = Math.round(((90_000 * (termsOf(rig).shortFeeRate ?? 0)) / 100 / 360) * 100) / 100
  assert.ok(fee > 0)
  assert.equal(fundsOf(rig).cash, Math.round((before - fee) * 100) / 100)
  assert.deepEqual(
    accountOf(rig)
      .flows.filter((flow) => flow.amount === -Math.round(fee * 100))
      .map((flow) => [flow.type, flow.remark]),
    [['Short Fee', APPLE.code]],
  )
  const plain = rigAt(hongKongMs(10))
  plain.advanceTo(hongKongMs(10, 0, 3))
  assert.equal(fundsOf(plain, REAL_HK).cash, 1_000_000)
})

test('a falling account is warned, called, and closed out, and its funds say so', () => {
  const rig = rigAt(newYorkMs(10))
  quote(rig, APPLE.code, 100)
  const { imShortRatio = 0, alertShortRatio = 0, mcmShortRatio = 0, mmShortRatio = 0 } = termsOf(rig)
  const qty = Math.floor(100_000 / imShortRatio) - 5
  rig.place({ ...APPLE_CALL, trdSide: TrdSide.Sell, qty, price: 100 })
  const [waiting] = [rig.place({ ...APPLE_CALL, qty: 1, price: 1 })]
  const cash = fundsOf(rig).cash
  // The price at which the equity is halfway between two margin levels.
  const priceBetween = (upper: number, lower: number): number =>
    Math.round((cash / qty / (1 + (upper + lower) / 200)) * 100) / 100
  const seen: [number | undefined, number | undefined][] = []
  for (const price of [
    priceBetween(imShortRatio + 10, imShortRatio),
    priceBetween(alertShortRatio, mcmShortRatio),
    priceBetween(mcmShortRatio, mmShortRatio),
  ]) {
    quote(rig, APPLE.code, price)
    rig.advanceTo(rig.nowMs + 120_000)
    const funds = fundsOf(rig)
    seen.push([funds.riskStatus, funds.riskLevel])
    assert.equal(funds.marginCallMargin, Math.round(price * qty * mcmShortRatio) / 100)
    assert.ok((funds.initialMargin ?? 0) > (funds.marginCallMargin ?? 0))
    assert.ok((funds.marginCallMargin ?? 0) > (funds.maintenanceMargin ?? 0))
  }
  assert.ok((seen[0]?.[0] ?? 9) <= CltRiskStatus.Level6)
  assert.equal(seen[0]?.[1], CltRiskLevel.Safe)
  assert.deepEqual(seen.slice(1), [
    [CltRiskStatus.Level7, CltRiskLevel.Warning],
    [CltRiskStatus.Level8, CltRiskLevel.Danger],
  ])
  assert.match(
    rig.placeRefused({ ...APPLE_CALL, trdSide: TrdSide.Sell, qty: 1, price: 100_000 }),
    /Insufficient buying power/,
    'a called account opens nothing',
  )
  assert.equal(rig.accounts.account(MARGIN_US.accID)?.positions[0]?.qty, -qty, 'a call closes nothing by itself')

  quote(rig, APPLE.code, priceBetween(mmShortRatio, mmShortRatio - 20))
  assert.equal(fundsOf(rig).riskStatus, CltRiskStatus.Level9)
  rig.advanceTo(rig.nowMs + 120_000)
  assert.equal(waiting?.status, OrderStatus.Cancelled_All)
  const last = accountOf(rig).orders.at(-1)
  assert.deepEqual(
    [last?.remark, last?.side, last?.qty, last?.status],
    [CLOSE_OUT_REMARK, TrdSide.Buy, qty, OrderStatus.Filled_All],
  )
  assert.equal(fundsOf(rig).maintenanceMargin, 0)
  assert.equal(fundsOf(rig).riskLevel, CltRiskLevel.AbsoluteSafe)
  assertConserved(accountOf(rig))
})

test('a close-out waits for the market to open, and buys what the book offers until it is done', () => {
  const rig = rigAt(newYorkMs(15, 50))
  quote(rig, APPLE.code, 100)
  rig.place({ ...APPLE_CALL, trdSide: TrdSide.Sell, qty: 900, price: 100 })
  rig.advanceTo(newYorkMs(17))
  quote(rig, APPLE.code, 180)
  const asks = [{ price: 180, volume: 300, orderCount: 1 }]
  rig.scripted.books.set(APPLE.code, { bids: [], asks })
  rig.advanceTo(newYorkMs(9, 29, 1))
  assert.equal(accountOf(rig).positions[0]?.qty, -900)
  rig.advanceTo(newYorkMs(9, 40, 1))
  assert.equal(accountOf(rig).positions[0]?.qty, 0)
  const closing = accountOf(rig).orders.filter((one: OrderState) => one.remark === CLOSE_OUT_REMARK)
  assert.deepEqual(
    closing.map((one: OrderState) => [one.filledQty, one.status]),
    [[900, OrderStatus.Filled_All]],
    'one order, that meets the book again and again',
  )
})

test('futures settle daily: the variation goes to cash, and the whole profit stays with the position', () => {
  const rig = rigAt(hongKongMs(10))
  quote(rig, INDEX_FUTURE.code, 20_000)
  const order = rig.place({ header: SIMULATED_FUTURES, code: INDEX_FUTURE.code, qty: 2, price: 20_000 })
  const opening = 1_000_000 - order.feesPaid / 100
  const cashOf = (): number | undefined =>
    fundsOf(rig, SIMULATED_FUTURES).cashInfoList?.find((one) => one.currency === Currency.HKD)?.cash
  quote(rig, INDEX_FUTURE.code, 20_100)
  const assets = fundsOf(rig, SIMULATED_FUTURES).totalAssets
  assert.equal(cashOf(), opening, 'nothing is paid during the day')
  rig.advanceTo(hongKongMs(16))
  assert.equal(cashOf(), opening + 100 * 50 * 2)
  const settled = fundsOf(rig, SIMULATED_FUTURES)
  assert.deepEqual([settled.totalAssets, settled.unrealizedPL, settled.realizedPL], [assets, 0, 10_000])
  const [position] = rig.done('Trd_GetPositionList', { header: SIMULATED_FUTURES }).positionList ?? []
  assert.deepEqual([position?.averageCostPrice, position?.unrealizedPL], [20_000, 10_000])

  rig.advanceTo(hongKongMs(10, 0, 1))
  quote(rig, INDEX_FUTURE.code, 20_050)
  const sale = { header: SIMULATED_FUTURES, code: INDEX_FUTURE.code, trdSide: TrdSide.Sell, qty: 1, price: 20_050 }
  const sold = rig.place(sale)
  assert.equal(cashOf(), opening + 10_000 - 50 * 50 - sold.feesPaid / 100, 'half of it gives back what was too much')
  const left = rig.done('Trd_GetPositionList', { header: SIMULATED_FUTURES }).positionList?.[0]
  assert.deepEqual([left?.qty, left?.realizedPL, left?.unrealizedPL], [1, 2500, 2500])
  assertConserved(accountOf(rig, SIMULATED_FUTURES))
})

test('a futures account that lost its margin is closed out as well', () => {
  const rig = rigAt(hongKongMs(10))
  quote(rig, INDEX_FUTURE.code, 20_000)
  const order = { header: SIMULATED_FUTURES, code: INDEX_FUTURE.code, qty: 15, price: 20_000 }
  rig.place({ ...order, trdSide: TrdSide.Sell })
  rig.advanceTo(hongKongMs(10, 5))
  quote(rig, INDEX_FUTURE.code, 21_000)
  rig.advanceTo(hongKongMs(10, 7))
  assert.equal(accountOf(rig, SIMULATED_FUTURES).positions[0]?.qty, -15)
  quote(rig, INDEX_FUTURE.code, 22_000)
  rig.advanceTo(hongKongMs(10, 9))
  assert.equal(accountOf(rig, SIMULATED_FUTURES).positions[0]?.qty, 0)
})

test('time without a call is charged in full, however long it was', () => {
  const rig = rigAt(newYorkMs(10))
  quote(rig, APPLE.code, 100)
  rig.place({ ...APPLE_CALL, qty: 1300, price: 100 })
  rig.advanceTo(hongKongMs(12, 0, 30))
  assert.equal(accountOf(rig).flows.filter((flow) => flow.type === 'Margin Interest').length, 30)
})

/** Members that states of earlier versions do not have. */
const ADDED = new Set(['interest', 'settled', 'amount', 'combo'])

test('a state of an earlier version goes on with its orders and is charged from then on', () => {
  const rig = rigAt(newYorkMs(10))
  quote(rig, APPLE.code, 100)
  rig.place({ ...APPLE_CALL, qty: 1300, price: 100 })
  const waiting = rig.place({ ...APPLE_CALL, qty: 1, price: 99 })
  const { accounts: saved, ...rest } = rig.accounts.snapshot()
  const earlier = saved.map(({ flows, ...account }) => ({ ...withoutAdded(account), flows }))
  rig.reopen(Accounts.restore(rig.scripted, { ...rest, accounts: earlier }))
  rig.modify(waiting, { modifyOrderOp: ModifyOrderOp.Cancel })
  assert.equal(accountOf(rig).orders.at(-1)?.status, OrderStatus.Cancelled_All)
  rig.advanceTo(hongKongMs(24))
  assert.ok(accountOf(rig).cash.some((one) => one.interest > 0))
  assertConserved(accountOf(rig))
})

function withoutAdded<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value, (key, member: unknown) => (ADDED.has(key) ? undefined : member))) as Value
}

test('on the simulated exchanges futures settle at the ends of their own trading days', () => {
  const market = new Market({ seed: 3 })
  const startMs = Date.UTC(2025, 10, 19, 2)
  const accounts = Accounts.open(market, { openedMs: startMs })
  const instrument = accounts.market.instrument(1, 'HSImain')
  assert.ok(instrument !== null)
  const ends = accounts.market.dayEnds(instrument, startMs, startMs + 5 * 86_400_000)
  assert.deepEqual(
    ends.map((timeMs) => new Date(timeMs).toISOString()),
    ['2025-11-19T08:30:00.000Z', '2025-11-20T08:30:00.000Z', '2025-11-21T08:30:00.000Z'],
  )
})
