import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SecurityType } from '../../proto/enums.ts'
import { estimateFee, type FeeOrder } from '../../src/fees/estimate-fee.ts'
import {
  APPLE,
  APPLE_CALL,
  CSI_FUND,
  MOUTAI,
  order,
  SAMPLES,
  TENCENT,
  TENCENT_CALL,
  TRACKER_FUND,
} from './sample-order.ts'

type Example = readonly [name: string, order: FeeOrder, amount: string, items: Readonly<Record<string, string>>]

/** Every amount is worked out by hand from the published rates. */
const EXAMPLES: readonly Example[] = [
  [
    // 30,000: 0.03 % 9; 0.0042 % 1.26; 0.0027 % 0.81; 0.00565 % 1.695; 0.00015 % 0.045; 0.1 % 30.
    'a Hong Kong stock',
    order(TENCENT, 'BUY', 100, 300),
    '57.82',
    {
      Commission: '9.00',
      'Platform Fee': '15.00',
      'Settlement Fee': '1.26',
      'SFC Levy': '0.81',
      'Trading Fee': '1.70',
      'FRC Levy': '0.05',
      'Stamp Duty': '30.00',
    },
  ],
  [
    // 2,001: 0.03 % is 0.60, so 3; 0.0840; 0.0540; 0.1131; 0.0030; a stamp duty of 2.001 counts as 3.
    'minimum commission, and stamp duty rounded up to the dollar',
    order(TENCENT, 'SELL', 100, 20.01),
    '21.24',
    {
      Commission: '3.00',
      'Platform Fee': '15.00',
      'Settlement Fee': '0.08',
      'SFC Levy': '0.05',
      'Trading Fee': '0.11',
      'FRC Levy': '0.00',
      'Stamp Duty': '3.00',
    },
  ],
  [
    // 100: both levies are below their minimum of a cent, and 0.10 of stamp duty is a whole dollar.
    'the smallest levies',
    order(TENCENT, 'BUY', 100, 1),
    '19.02',
    {
      Commission: '3.00',
      'Platform Fee': '15.00',
      'Settlement Fee': '0.00',
      'SFC Levy': '0.01',
      'Trading Fee': '0.01',
      'FRC Levy': '0.00',
      'Stamp Duty': '1.00',
    },
  ],
  [
    // 10,000: 3; 15; 0.42; 0.27; 0.565; 0.015; no stamp duty.
    'a fund in Hong Kong',
    order(TRACKER_FUND, 'SELL', 500, 20),
    '19.28',
    {
      Commission: '3.00',
      'Platform Fee': '15.00',
      'Settlement Fee': '0.42',
      'SFC Levy': '0.27',
      'Trading Fee': '0.57',
      'FRC Levy': '0.02',
    },
  ],
  [
    // 2 x 10.50 x 100 is 2,100: 0.2 % 4.20; 15; 2 x 3.
    'an option in Hong Kong',
    order(TENCENT_CALL, 'SELL', 2, 10.5),
    '25.20',
    { Commission: '4.20', 'Platform Fee': '15.00', 'Trading Tariff': '6.00' },
  ],
  [
    // 1,000 shares: 4.90; 5; 3. Nothing that only sellers pay.
    'a purchase in the US',
    order(APPLE, 'BUY', 1000, 200),
    '12.90',
    { Commission: '4.90', 'Platform Fee': '5.00', 'Settlement Fee': '3.00' },
  ],
  [
    // The same sold, 200,000: 20.60 a million is 4.12; 1,000 x 0.000195 is 0.195.
    'a sale in the US',
    order(APPLE, 'SELL', 1000, 200),
    '17.22',
    {
      Commission: '4.90',
      'Platform Fee': '5.00',
      'Settlement Fee': '3.00',
      'SEC Fee': '4.12',
      'Trading Activity Fee': '0.20',
    },
  ],
  [
    'a short sale of one share pays every minimum',
    order(APPLE, 'SELL_SHORT', 1, 10),
    '2.01',
    {
      Commission: '0.99',
      'Platform Fee': '1.00',
      'Settlement Fee': '0.00',
      'SEC Fee': '0.01',
      'Trading Activity Fee': '0.01',
    },
  ],
  [
    // 2,950: 24.50 and 25 are lowered to 0.5 %, 14.75 each; 15 is below 1 %.
    'a low price: at most a half per cent each',
    order(APPLE, 'BUY', 5000, 0.59),
    '44.50',
    { Commission: '14.75', 'Platform Fee': '14.75', 'Settlement Fee': '15.00' },
  ],
  [
    // 10: a half per cent is 0.05, but the minimum stands. A settlement fee of 0.15 is lowered to 1 %.
    'a low price: the minimum is above the maximum per cent',
    order(APPLE, 'BUY_BACK', 50, 0.2),
    '2.09',
    { Commission: '0.99', 'Platform Fee': '1.00', 'Settlement Fee': '0.10' },
  ],
  [
    // 500,000: 490; 500; 300; 10.30; 19.50 is lowered to 9.79.
    'the activity fee has a maximum',
    order(APPLE, 'SELL', 100_000, 5),
    '1310.09',
    {
      Commission: '490.00',
      'Platform Fee': '500.00',
      'Settlement Fee': '300.00',
      'SEC Fee': '10.30',
      'Trading Activity Fee': '9.79',
    },
  ],
  [
    // 3 contracts: 1.95, so 1.99; 0.90; 0.072; 0.075.
    'options bought in the US',
    order(APPLE_CALL, 'BUY', 3, 2.5),
    '3.04',
    {
      Commission: '1.99',
      'Platform Fee': '0.90',
      'Option Regulatory Fee': '0.07',
      'Option Settlement Fee': '0.08',
    },
  ],
  [
    // 10 contracts, 2,500: 6.50; 3; 0.24; 0.25; 0.0515; 0.0329.
    'options sold in the US',
    order(APPLE_CALL, 'SELL', 10, 2.5),
    '10.07',
    {
      Commission: '6.50',
      'Platform Fee': '3.00',
      'Option Regulatory Fee': '0.24',
      'Option Settlement Fee': '0.25',
      'SEC Fee': '0.05',
      'Trading Activity Fee': '0.03',
    },
  ],
  [
    // 150,000: 45; 15; 5.115; 3; 4.50.
    'an A-share bought',
    order(MOUTAI, 'BUY', 100, 1500),
    '72.62',
    {
      Commission: '45.00',
      'Platform Fee': '15.00',
      'Handling Fee': '5.12',
      'Securities Management Fee': '3.00',
      'Transfer Fee': '4.50',
    },
  ],
  [
    // The same sold: 0.05 % is 75 more.
    'an A-share sold',
    order(MOUTAI, 'SELL', 100, 1500),
    '147.62',
    {
      Commission: '45.00',
      'Platform Fee': '15.00',
      'Handling Fee': '5.12',
      'Securities Management Fee': '3.00',
      'Transfer Fee': '4.50',
      'Stamp Duty': '75.00',
    },
  ],
  [
    // 40,000: 12; 15; 0.004 % 1.60; 0.002 % 0.80.
    'a fund in Shanghai sold',
    order(CSI_FUND, 'SELL', 10_000, 4),
    '29.40',
    { Commission: '12.00', 'Platform Fee': '15.00', 'Handling Fee': '1.60', 'Transfer Fee': '0.80' },
  ],
]

for (const [name, asked, amount, items] of EXAMPLES) {
  test(`fee of an order: ${name}`, () => {
    const found = estimateFee(asked)
    assert.deepEqual(Object.fromEntries(found?.items.map((item) => [item.name, item.amount]) ?? []), items)
    assert.equal(found?.amount, amount)
    assert.equal(found.currency, asked.currency)
  })
}

test('FINRA charges nothing for sales of the last quarter of 2026, by the days of New York', () => {
  const fees = (atMs: number): readonly (string | undefined)[] =>
    [APPLE, APPLE_CALL].map((of) => estimateFee(order(of, 'SELL', 1000, 200, { atMs }))?.items.at(-1)?.name)
  const charged = ['Trading Activity Fee', 'Trading Activity Fee']
  const free = ['SEC Fee', 'SEC Fee']
  assert.deepEqual(fees(Date.parse('2026-09-30T23:59:59.999-04:00')), charged)
  assert.deepEqual(fees(Date.parse('2026-10-01T00:00:00.000-04:00')), free)
  assert.deepEqual(fees(Date.parse('2026-12-31T23:59:59.999-05:00')), free)
  assert.deepEqual(fees(Date.parse('2027-01-01T00:00:00.000-05:00')), charged)
})

test('warrants and bonds in Hong Kong are free of stamp duty, as funds are', () => {
  for (const securityType of [SecurityType.Warrant, SecurityType.Bwrt, SecurityType.Bond]) {
    const found = estimateFee(order(TENCENT, 'BUY', 500, 20, { securityType }))
    assert.deepEqual(found, estimateFee(order(TRACKER_FUND, 'BUY', 500, 20)))
  }
})

/** What there is no honest estimate for. */
const UNKNOWN: readonly (readonly [string, FeeOrder])[] = [
  ['no symbol', order(TENCENT, 'BUY', 100, 300, { symbol: null })],
  ['no kind', order(TENCENT, 'BUY', 100, 300, { securityType: null })],
  ['no side', order(TENCENT, 'BUY', 100, 300, { side: null })],
  ['a side nobody knows', order(TENCENT, 'HOLD', 100, 300)],
  ['no price', order(TENCENT, 'BUY', 100, 300, { value: null })],
  ['worth nothing', order(TENCENT, 'BUY', 100, 0)],
  ['by amount', order(APPLE, 'BUY', 1, 300, { qty: 0 })],
  ['a quantity that is none', order(APPLE, 'BUY', 1, 300, { qty: Number.NaN })],
  ['another currency', order(TENCENT, 'BUY', 100, 300, { currency: 'USD' })],
  ['no currency', order(TENCENT, 'BUY', 100, 300, { currency: null })],
  ['a renminbi counter', order(TENCENT, 'BUY', 100, 300, { symbol: 'HK.80700' })],
  ['a fraction of a share', order(APPLE, 'BUY', 0.5, 300)],
  ['a future in Hong Kong', order(TENCENT, 'BUY', 1, 20_000, { symbol: 'HK.HSI2612', securityType: 10 })],
  ['a future in the US', order(APPLE, 'BUY', 1, 6000, { symbol: 'US.ESmain', securityType: 10 })],
  ['an option on an index', order(TENCENT_CALL, 'BUY', 1, 300, { symbol: 'HK.HSI261230C20000000' })],
  ['an option on an index in the US', order(APPLE_CALL, 'BUY', 1, 30, { symbol: 'US.SPXW261218C6000000' })],
  ['an option on a mainland fund', order(CSI_FUND, 'BUY', 1, 4, { securityType: SecurityType.Drvt })],
  ['an index', order(TENCENT, 'BUY', 1, 20_000, { symbol: 'HK.800000', securityType: SecurityType.Index })],
  ['Singapore', order(TENCENT, 'BUY', 100, 3, { symbol: 'SG.D05', currency: 'SGD' })],
  ['Japan', order(TENCENT, 'BUY', 100, 3000, { symbol: 'JP.7203', currency: 'JPY' })],
  ['a coin', order(APPLE, 'BUY', 1, 90_000, { symbol: 'CC.BTCUSD', securityType: SecurityType.Crypto })],
  ['a code without a market', order(TENCENT, 'BUY', 100, 300, { symbol: '00700' })],
]

for (const [name, asked] of UNKNOWN) {
  test(`no fee is told for an order: ${name}`, () => assert.equal(estimateFee(asked), null))
}

const anySample = fc.constantFrom(...SAMPLES)
const anyQty = fc.integer({ min: 1, max: 10_000_000 })
const anyPrice = fc.integer({ min: 1, max: 100_000_000 }).map((mills) => mills / 1000)

function centsOf(text: string | undefined): bigint {
  assert.match(text ?? 'null', /^\d+\.\d\d$/)
  return BigInt((text ?? '').replace('.', ''))
}

test('the amount is the sum of the items, none is below zero, and all have two decimals', () => {
  fc.assert(
    fc.property(anySample, fc.constantFrom('BUY', 'SELL'), anyQty, anyPrice, (of, side, qty, price) => {
      const found = estimateFee(order(of, side, qty, price))
      const sum = found?.items.reduce((cents, { amount }) => cents + centsOf(amount), 0n)
      assert.equal(centsOf(found?.amount), sum)
    }),
  )
})

test('more of the same never costs less, and a sale never less than a purchase', () => {
  fc.assert(
    fc.property(anySample, anyQty, anyQty, anyPrice, (of, qty, more, price) => {
      const fee = (side: string, shares: number): bigint => centsOf(estimateFee(order(of, side, shares, price))?.amount)
      for (const side of ['BUY', 'SELL']) assert.ok(fee(side, qty + more) >= fee(side, qty))
      assert.ok(fee('SELL', qty) >= fee('BUY', qty))
    }),
  )
})
