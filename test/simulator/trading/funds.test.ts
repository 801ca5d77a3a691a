import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Currency, OrderStatus, OrderType, PositionSide, TrdMarket, TrdSide } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { Accounts } from '../../../src/simulator/trading/accounts.ts'
import { reportedSide } from '../../../src/simulator/trading/buying-power.ts'
import { DEFAULT_PASSWORD_MD5 } from '../../../src/simulator/trading/unlock.ts'
import { PLACES, Player, sessions } from './random-session.ts'
import { APPLE, INDEX_FUTURE, ScriptedMarket, TENCENT, hongKongMs, newYorkMs, print } from './scripted-market.ts'
import { MARGIN_HK, REAL_HK, REAL_US, SIMULATED_FUTURES, TradingRig } from './trading-rig.ts'

/** A rig where a security is bought and sold at fixed prices and worth `last`. */
function hubAt(nowMs: number, code: string, bid: number, ask: number, last: number): TradingRig {
  const hub = new TradingRig(nowMs).unlock()
  hub.scripted.tapes.set(code, [print(nowMs - 1000, last, 100)])
  hub.scripted.books.set(code, {
    bids: [{ price: bid, volume: 100_000, orderCount: 1 }],
    asks: [{ price: ask, volume: 100_000, orderCount: 1 }],
  })
  return hub
}

function cents(amount: number): number {
  return Math.round(amount * 100) / 100
}

function fundsOf(hub: TradingRig, header: typeof REAL_HK, currency?: number): MessageTypes['Trd_Common.Funds'] {
  const { funds } = hub.done('Trd_GetFunds', { header, currency })
  assert.ok(funds !== undefined)
  return funds
}

test('a Hong Kong purchase: cash, position and fees to the cent', () => {
  const hub = hubAt(hongKongMs(10), TENCENT.code, 100, 100.05, 100)
  const order = hub.place({ qty: 700, price: 100.05 })
  const fees = hub.done('Trd_GetOrderFee', { header: REAL_HK, orderIdExList: [order.orderIdEx] }).orderFeeList?.[0]
  assert.deepEqual(Object.fromEntries((fees?.feeList ?? []).map((item) => [item.title, item.value])), {
    Commission: 21.01,
    'Platform Fee': 15,
    'Settlement Fee': 2.94,
    'SFC Levy': 1.89,
    'Trading Fee': 3.96,
    'FRC Levy': 0.11,
    'Stamp Duty': 71,
  })
  assert.equal(fees?.feeAmount, 115.91)
  const funds = fundsOf(hub, REAL_HK)
  assert.equal(funds.cash, 1_000_000 - 70_035 - 115.91)
  assert.equal(funds.marketVal, 70_000)
  assert.equal(funds.totalAssets, 1_000_000 - 35 - 115.91)
  assert.equal(funds.power, funds.cash, 'a cash account buys for its cash')
  const [position] = hub.done('Trd_GetPositionList', { header: REAL_HK }).positionList ?? []
  assert.deepEqual(
    [position?.qty, position?.canSellQty, position?.costPrice, position?.val, position?.plVal, position?.plRatio],
    [700, 700, 100.05, 70_000, -35, -0.0005],
  )
})

test('an order that waits freezes its money, fees included, and gives it back', () => {
  const hub = hubAt(hongKongMs(10), TENCENT.code, 100, 100.05, 100)
  const order = hub.place({ qty: 100, price: 90 })
  const frozen = 9000 + 3 + 15 + 0.38 + 0.24 + 0.51 + 0.01 + 9
  assert.equal(fundsOf(hub, REAL_HK).frozenCash, frozen)
  assert.equal(fundsOf(hub, REAL_HK).power, 1_000_000 - frozen)
  hub.modify(order, { modifyOrderOp: 2 })
  assert.equal(fundsOf(hub, REAL_HK).frozenCash, 0)
})

test('selling realises the profit over the average cost, and the list keeps the flat position for the day', () => {
  const hub = hubAt(hongKongMs(10), TENCENT.code, 100, 100.05, 100)
  hub.place({ qty: 200, price: 100.05 })
  hub.advanceTo(hongKongMs(10, 1))
  hub.scripted.books.set(TENCENT.code, {
    bids: [{ price: 110, volume: 1000, orderCount: 1 }],
    asks: [{ price: 110.1, volume: 1000, orderCount: 1 }],
  })
  hub.place({ qty: 100, price: 110.1 })
  hub.place({ trdSide: TrdSide.Sell, qty: 300, price: 110 })
  const account = hub.accounts.account(REAL_HK.accID)
  assert.equal(account?.cash[0]?.realised, (300 * 110 - 200 * 100.05 - 100 * 110.1) * 100)
  const [position] = hub.done('Trd_GetPositionList', { header: REAL_HK }).positionList ?? []
  assert.deepEqual(
    [position?.qty, position?.realizedPL, position?.td_plVal, position?.td_sellQty, position?.td_buyQty],
    [0, 1980, 1980, 300, 300],
  )
  hub.advanceTo(hongKongMs(10, 0, 1))
  hub.place({ qty: 100, price: 110.1 })
  const { positionList } = hub.done('Trd_GetPositionList', { header: REAL_HK })
  assert.deepEqual(
    positionList?.map((one) => [one.qty, one.td_buyQty]),
    [[100, 100]],
  )
})

test('however an order is cut into fills, it pays the fees of one', () => {
  const hub = hubAt(hongKongMs(10), TENCENT.code, 99.9, 99.95, 100)
  const whole = hub.place({ qty: 1000, price: 99.95 })
  hub.scripted.books.set(TENCENT.code, { bids: [], asks: [] })
  const cut = hub.place({ qty: 1000, price: 99.95 })
  const tape = Array.from({ length: 10 }, (_, at) => print(hub.nowMs + 1 + at, 99.9, 100))
  hub.scripted.tapes.set(TENCENT.code, tape)
  hub.advanceTo(hub.nowMs + 100)
  assert.equal(hub.accounts.account(REAL_HK.accID)?.fills.length, 11)
  assert.deepEqual([cut.filledValue, cut.feesPaid], [whole.filledValue, whole.feesPaid])
})

test('a margin account buys beyond its cash, owes the difference, and shows what margin it uses', () => {
  const hub = hubAt(newYorkMs(10), APPLE.code, 99.99, 100, 100)
  const { maxTrdQtys } = hub.done('Trd_GetMaxTrdQtys', { header: REAL_US, orderType: 1, code: APPLE.code, price: 100 })
  assert.ok((maxTrdQtys?.maxCashAndMarginBuy ?? 0) > (maxTrdQtys?.maxCashBuy ?? 0))
  hub.place({ header: REAL_US, code: APPLE.code, qty: 3000, price: 100 })
  const funds = fundsOf(hub, REAL_US, Currency.USD)
  const dollars = funds.cashInfoList?.find((one) => one.currency === Currency.USD)
  const ratio = hub.done('Trd_GetMarginRatio', { header: REAL_US, securityList: [{ market: 11, code: APPLE.code }] })
  const percent = ratio.marginRatioInfoList?.[0]?.imLongRatio ?? 0
  assert.ok((dollars?.cash ?? 0) < -100_000)
  assert.equal(funds.debtCash, -(dollars?.cash ?? 0))
  assert.equal(funds.initialMargin, (300_000 * percent) / 100)
  assert.equal(funds.availableFunds, cents(funds.totalAssets - (funds.initialMargin ?? 0)))
  assert.equal(funds.power, cents((funds.availableFunds ?? 0) * 2))
  assert.equal(funds.currency, Currency.USD)
  assert.match(hub.refused('Trd_GetFunds', { header: REAL_US, currency: Currency.JPY }), /HKD, USD, CNH/)
})

test('a short position is worth less than nothing, and buying it back settles it', () => {
  const hub = hubAt(newYorkMs(10), APPLE.code, 100, 100.01, 100)
  const order = { header: REAL_US, code: APPLE.code, qty: 10 }
  hub.place({ ...order, trdSide: TrdSide.SellShort, price: 100 })
  const [position] = hub.done('Trd_GetPositionList', { header: REAL_US }).positionList ?? []
  assert.deepEqual(
    [position?.positionSide, position?.qty, position?.val, position?.canSellQty],
    [PositionSide.Short, -10, -1000, 10],
  )
  assert.equal(fundsOf(hub, REAL_US, Currency.USD).shortMv, -1000)
  hub.place({ ...order, trdSide: TrdSide.BuyBack, price: 100.01 })
  assert.equal(hub.accounts.account(REAL_US.accID)?.cash.find((one) => one.currency === 2)?.realised, -10)
})

test('closing a futures position needs no margin, but only once', () => {
  const hub = hubAt(hongKongMs(10), INDEX_FUTURE.code, 20_000, 20_001, 20_000)
  const order = { header: SIMULATED_FUTURES, code: INDEX_FUTURE.code }
  const { maxTrdQtys } = hub.done('Trd_GetMaxTrdQtys', { ...order, orderType: 1, price: 20_001 })
  const qty = maxTrdQtys?.maxCashAndMarginBuy ?? 0
  assert.ok(qty > 10)
  hub.place({ ...order, qty, price: 20_001 })
  assert.match(hub.placeRefused({ ...order, qty: 2, price: 20_001 }), /Insufficient buying power/)
  hub.place({ ...order, trdSide: TrdSide.Sell, qty, price: 20_100 })
  assert.match(
    hub.placeRefused({ ...order, trdSide: TrdSide.Sell, qty: 2, price: 20_100 }),
    /Insufficient buying power/,
    'the first order closes the whole position, so this one would open another',
  )
})

test('futures move no cash but fees until they are closed, and show the margin of one contract', () => {
  const hub = hubAt(hongKongMs(10), INDEX_FUTURE.code, 20_000, 20_001, 20_010)
  const order = { header: SIMULATED_FUTURES, code: INDEX_FUTURE.code }
  const { maxTrdQtys } = hub.done('Trd_GetMaxTrdQtys', { ...order, orderType: 1, price: 20_001 })
  assert.equal(maxTrdQtys?.longRequiredIM, 20_001 * 50 * 0.12)
  const bought = hub.place({ ...order, qty: 2, price: 20_001 })
  const funds = fundsOf(hub, SIMULATED_FUTURES, Currency.HKD)
  const cash = funds.cashInfoList?.find((one) => one.currency === Currency.HKD)?.cash
  assert.equal(cash, 1_000_000 - bought.feesPaid / 100)
  assert.equal(funds.unrealizedPL, 9 * 50 * 2)
  assert.equal(funds.totalAssets, 1_000_000 + 200_000 * 7.8 + 900 - bought.feesPaid / 100)
})

test('the largest quantity is accepted, one lot more is refused, whatever came before', () => {
  let tried = 0
  const property = fc.property(fc.nat(1000), sessions(60), fc.integer({ min: -8, max: 8 }), (seed, steps, ticks) => {
    const market = new ScriptedMarket(seed)
    const accounts = Accounts.open(market, { openedMs: hongKongMs(9, 35) })
    accounts.setLock(true, DEFAULT_PASSWORD_MD5, null)
    const player = new Player(hongKongMs(9, 35))
    for (const step of steps) player.play(accounts, step)
    const saved = accounts.snapshot()
    for (const { accId, trdMarket, instrument } of PLACES) {
      const profile = accounts.account(accId)?.profile
      assert.ok(profile !== undefined)
      const last = market.lastPrice(instrument, player.nowMs)
      const price = Math.round((last + ticks * market.tickSize(instrument)) * 1000) / 1000
      const base = { header: { trdEnv: profile.trdEnv, accID: accId, trdMarket }, code: instrument.code, price }
      const hub = new TradingRig(player.nowMs)
      const fresh = () => hub.reopen(Accounts.restore(market, saved))
      const { maxTrdQtys } = fresh().done('Trd_GetMaxTrdQtys', { ...base, orderType: OrderType.Normal })
      assert.ok(maxTrdQtys !== undefined)
      const {
        maxCashBuy,
        maxCashAndMarginBuy = maxCashBuy,
        maxPositionSell,
        maxSellShort = 0,
        maxBuyBack = 0,
      } = maxTrdQtys
      const sides: [number, number][] = [
        [TrdSide.Buy, maxCashAndMarginBuy],
        [TrdSide.SellShort, maxSellShort],
      ]
      const account = fresh().accounts.account(accId)
      const opensShort = account !== null && reportedSide(account, instrument, TrdSide.Sell) === TrdSide.SellShort
      const largestSale = opensShort ? maxSellShort : maxPositionSell
      if (instrument.kind !== 'future') sides.push([TrdSide.Sell, largestSale], [TrdSide.BuyBack, maxBuyBack])
      for (const [trdSide, qty] of sides) {
        if (qty > 0) fresh().place({ ...base, trdSide, qty })
        fresh().placeRefused({ ...base, trdSide, qty: qty + instrument.lotSize })
        tried += qty > 0 ? 1 : 0
      }
    }
  })
  fc.assert(property, { numRuns: 12, endOnFailure: true })
  assert.ok(tried > 50, `only ${tried} quantities were above zero`)
})

test('a simulated futures account may be asked under the old name of its market', () => {
  const hub = hubAt(hongKongMs(10), INDEX_FUTURE.code, 20_000, 20_001, 20_010)
  const header = { ...SIMULATED_FUTURES, trdMarket: TrdMarket.Futures }
  assert.equal(hub.place({ header, code: INDEX_FUTURE.code, qty: 1, price: 20_001 }).status, OrderStatus.Filled_All)
  assert.equal(fundsOf(hub, MARGIN_HK).currency, Currency.HKD)
})
