import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ModifyOrderOp, OrderStatus, OrderType, TrailType, TrdSide } from '../../proto/enums.ts'
import { moneyText } from '../../src/base/money.ts'
import { factsOfModifyOrder, factsOfPlaceOrder, type OrderFacts } from '../../src/limits/order-facts.ts'
import { needsLastPrice, valueOf, type OrderValue } from '../../src/limits/order-value.ts'
import { modifyOrder, placeOrder, restingOrder, SHARES } from './sample-orders.ts'

const FIVE_PERCENT = { digits: 5n, scale: 0 }
const NO_PRICE = { ...SHARES, lastPrice: null }

type Change = Parameters<typeof placeOrder>[0]

/** Last price 400, band 5 %: at market 100 shares are 42,000. */
const VALUES: readonly (readonly [string, Change, string])[] = [
  ['limit', {}, '30000.00'],
  ['limit off the ticks by floating point', { price: 0.1, qty: 3 }, '0.30'],
  ['fractional shares', { price: 123.4567, qty: 0.001 }, '0.1234567'],
  ['absolute limit', { orderType: OrderType.AbsoluteLimit }, '30000.00'],
  ['auction limit', { orderType: OrderType.AuctionLimit }, '30000.00'],
  ['special limit', { orderType: OrderType.SpecialLimit }, '30000.00'],
  ['special limit, all or none', { orderType: OrderType.SpecialLimit_All }, '30000.00'],
  ['limit that may be adjusted upwards', { adjustPrice: true, adjustSideAndLimit: 0.015 }, '30450.00'],
  ['limit that may be adjusted downwards', { adjustPrice: true, adjustSideAndLimit: -0.015 }, '30000.00'],
  ['limit with an adjustment that is off', { adjustPrice: false, adjustSideAndLimit: 0.5 }, '30000.00'],
  ['market, whose price is any number', { orderType: OrderType.Market, price: 0.01 }, '42000.00'],
  ['market sale', { orderType: OrderType.Market, trdSide: TrdSide.Sell }, '42000.00'],
  ['auction', { orderType: OrderType.Auction }, '42000.00'],
  ['TWAP at market', { orderType: OrderType.TWAP_MARKET }, '42000.00'],
  ['VWAP at market', { orderType: OrderType.VWAP_MARKET }, '42000.00'],
  ['TWAP with a limit', { orderType: OrderType.TWAP_LIMIT }, '30000.00'],
  ['VWAP with a limit', { orderType: OrderType.VWAP_LIMIT }, '30000.00'],
  ['stop above the market', { orderType: OrderType.Stop, auxPrice: 500 }, '52500.00'],
  ['stop below the market', { orderType: OrderType.Stop, auxPrice: 350, trdSide: TrdSide.Sell }, '42000.00'],
  ['stop limit', { orderType: OrderType.StopLimit, auxPrice: 500, price: 510 }, '51000.00'],
  ['market if touched', { orderType: OrderType.MarketifTouched, auxPrice: 350 }, '42000.00'],
  ['limit sale below the market', { trdSide: TrdSide.Sell, price: 0.01 }, '42000.00'],
  ['limit sale above the market', { trdSide: TrdSide.SellShort, price: 500 }, '50000.00'],
  ['auction limit sale', { trdSide: TrdSide.Sell, orderType: OrderType.AuctionLimit, price: 1 }, '42000.00'],
  ['VWAP limit sale', { trdSide: TrdSide.Sell, orderType: OrderType.VWAP_LIMIT, price: 1 }, '42000.00'],
  ['stop limit sale', stopLimitSale(350, 340), '42000.00'],
  ['stop limit sale above the market', stopLimitSale(500, 340), '52500.00'],
  ['stop limit sale at a high limit', stopLimitSale(500, 600), '60000.00'],
  ['purchase to cover', { trdSide: TrdSide.BuyBack }, '30000.00'],
  ['limit if touched', { orderType: OrderType.LimitifTouched, auxPrice: 350, price: 350 }, '35000.00'],
  ['trailing purchase, amount', trailing(TrdSide.Buy, TrailType.Amount, 20), '44100.00'],
  ['trailing purchase, per cent', trailing(TrdSide.BuyBack, TrailType.Ratio, 10), '46200.00'],
  ['trailing sale', trailing(TrdSide.Sell, TrailType.Amount, 20), '42000.00'],
  ['trailing short sale', trailing(TrdSide.SellShort, TrailType.Ratio, 10), '42000.00'],
  ['trailing limit purchase', { ...trailing(TrdSide.Buy, TrailType.Amount, 20), ...spread(5) }, '44625.00'],
  ['trailing limit sale', { ...trailing(TrdSide.Sell, TrailType.Amount, 20), ...spread(5) }, '42000.00'],
  ['by amount', { orderType: OrderType.Market, qty: 0, amount: 1500.5 }, '1500.50'],
  ['by amount and a quantity worth more', { qty: 100, amount: 1500.5 }, '30000.00'],
  ['by amount and a quantity worth less', { qty: 1, amount: 1500.5 }, '1500.50'],
]

function stopLimitSale(auxPrice: number, price: number): Change {
  return { orderType: OrderType.StopLimit, trdSide: TrdSide.SellShort, auxPrice, price }
}

for (const [name, change, value] of VALUES) {
  test(`value of an order: ${name}`, () => {
    const found = valueOf(factsOfPlaceOrder(placeOrder(change)), SHARES, FIVE_PERCENT)
    assert.deepEqual(texts(found), { total: value, added: value, problem: null, isInvalid: false })
  })
}

test('the contract multiplier counts: ten futures of 50 are five hundred', () => {
  const facts = factsOfPlaceOrder(placeOrder({ qty: 10, price: 20_000 }))
  const found = valueOf(facts, { ...SHARES, contractMultiplier: 50 }, FIVE_PERCENT)
  assert.equal(texts(found).total, '10000000.00')
})

test('the band of the key is exact, fractions included', () => {
  const facts = factsOfPlaceOrder(placeOrder({ orderType: OrderType.Market, qty: 1 }))
  assert.equal(texts(valueOf(facts, { ...SHARES, lastPrice: 0.7 }, { digits: 25n, scale: 1 })).total, '0.7175')
})

test('an order that cannot be valued has no value, and says why', () => {
  const cases: readonly (readonly [Change, typeof SHARES, string])[] = [
    [{ orderType: OrderType.Market }, NO_PRICE, 'there is no last price of the security'],
    [{ orderType: OrderType.Market }, { ...SHARES, lastPrice: 0 }, 'there is no last price of the security'],
    [{ orderType: OrderType.Market }, { ...SHARES, lastPrice: Number.NaN }, 'there is no last price of the security'],
    [{ trdSide: TrdSide.Sell }, NO_PRICE, 'there is no last price of the security'],
    [{ trdSide: TrdSide.Sell, price: 0 }, SHARES, 'price is missing or not above 0'],
    [{ orderType: OrderType.Stop, auxPrice: 500 }, NO_PRICE, 'there is no last price of the security'],
    [{}, { ...SHARES, contractMultiplier: null }, 'there is no contract multiplier of the security'],
    [{ price: undefined }, SHARES, 'price is missing or not above 0'],
    [{ price: 0 }, SHARES, 'price is missing or not above 0'],
    [{ price: -1 }, SHARES, 'price is missing or not above 0'],
    [{ orderType: OrderType.Stop }, SHARES, 'aux_price is missing or not above 0'],
    [{ orderType: OrderType.TrailingStop }, SHARES, 'trail_type and trail_value do not give a distance'],
    [trailing(TrdSide.Buy, TrailType.Unknown, 5), SHARES, 'trail_type and trail_value do not give a distance'],
    [{ ...trailing(TrdSide.Buy, TrailType.Amount, 20), ...spread(-5) }, SHARES, 'trail_spread is below 0'],
    [{ qty: 0 }, SHARES, 'qty is 0'],
    [{ orderType: OrderType.Unknown }, SHARES, 'order type 0 is not known'],
    [{ orderType: 20 }, SHARES, 'order type 20 is not known'],
  ]
  for (const [change, market, problem] of cases) {
    const found = valueOf(factsOfPlaceOrder(placeOrder(change)), market, FIVE_PERCENT)
    assert.deepEqual(found, { total: null, added: null, problem, isInvalid: false })
  }
})

test('a number that is none is found in every field', () => {
  const fields: readonly (readonly [Change, string])[] = [
    [{ qty: Number.NaN }, 'qty'],
    [{ qty: -1 }, 'qty'],
    [{ price: Infinity }, 'price'],
    [{ auxPrice: Number.NaN }, 'aux_price'],
    [{ trailValue: Number.NaN }, 'trail_value'],
    [{ trailSpread: -Infinity }, 'trail_spread'],
    [{ amount: -5 }, 'amount'],
    [{ adjustPrice: true, adjustSideAndLimit: Number.NaN }, 'adjust_side_and_limit'],
  ]
  for (const [change, name] of fields) {
    const found = valueOf(factsOfPlaceOrder(placeOrder(change)), SHARES, FIVE_PERCENT)
    assert.equal(found.isInvalid, true, name)
    assert.equal(found.problem, `${name} must be a finite number, 0 or more`)
  }
})

test('a modify adds what it makes the open part worth more', () => {
  const cases: readonly (readonly [string, Parameters<typeof modifyOrder>[0], object, string, string])[] = [
    ['more shares', { qty: 150 }, {}, '45000.00', '15000.00'],
    ['a higher price', { price: 301 }, {}, '30100.00', '100.00'],
    ['more shares of a part filled', { qty: 150 }, { fillQty: 60 }, '45000.00', '15000.00'],
    ['a higher price of what is left', { price: 310 }, { fillQty: 60 }, '31000.00', '400.00'],
    ['fewer shares at a higher price', { qty: 50, price: 700 }, {}, '35000.00', '5000.00'],
    ['fewer shares', { qty: 50 }, {}, '15000.00', '0.00'],
    ['a lower price', { price: 200 }, {}, '20000.00', '0.00'],
    ['nothing', {}, {}, '30000.00', '0.00'],
    ['an order that is not live', { qty: 100 }, { orderStatus: OrderStatus.Disabled }, '30000.00', '30000.00'],
    ['an order nobody can tell the state of', {}, { orderStatus: OrderStatus.TimeOut }, '30000.00', '30000.00'],
    [
      'enabling',
      { modifyOrderOp: ModifyOrderOp.Enable },
      { orderStatus: OrderStatus.Disabled },
      '30000.00',
      '30000.00',
    ],
    ['adjusting upwards', { adjustPrice: true, adjustSideAndLimit: 0.01 }, {}, '30300.00', '300.00'],
    ['a higher price of a filled order', { price: 310 }, { fillQty: 100 }, '31000.00', '0.00'],
    ['a stop moved up', { auxPrice: 500 }, { orderType: OrderType.Stop, auxPrice: 450 }, '52500.00', '5250.00'],
  ]
  for (const [name, change, order, total, added] of cases) {
    const facts = factsOfModifyOrder(modifyOrder(change), restingOrder(order))
    assert.deepEqual(
      texts(valueOf(facts, SHARES, FIVE_PERCENT)),
      { total, added, problem: null, isInvalid: false },
      name,
    )
  }
})

test('an order without a price can be made smaller while no price can be had, but not larger', () => {
  const order = restingOrder({ orderType: OrderType.Market })
  const smaller = valueOf(factsOfModifyOrder(modifyOrder({ qty: 50 }), order), NO_PRICE, FIVE_PERCENT)
  assert.deepEqual(smaller, { total: null, added: 0n, problem: null, isInvalid: false })
  const larger = valueOf(factsOfModifyOrder(modifyOrder({ qty: 101 }), order), NO_PRICE, FIVE_PERCENT)
  assert.equal(larger.problem, 'there is no last price of the security')
})

test('a modify of an order that is not known cannot be valued', () => {
  const found = valueOf(factsOfModifyOrder(modifyOrder({ qty: 1 }), null), SHARES, FIVE_PERCENT)
  assert.equal(found.problem, 'the order to modify is not known')
})

test('growing an order in steps adds up to what placing it at once is worth', () => {
  const qty = fc.integer({ min: 1, max: 1000 })
  fc.assert(
    fc.property(qty, fc.array(qty, { maxLength: 8 }), fc.integer({ min: 1, max: 99_999 }), (first, steps, cents) => {
      const price = cents / 100
      const place = valueOf(factsOfPlaceOrder(placeOrder({ qty: first, price })), SHARES, FIVE_PERCENT)
      let total = place.added ?? 0n
      let now = first
      let most = first
      for (const step of steps) {
        const facts = factsOfModifyOrder(modifyOrder({ qty: step }), restingOrder({ qty: now, price }))
        total += valueOf(facts, SHARES, FIVE_PERCENT).added ?? 0n
        now = step
        most = Math.max(most, step)
      }
      const atOnce = valueOf(factsOfPlaceOrder(placeOrder({ qty: most, price })), SHARES, FIVE_PERCENT).added ?? 0n
      // Never less than the largest size it had: shrinking gives nothing back.
      assert.ok(total >= atOnce)
      if (steps.every((step, index) => step >= (steps[index - 1] ?? first))) assert.equal(total, atOnce)
    }),
  )
})

test('a price is looked up only for orders that need one', () => {
  const needs = (change: Change): boolean => needsLastPrice(factsOfPlaceOrder(placeOrder(change)))
  assert.equal(needs({}), false)
  assert.equal(needs({ orderType: OrderType.StopLimit }), false)
  assert.equal(needs({ orderType: OrderType.Market }), true)
  assert.equal(needs({ orderType: OrderType.TrailingStopLimit }), true)
  const modify: OrderFacts = factsOfModifyOrder(modifyOrder({ qty: 5 }), restingOrder({ orderType: OrderType.Auction }))
  assert.equal(needsLastPrice(modify), true)
})

function trailing(trdSide: number, trailType: number, trailValue: number): Change {
  return { orderType: OrderType.TrailingStop, trdSide, trailType, trailValue }
}

function spread(trailSpread: number): Change {
  return { orderType: OrderType.TrailingStopLimit, trailSpread }
}

function texts({ total, added, problem, isInvalid }: OrderValue): Record<keyof OrderValue, unknown> {
  const text = (value: bigint | null): string | null => (value === null ? null : moneyText(value))
  return { total: text(total), added: text(added), problem, isInvalid }
}

test('whatever an exchange may trade an order at, its value is no less', () => {
  const types = [1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
  const price = fc.integer({ min: 1, max: 2_000 })
  fc.assert(
    fc.property(
      fc.record({ orderType: fc.constantFrom(...types), trdSide: fc.constantFrom(1, 2, 3, 4), price, auxPrice: price }),
      fc.record({ last: price, fillQty: fc.integer({ min: 1, max: 100 }) }),
      // Where the market trades when the order does, within the band of the price that was known.
      fc.record({ drift: fc.double({ min: -0.05, max: 0.05, noNaN: true }), trail: fc.integer({ min: 1, max: 50 }) }),
      (order, { last, fillQty }, { drift, trail }) => {
        const facts = factsOfPlaceOrder(
          placeOrder({ ...order, qty: 100, trailType: TrailType.Amount, trailValue: trail, trailSpread: 3 }),
        )
        const value = valueOf(facts, { ...SHARES, lastPrice: last }, FIVE_PERCENT)
        if (value.total === null) return
        const traded = tradedAt(order, last, drift)
        if (traded === null) return
        const cents = BigInt(Math.floor(traded * fillQty * 100))
        assert.ok(
          cents * 10_000_000n <= value.total,
          `${traded} x ${fillQty} is worth more than ${moneyText(value.total)}`,
        )
      },
    ),
    { numRuns: 2_000 },
  )
})

/** The price at which a fair exchange fills an order, with the market that far from the last price; null where it does not. */
function tradedAt(
  order: { readonly orderType: number; readonly trdSide: number; readonly price: number; readonly auxPrice: number },
  last: number,
  drift: number,
): number | null {
  const isBuy = order.trdSide === TrdSide.Buy || order.trdSide === TrdSide.BuyBack
  const triggers: readonly number[] = [
    OrderType.Stop,
    OrderType.StopLimit,
    OrderType.MarketifTouched,
    OrderType.LimitifTouched,
  ]
  const unlimited: readonly number[] = [
    OrderType.Market,
    OrderType.Auction,
    OrderType.Stop,
    OrderType.MarketifTouched,
    OrderType.TrailingStop,
    OrderType.TWAP_MARKET,
    OrderType.VWAP_MARKET,
  ]
  // A trigger is touched at its own price, and the market drifts from there.
  const market = (triggers.includes(order.orderType) ? order.auxPrice : last) * (1 + drift)
  if (unlimited.includes(order.orderType) || order.orderType === OrderType.TrailingStopLimit) return market
  if (isBuy) return market <= order.price ? market : order.price
  // A sale rests until the market comes to its limit, and trades there or better.
  return Math.max(market, order.price)
}
