import assert from 'node:assert/strict'
import { test } from 'node:test'
import { futureClasses } from '../../../src/simulator/market/future-class.ts'
import { parseFutureCode } from '../../../src/simulator/market/future-code.ts'
import { frontMonth, lastTradingDay, listedMonths } from '../../../src/simulator/market/future-months.ts'
import { dateText, epochDayOf } from '../../../src/base/time/civil-date.ts'
import { Market } from '../../../src/simulator/market/market.ts'
import { warrantSlots } from '../../../src/simulator/market/warrant-slots.ts'
import { NOW_MS, securityOf } from './sample-securities.ts'

const market = new Market({ seed: 4 })
const NOVEMBER = 2026 * 12 + 10

test('the main contract is its front month, print by print', () => {
  const main = securityOf(market, [1, 'HSImain'])
  const front = securityOf(market, [1, 'HSI2611'])
  assert.deepEqual(front.stateAt(NOW_MS), main.stateAt(NOW_MS))
  const dayIndex = main.clock.dayIndexAt(NOW_MS)
  assert.deepEqual(front.series.minuteBars(dayIndex, 'regular'), main.series.minuteBars(dayIndex, 'regular'))
})

test('far months cost their carry', () => {
  const lasts = ['HSI2611', 'HSI2612', 'HSI2703', 'HSI2706'].map((code) => {
    const security = securityOf(market, [1, code])
    return security.stateAt(NOW_MS)?.last ?? 0
  })
  assert.deepEqual(
    lasts,
    lasts.toSorted((one, other) => one - other),
  )
  assert.ok((lasts[3] ?? 0) / (lasts[0] ?? 1) < 1.02)
})

test('months roll on after their last trading day', () => {
  const [hsi] = futureClasses()
  const es = futureClasses().find((one) => one.prefix === 'ES')
  if (hsi === undefined || es === undefined) throw new Error('no futures')
  assert.equal(dateText(lastTradingDay(hsi, NOVEMBER)), '2026-11-27')
  assert.equal(frontMonth(hsi, epochDayOf(2026, 11, 27)), NOVEMBER)
  assert.equal(frontMonth(hsi, epochDayOf(2026, 11, 30)), NOVEMBER + 1)
  assert.deepEqual(
    listedMonths(hsi, epochDayOf(2026, 11, 20)).map((month) => month - NOVEMBER),
    [0, 1, 4, 7],
  )
  assert.deepEqual(
    listedMonths(es, epochDayOf(2026, 11, 20)).map((month) => month - NOVEMBER),
    [1, 4, 7, 10, 13],
  )
  assert.equal(parseFutureCode(1, 'HSI2613'), null)
  assert.equal(parseFutureCode(11, 'ES2611'), null)
})

test('a fund that holds an index is worth its fraction of it', () => {
  const fund = securityOf(market, [1, '02800'])
  const index = securityOf(market, [1, '800000'])
  const state = fund.stateAt(NOW_MS)
  const at = index.stateAt(state?.timeMs ?? 0)
  const expected = index.listing.ladder.priceAt(at?.last ?? 0) / 1000
  const price = fund.listing.ladder.priceAt(state?.last ?? 0)
  assert.ok(Math.abs(price - expected) <= fund.listing.ladder.tickAt(price) / 2 + 1e-9)
})

test('calls and bulls rise with their owner, puts and bears fall', () => {
  const owner = securityOf(market, [1, '00700'])
  const dayIndex = owner.clock.dayIndexAt(NOW_MS)
  const spot = owner.listing.ladder.priceAt(owner.series.dayBar(dayIndex)?.close ?? 0)
  for (const slot of warrantSlots().filter(({ ownerCode }) => ownerCode === '00700')) {
    const { derivative } = securityOf(market, [1, slot.code])
    if (derivative.kind !== 'warrant') throw new Error(`${slot.code} is no warrant`)
    const { issue } = derivative
    const change = issue.priceOn(dayIndex, spot * 1.02) - issue.priceOn(dayIndex, spot)
    assert.ok(issue.isCall ? change > 0 : change < 0, slot.name)
  }
})

test('a warrant code is given to a new issue when the last one ends', () => {
  for (const slot of warrantSlots().slice(0, 12)) {
    const { derivative, clock } = securityOf(market, [1, slot.code])
    if (derivative.kind !== 'warrant') throw new Error(`${slot.code} is no warrant`)
    const terms = derivative.issue.termsOn(clock.dayIndexAt(NOW_MS))
    assert.ok(terms.firstDay <= clock.dayIndexAt(NOW_MS) && clock.dayIndexAt(NOW_MS) <= terms.lastDay)
    assert.equal(derivative.issue.termsOn(terms.lastDay + 1).firstDay, terms.lastDay + 1)
    assert.deepEqual(derivative.issue.termsOn(terms.lastDay), terms)
  }
})

test('a called bull or bear contract trades to the end of that day and never again', () => {
  let called = 0
  for (let seed = 0; seed < 12; seed++) {
    const other = new Market({ seed })
    for (const slot of warrantSlots().filter(({ type }) => type >= 3)) {
      const security = securityOf(other, [1, slot.code])
      if (security.derivative.kind !== 'warrant') throw new Error(`${slot.code} is no warrant`)
      const { issue } = security.derivative
      const terms = issue.termsOn(security.clock.dayIndexAt(NOW_MS))
      const day = issue.calledOn(terms.lastDay)
      if (day === null) continue
      called++
      const owner = issue.owner.dayBar(day)
      const { ladder } = issue.owner.listing
      const extreme = ladder.priceAt(issue.isCall ? (owner?.low ?? 0) : (owner?.high ?? 0))
      assert.ok(issue.isCall ? extreme <= terms.recoveryPrice : extreme >= terms.recoveryPrice)
      assert.notEqual(security.series.dayBar(day), null)
      if (day < terms.lastDay) assert.equal(security.series.dayBar(day + 1), null)
      assert.ok(!issue.wasCalledBefore(day))
    }
  }
  assert.ok(called > 0, 'no contract was called: the test shows nothing')
})
