import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Currency, ModifyOrderOp, OrderStatus, TrdMarket, TrdSecMarket, TrdSide } from '../../proto/enums.ts'
import { factsOfModifyOrder, factsOfPlaceOrder } from '../../src/limits/order-facts.ts'
import { inMarket, modifyOrder, placeOrder, restingOrder } from './sample-orders.ts'

const LEFT_OPEN = undefined

test('market, symbol and currency follow from the market numbers, for every market of the schema', () => {
  const cases: readonly (readonly [
    number,
    number | undefined,
    string,
    readonly string[],
    string | null,
    string | null,
  ])[] = [
    [TrdMarket.HK, LEFT_OPEN, '00700', ['HK'], 'HK.00700', 'HKD'],
    [TrdMarket.HK, TrdSecMarket.Unknown, '00700', ['HK'], 'HK.00700', 'HKD'],
    [TrdMarket.US, TrdSecMarket.US, 'BRK.B', ['US'], 'US.BRK.B', 'USD'],
    [TrdMarket.US, TrdSecMarket.US, 'US.AAPL', ['US'], 'US.AAPL', 'USD'],
    [TrdMarket.CN, TrdSecMarket.CN_SH, '600519', ['CN'], 'SH.600519', 'CNH'],
    [TrdMarket.HKCC, TrdSecMarket.CN_SZ, '000001', ['HKCC'], 'SZ.000001', 'CNH'],
    [TrdMarket.HKCC, LEFT_OPEN, 'SH.600519', ['HKCC'], 'SH.600519', 'CNH'],
    [TrdMarket.SG, LEFT_OPEN, 'D05', ['SG'], 'SG.D05', 'SGD'],
    [TrdMarket.JP, LEFT_OPEN, '7203', ['JP'], 'JP.7203', 'JPY'],
    [TrdMarket.AU, LEFT_OPEN, 'BHP', ['AU'], 'AU.BHP', 'AUD'],
    [TrdMarket.MY, LEFT_OPEN, '1155', ['MY'], 'MY.1155', 'MYR'],
    [TrdMarket.CA, LEFT_OPEN, 'SHOP', ['CA'], 'CA.SHOP', 'CAD'],
    [TrdMarket.Futures, TrdSecMarket.HK, 'HSImain', ['FUTURES'], 'HK.HSImain', null],
    [TrdMarket.Futures_Simulate_US, LEFT_OPEN, 'ESmain', ['FUTURES'], 'US.ESmain', null],
    [TrdMarket.Crypto, LEFT_OPEN, 'BTCUSD', ['CRYPTO'], 'CC.BTCUSD', null],
    [TrdMarket.HK_Fund, LEFT_OPEN, '12345', ['HK_FUND'], 'HK.12345', null],
  ]
  for (const [trdMarket, secMarket, code, markets, symbol, currency] of cases) {
    const facts = factsOfPlaceOrder(placeOrder({ header: inMarket(trdMarket), secMarket, code }))
    assert.deepEqual(
      { markets: facts.markets, symbol: facts.symbol, currency: facts.currency },
      { markets, symbol, currency },
      `${trdMarket} ${secMarket} ${code}`,
    )
  }
})

test('a security that trades in another currency than its market is counted in its own, by its code', () => {
  const cases: readonly (readonly [number, number | undefined, string, string | null])[] = [
    // HKEX's units in renminbi and in dollars, beside shares in Hong Kong dollars whose codes look alike.
    [TrdMarket.HK, LEFT_OPEN, '80700', 'CNH'],
    [TrdMarket.HK, TrdSecMarket.HK, 'HK.89988', 'CNH'],
    [TrdMarket.HK, TrdSecMarket.HK, '09834', 'USD'],
    [TrdMarket.HK, TrdSecMarket.HK, '9834', 'USD'],
    [TrdMarket.HK, TrdSecMarket.HK, '09010', 'USD'],
    [TrdMarket.HK, TrdSecMarket.HK, '09455', 'USD'],
    [TrdMarket.HK, TrdSecMarket.HK, '09618', 'HKD'],
    [TrdMarket.HK, TrdSecMarket.HK, '09868', 'HKD'],
    [TrdMarket.HK, TrdSecMarket.HK, '09988', 'HKD'],
    [TrdMarket.HK, TrdSecMarket.HK, '02834', 'HKD'],
    [TrdMarket.HK, TrdSecMarket.HK, 'TCH261230C500000', 'HKD'],
    // Neither range says which currency: dollar units stand beside others, and debt is in that of its issue.
    [TrdMarket.HK, TrdSecMarket.HK, '09250', null],
    [TrdMarket.HK, TrdSecMarket.HK, '05123', null],
    // B shares.
    [TrdMarket.CN, TrdSecMarket.CN_SH, '900901', 'USD'],
    [TrdMarket.CN, TrdSecMarket.CN_SZ, '200011', 'HKD'],
    [TrdMarket.CN, TrdSecMarket.CN_SH, '200011', 'CNH'],
    [TrdMarket.CN, LEFT_OPEN, 'SH.900901', 'USD'],
    // Shanghai's B share, or a code of Shenzhen: without the exchange nobody knows.
    [TrdMarket.CN, LEFT_OPEN, '900901', null],
    [TrdMarket.CA, LEFT_OPEN, 'DLR.U', 'USD'],
    [TrdMarket.CA, LEFT_OPEN, 'DLR', 'CAD'],
  ]
  for (const [trdMarket, secMarket, code, currency] of cases) {
    const facts = factsOfPlaceOrder(placeOrder({ header: inMarket(trdMarket), secMarket, code }))
    assert.equal(facts.currency, currency, code)
  }
})

test('a change is counted in the currency that OpenD lists its order with, whatever the code looks like', () => {
  const change = modifyOrder({})
  const facts = (order: Parameters<typeof restingOrder>[0]): string | null =>
    factsOfModifyOrder(change, restingOrder(order)).currency
  assert.equal(facts({ currency: Currency.USD }), 'USD')
  assert.equal(facts({ currency: Currency.Unknown, code: '80700' }), 'CNH')
  assert.equal(facts({ currency: 99 }), 'HKD')
})

test('a mainland code without its exchange is no symbol: 000001 is a share in one and an index in the other', () => {
  const facts = factsOfPlaceOrder(placeOrder({ header: inMarket(TrdMarket.CN), secMarket: LEFT_OPEN, code: '000001' }))
  assert.equal(facts.symbol, null)
})

test('an order for a security of another market touches both markets and is counted in its own currency', () => {
  const facts = factsOfPlaceOrder(placeOrder({ secMarket: TrdSecMarket.US, code: 'AAPL' }))
  assert.deepEqual(facts.markets, ['HK', 'US'])
  assert.equal(facts.symbol, 'US.AAPL')
  assert.equal(facts.currency, 'USD')
})

test('numbers that are no market have a name that no list holds', () => {
  assert.deepEqual(factsOfPlaceOrder(placeOrder({ header: inMarket(9) })).markets, ['UNKNOWN', 'HK'])
  assert.deepEqual(factsOfPlaceOrder(placeOrder({ secMarket: 3 })).markets, ['HK', 'UNKNOWN'])
})

test('a side the schema does not know is no side', () => {
  const sides = [TrdSide.Buy, TrdSide.Sell, TrdSide.SellShort, TrdSide.BuyBack, TrdSide.Unknown, 9]
  const names = sides.map((trdSide) => factsOfPlaceOrder(placeOrder({ trdSide })).side)
  assert.deepEqual(names, ['BUY', 'SELL', 'SELL_SHORT', 'BUY_BACK', null, null])
})

test('only operations that take exposure away count as cancels', () => {
  const kindOf = (modifyOrderOp: number): string => factsOfModifyOrder(modifyOrder({ modifyOrderOp }), null).kind
  assert.equal(kindOf(ModifyOrderOp.Cancel), 'cancel')
  assert.equal(kindOf(ModifyOrderOp.Disable), 'cancel')
  assert.equal(kindOf(ModifyOrderOp.Delete), 'cancel')
  assert.equal(kindOf(ModifyOrderOp.Normal), 'modify')
  assert.equal(kindOf(ModifyOrderOp.Enable), 'modify')
  assert.equal(kindOf(ModifyOrderOp.Unknown), 'modify')
})

test('a modify keeps every number it does not name', () => {
  const order = restingOrder({
    auxPrice: 310,
    trailType: 1,
    trailValue: 5,
    trailSpread: 2,
    orderAmount: 9,
    fillQty: 40,
  })
  const facts = factsOfModifyOrder(modifyOrder({ qty: 200 }), order)
  assert.equal(facts.symbol, 'HK.00700')
  assert.equal(facts.side, 'BUY')
  assert.deepEqual(facts.before, { terms: { ...facts.after, qty: 100 }, filledQty: 40, isLive: true })
  assert.deepEqual(facts.after, {
    orderType: order.orderType,
    qty: 200,
    price: 300,
    auxPrice: 310,
    trailType: 1,
    trailValue: 5,
    trailSpread: 2,
    amount: 9,
    adjustLimit: 0,
  })
})

test('the numbers that come with an enable do not count: it changes none', () => {
  const order = restingOrder({ orderStatus: OrderStatus.Disabled })
  const facts = factsOfModifyOrder(modifyOrder({ modifyOrderOp: ModifyOrderOp.Enable, qty: 1, price: 0 }), order)
  assert.equal(facts.after?.qty, 100)
  assert.equal(facts.before?.isLive, false)
})

test('a call about all orders says of which market, or is about every market', () => {
  const cancelAll = { modifyOrderOp: ModifyOrderOp.Cancel, forAll: true, orderID: 0n }
  const marketsOf = (change: object): readonly string[] =>
    factsOfModifyOrder(modifyOrder({ ...cancelAll, ...change }), null).markets
  assert.deepEqual(marketsOf({}), ['HK', 'ALL'])
  assert.deepEqual(marketsOf({ trdMarket: TrdMarket.HK }), ['HK'])
  assert.deepEqual(marketsOf({ trdMarket: TrdMarket.US }), ['HK', 'US'])
})

test('a change of all orders at once is not taken for a change of the one that is named', () => {
  const facts = factsOfModifyOrder(modifyOrder({ forAll: true, qty: 1 }), restingOrder())
  assert.equal(facts.after, null)
  assert.equal(facts.symbol, null)
})

test('an order known to rest in another market than the call claims touches that market too', () => {
  const order = restingOrder({ trdMarket: TrdMarket.US, secMarket: TrdSecMarket.US, code: 'AAPL' })
  assert.deepEqual(factsOfModifyOrder(modifyOrder({ qty: 1 }), order).markets, ['HK', 'US'])
  const cancel = modifyOrder({ modifyOrderOp: ModifyOrderOp.Cancel })
  assert.deepEqual(factsOfModifyOrder(cancel, order).markets, ['HK', 'US'])
})
