import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TrdSecMarket } from '../../proto/enums.ts'
import { estimateFee } from '../../src/fees/estimate-fee.ts'
import type { InstrumentKind } from '../../src/simulator/market/instrument.ts'
import { feesOf } from '../../src/simulator/trading/fees.ts'
import {
  APPLE,
  APPLE_CALL,
  CSI_FUND,
  MOUTAI,
  order,
  type Sample,
  TENCENT,
  TENCENT_CALL,
  TRACKER_FUND,
} from './sample-order.ts'

/** What the simulator lists in place of a sample. */
interface Twin {
  readonly of: Sample
  readonly secMarket: number
  readonly kind: InstrumentKind
}

const HK_STOCK: Twin = { of: TENCENT, secMarket: TrdSecMarket.HK, kind: 'stock' }
const HK_FUND: Twin = { of: TRACKER_FUND, secMarket: TrdSecMarket.HK, kind: 'etf' }
const HK_OPTION: Twin = { of: TENCENT_CALL, secMarket: TrdSecMarket.HK, kind: 'option' }
const US_STOCK: Twin = { of: APPLE, secMarket: TrdSecMarket.US, kind: 'stock' }
const US_OPTION: Twin = { of: APPLE_CALL, secMarket: TrdSecMarket.US, kind: 'option' }
const A_SHARE: Twin = { of: MOUTAI, secMarket: TrdSecMarket.CN_SH, kind: 'stock' }
const MAINLAND_FUND: Twin = { of: CSI_FUND, secMarket: TrdSecMarket.CN_SH, kind: 'etf' }

/** Items that the estimate and the simulator see differently: `[estimated, simulated]`, null where there is none. */
type Difference = Readonly<Record<string, readonly [string | null, string | null]>>

function differences({ of, secMarket, kind }: Twin, side: string, qty: number, price: number): Difference {
  const value = Math.round(qty * price * of.multiplier * 100)
  const simulated = feesOf({ secMarket, kind, isSell: side === 'SELL', qty, value })
  const theirs = new Map(simulated.map(({ title, amount }) => [title, (amount / 100).toFixed(2)]))
  const ours = new Map(estimateFee(order(of, side, qty, price))?.items.map(({ name, amount }) => [name, amount]))
  assert.notEqual(ours.size, 0)
  const names = [...new Set([...ours.keys(), ...theirs.keys()])].filter((name) => ours.get(name) !== theirs.get(name))
  return Object.fromEntries(names.map((name) => [name, [ours.get(name) ?? null, theirs.get(name) ?? null]]))
}

/**
 * Lots of 100 at 200.00 and more, in steps of 0.10. They pay more than the minimums of a cent that only the simulator
 * has, and a stamp duty of whole cents: the simulator rounds to the cent before it rounds up to the dollar.
 */
test('in Hong Kong and for A-shares the simulator charges what the schedules say', () => {
  const twins = fc.constantFrom(HK_STOCK, HK_FUND, HK_OPTION, A_SHARE)
  const side = fc.constantFrom('BUY', 'SELL')
  const price = fc.integer({ min: 2000, max: 100_000 }).map((dimes) => dimes / 10)
  fc.assert(
    fc.property(twins, side, fc.integer({ min: 1, max: 10_000 }), price, (twin, which, lots, at) => {
      assert.deepEqual(differences(twin, which, lots * 100, at), {})
    }),
  )
})

test('US purchases from 1.00 a share on cost the same in the simulator', () => {
  const price = fc.integer({ min: 100, max: 100_000 }).map((cents) => cents / 100)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), price, (qty, at) => {
      assert.deepEqual(differences(US_STOCK, 'BUY', qty, at), {})
    }),
  )
})

const DIFFERENCES: readonly (readonly [why: string, () => Difference, Difference])[] = [
  [
    'the simulator has a minimum of a cent for the levy of the FRC',
    () => differences(HK_STOCK, 'BUY', 100, 10),
    { 'FRC Levy': ['0.00', '0.01'] },
  ],
  [
    'the simulator drops a stamp duty of less than half a cent before it rounds up to the dollar',
    () => differences(HK_STOCK, 'BUY', 1, 30_000.01),
    { 'Stamp Duty': ['31.00', '30.00'] },
  ],
  [
    'the simulator keeps the rates of 2024 for sales in the US',
    () => differences(US_STOCK, 'SELL', 100_000, 50),
    { 'SEC Fee': ['103.00', '139.00'], 'Trading Activity Fee': ['9.79', '8.30'] },
  ],
  [
    'the simulator knows no maximum per cent for low prices in the US',
    () => differences(US_STOCK, 'BUY', 10_000, 0.2),
    { Commission: ['10.00', '49.00'], 'Platform Fee': ['10.00', '50.00'], 'Settlement Fee': ['20.00', '30.00'] },
  ],
  [
    'the simulator has older pass-through fees for options in the US, and no activity fee',
    () => differences(US_OPTION, 'SELL', 100, 10),
    {
      'Option Regulatory Fee': ['2.40', '1.20'],
      'Option Settlement Fee': ['2.50', '2.00'],
      'SEC Fee': ['2.06', '2.78'],
      'Trading Activity Fee': ['0.33', null],
    },
  ],
  [
    'the simulator taxes mainland funds like shares',
    () => differences(MAINLAND_FUND, 'SELL', 10_000, 4),
    {
      'Handling Fee': ['1.60', '1.36'],
      'Transfer Fee': ['0.80', '1.20'],
      'Securities Management Fee': [null, '0.80'],
      'Stamp Duty': [null, '20.00'],
    },
  ],
]

for (const [why, found, expected] of DIFFERENCES) {
  test(`estimate and simulator differ: ${why}`, () => assert.deepEqual(found(), expected))
}
