import assert from 'node:assert/strict'
import { test } from 'node:test'
import { QotMarketState } from '../../../proto/enums.ts'
import { Market } from '../../../src/simulator/market/market.ts'
import { Watchlists } from '../../../src/simulator/market/watchlists.ts'
import { NOW_MS, securityOf } from './sample-securities.ts'

const market = new Market({ seed: 9 })

test('every listed security has a price, a book and its own code', () => {
  const seen = new Set<string>()
  for (const instrument of market.securities()) {
    const key = `${instrument.market}.${instrument.code}`
    assert.ok(!seen.has(key), `${key} is listed twice`)
    seen.add(key)
    assert.equal(market.instrument(instrument.market, instrument.code), instrument)
    assert.ok(market.lastPrice(instrument, NOW_MS) > 0, key)
    assert.ok(market.isOnTick(instrument, market.lastPrice(instrument, NOW_MS)), key)
    assert.ok(market.book(instrument, NOW_MS).asks.length > 0 || instrument.kind === 'warrant', key)
  }
  for (const kind of ['stock', 'etf', 'index', 'future', 'warrant']) {
    assert.ok(
      [...market.securities()].some((instrument) => instrument.kind === kind),
      kind,
    )
  }
})

test('with a time the lists include the options and months of that day', () => {
  const kinds = new Set([...market.securities(NOW_MS)].map(({ kind }) => kind))
  assert.deepEqual([...kinds].toSorted(), ['etf', 'future', 'index', 'option', 'stock', 'warrant'])
})

test('an unknown code is null, and a market by its old futures number is the same market', () => {
  assert.equal(market.instrument(1, '99999'), null)
  assert.equal(market.instrument(99, '00700'), null)
  assert.equal(market.instrument(2, 'HSImain'), market.instrument(1, 'HSImain'))
})

test('price limits are ten percent in Shanghai, twenty on STAR, and none in Hong Kong', () => {
  const moutai = securityOf(market, [21, '600519'])
  const band = market.priceBand(moutai.instrument, NOW_MS)
  const reference = moutai.listing.ladder.priceAt(moutai.series.dayBar(moutai.clock.dayIndexAt(NOW_MS))?.reference ?? 0)
  assert.ok(Math.abs((band?.high ?? 0) - reference * 1.1) < 0.006)
  assert.ok(Math.abs((band?.low ?? 0) - reference * 0.9) < 0.006)
  const star = market.priceBand(securityOf(market, [21, '688981']).instrument, NOW_MS)
  assert.ok((star?.high ?? 0) / (star?.low ?? 1) > 1.45)
  assert.equal(market.priceBand(securityOf(market, [1, '00700']).instrument, NOW_MS), null)
})

test("today's price limits hold before the open", () => {
  const { instrument } = securityOf(market, [21, '600519'])
  const beforeOpen = market.priceBand(instrument, Date.parse('2026-11-20T09:00:00+08:00'))
  assert.deepEqual(beforeOpen, market.priceBand(instrument, Date.parse('2026-11-20T10:00:00+08:00')))
  assert.notDeepEqual(beforeOpen, market.priceBand(instrument, Date.parse('2026-11-19T15:00:00+08:00')))
})

test('the trading state follows the clock', () => {
  const tencent = securityOf(market, [1, '00700']).instrument
  const stateAt = (time: string): readonly [boolean, number, string] => {
    const { isOpen, marketState, tradingDate } = market.tradingState(tencent, Date.parse(`${time}+08:00`))
    return [isOpen, marketState, tradingDate]
  }
  assert.deepEqual(stateAt('2026-11-20T09:29:00'), [false, QotMarketState.WaitingOpen, '2026-11-19'])
  assert.deepEqual(stateAt('2026-11-20T09:30:00'), [true, QotMarketState.Morning, '2026-11-20'])
  assert.deepEqual(stateAt('2026-11-20T12:30:00'), [false, QotMarketState.Rest, '2026-11-20'])
  assert.deepEqual(stateAt('2026-11-22T12:30:00'), [false, QotMarketState.Closed, '2026-11-20'])
})

test('a market that never closes trades on Sundays, and its bars add up all the same', () => {
  const open = new Market({ seed: 9, hours: 'always' })
  const sunday = Date.parse('2026-11-22T03:00:00+08:00')
  for (const instrument of open.securities()) {
    assert.ok(open.tradingState(instrument, sunday).isOpen, instrument.code)
    assert.ok(
      open.ticksBetween(instrument, sunday - 120_000, sunday).length > 0 || instrument.kind === 'warrant',
      instrument.code,
    )
  }
  const security = securityOf(open, [11, 'AAPL'])
  const dayIndex = security.clock.dayIndexAt(sunday)
  const bars = security.series.minuteBars(dayIndex, 'regular')
  assert.equal(bars?.length, 1440)
  assert.equal(bars?.volumeThrough[1439], security.series.dayBar(dayIndex)?.volume)
  assert.deepEqual(new Set(Object.values(open.marketStates(sunday))), new Set([3, 5, 13, 23]))
})

test('synthetic securities trade ten times a second when told so', () => {
  const busy = new Market({ seed: 9, synthetic: { count: 20, ticksPerMinute: 600 } })
  const codes = [...busy.securities()].map(({ code }) => code).filter((code) => code.startsWith('S0'))
  assert.equal(codes.length, 20)
  let prints = 0
  for (const code of codes) {
    prints += busy.ticksBetween(securityOf(busy, [1, code]).instrument, NOW_MS - 60_000, NOW_MS).length
  }
  assert.ok(prints > 20 * 450 && prints < 20 * 750, `${prints} prints in a minute`)
})

test('watchlists keep what is added, and survive a restart', () => {
  const lists = new Watchlists()
  const security = { market: 1, code: '00005' }
  assert.ok(lists.add('自选一', [security]))
  assert.ok(!lists.add('no such group', [security]))
  const restored = new Watchlists()
  restored.restore(JSON.parse(JSON.stringify(lists.save())) as ReturnType<Watchlists['save']>)
  assert.deepEqual(restored.custom('自选一'), lists.custom('自选一'))
  assert.deepEqual(restored.custom('自选一')?.at(-1), security)
  restored.moveOut('自选一', [security])
  assert.ok(!restored.custom('自选一')?.some(({ code }) => code === '00005'))
  restored.remove([{ market: 1, code: '00700' }])
  assert.ok(!restored.all().some(({ code }) => code === '00700'))
})

test('a watchlist cannot grow without end', () => {
  const lists = new Watchlists()
  const many = Array.from({ length: 600 }, (_, at) => ({ market: 1, code: String(at) }))
  assert.ok(!lists.add('自选一', many))
  assert.ok((lists.custom('自选一')?.length ?? 0) < 10)
})
