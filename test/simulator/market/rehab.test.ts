import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KLType, RehabType } from '../../../proto/enums.ts'
import { barPeriodOf } from '../../../src/simulator/market/bar-period.ts'
import type { Bar } from '../../../src/simulator/market/bar.ts'
import { barsBetween } from '../../../src/simulator/market/bars.ts'
import { corporateActionsOf, splitFactorAfter } from '../../../src/simulator/market/corporate-actions.ts'
import { Market } from '../../../src/simulator/market/market.ts'
import { adjustedPrice } from '../../../src/simulator/market/rehab.ts'
import { NOW_MS, securityOf } from './sample-securities.ts'

const market = new Market({ seed: 8 })
const DAY = barPeriodOf(KLType.Day)

function days(code: string, rehabType: number, from: string, to: string, nowMs = NOW_MS): readonly Bar[] {
  if (DAY === null) throw new Error('no day period')
  const security = securityOf(market, [11, code])
  return barsBetween(security, { period: DAY, rehabType, nowMs }, Date.parse(from), Date.parse(to), 1000)
}

test('a split cuts the raw price and leaves the adjusted one whole', () => {
  const raw = days('AAPL', RehabType.None, '2020-08-27', '2020-09-02')
  const forward = days('AAPL', RehabType.Forward, '2020-08-27', '2020-09-02')
  const [before, after] = [raw[1], raw[2]]
  const cut = (before?.close ?? 0) / (after?.open ?? 1)
  assert.ok(cut > 3.8 && cut < 4.2, `cut by ${cut}`)
  const step = (forward[1]?.close ?? 0) / (forward[2]?.open ?? 1)
  assert.ok(step > 0.95 && step < 1.05, `stepped by ${step}`)
})

test('the latest forward adjusted bars are the raw ones, and so are the first backward adjusted ones', () => {
  assert.deepEqual(
    days('AAPL', RehabType.Forward, '2026-11-10', '2026-11-20'),
    days('AAPL', RehabType.None, '2026-11-10', '2026-11-20'),
  )
  const first = (rehabType: number): readonly number[] =>
    days('TSLA', rehabType, '2010-06-28', '2010-08-01').map((bar) => bar.close)
  assert.deepEqual(first(RehabType.Backward), first(RehabType.None))
  assert.ok(first(RehabType.None).length > 15)
})

test('forward adjustment is the factors of every later action, in order', () => {
  const actions = corporateActionsOf(11, 'AAPL')
  const today = Math.floor(NOW_MS / 86_400_000)
  const raw = days('AAPL', RehabType.None, '2019-01-01', '2019-02-01')
  const forward = days('AAPL', RehabType.Forward, '2019-01-01', '2019-02-01')
  for (const [at, bar] of raw.entries()) {
    const later = actions.filter((action) => action.exDay > bar.timeMs / 86_400_000 && action.exDay <= today)
    let price = bar.close
    for (const action of later) {
      price = action.kind === 'split' ? (price * action.from) / action.to : price - action.amount
    }
    assert.ok(Math.abs((forward[at]?.close ?? 0) - price) < 1e-4)
  }
})

test('a split of the future adjusts nothing yet', () => {
  const nowMs = Date.parse('2020-08-20T12:00:00-04:00')
  const then = days('AAPL', RehabType.Forward, '2020-08-10', '2020-08-20', nowMs)
  const raw = days('AAPL', RehabType.None, '2020-08-10', '2020-08-20', nowMs)
  assert.deepEqual(then, raw)
})

test('backward adjustment undoes forward adjustment', () => {
  const actions = corporateActionsOf(1, '00700')
  const first = 12_600
  const last = 20_700
  for (const price of [100, 300.2, 512.5]) {
    const forward = adjustedPrice(price, RehabType.Forward, actions, first, last)
    assert.ok(Math.abs(adjustedPrice(forward, RehabType.Backward, actions, last, last) - price) < 1e-3)
  }
  assert.equal(splitFactorAfter(actions, first), 5)
  assert.equal(splitFactorAfter(actions, last), 1)
})

test('an ex-dividend day starts from the last close less the dividend', () => {
  const security = securityOf(market, [21, '600519'])
  const { calendar } = security.clock
  const exDay = corporateActionsOf(21, '600519').at(-1)
  if (exDay?.kind !== 'dividend') throw new Error('no dividend')
  const dayIndex = calendar.indexAtOrAfter(exDay.exDay)
  const { ladder } = security.listing
  const close = ladder.priceAt(security.series.dayBar(dayIndex - 1)?.close ?? 0)
  const reference = ladder.priceAt(security.series.dayBar(dayIndex)?.reference ?? 0)
  assert.ok(Math.abs(close - exDay.amount - reference) < 0.011)
})
