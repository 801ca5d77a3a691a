import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KLType, RehabType } from '../../../proto/enums.ts'
import { barPeriodOf } from '../../../src/simulator/market/bar-period.ts'
import { latestBars } from '../../../src/simulator/market/bars.ts'
import { Market } from '../../../src/simulator/market/market.ts'
import { readTape, type RecordedTick } from '../../../src/simulator/market/replay-tape.ts'
import { securityOf } from './sample-securities.ts'

const HEADER = 'time,market,code,price,volume,direction'

/** Two days of a quiet stock: prints in some minutes, none in most, and a closing auction. */
const RECORDING = `${HEADER}
2026-11-19T09:30:05+08:00,HK,00700,600,200,BUY
2026-11-19T15:59:59.900+08:00,HK,00700,602.5,100,SELL
2026-11-19T16:08:10+08:00,HK,00700,603,1000,NEUTRAL
2026-11-20T09:30:00+08:00,HK,00700,610,500,NEUTRAL
2026-11-20T09:30:30+08:00,HK,00700,612.5,100,BUY
2026-11-20T09:30:59.999+08:00,HK,00700,605,300,SELL

2026-11-20T11:00:10+08:00,HK,00700,607.5,400,BUY
2026-11-20T09:31:00-05:00,US,AAPL,250.01,10,1
`

function tape(text: string): readonly RecordedTick[] {
  const reading = readTape(text)
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems))
  return reading.ticks
}

function at(time: string): number {
  return Date.parse(`2026-11-${time}+08:00`)
}

test('a recorded security shows its prints and nothing else', () => {
  const market = new Market({ seed: 1, replay: tape(RECORDING) })
  const { instrument } = securityOf(market, [1, '00700'])
  assert.equal(market.lastPrice(instrument, at('19T09:30:04')), 0)
  assert.equal(market.lastPrice(instrument, at('19T09:30:05')), 600)
  assert.equal(market.lastPrice(instrument, at('19T16:00:00')), 602.5)
  assert.equal(market.lastPrice(instrument, at('19T17:00:00')), 603)
  assert.equal(market.lastPrice(instrument, at('20T09:29:59')), 603)
  assert.equal(market.lastPrice(instrument, at('20T12:30:00')), 607.5)
  assert.equal(market.lastPrice(instrument, at('25T12:30:00')), 607.5)
  const ticks = market.ticksBetween(instrument, 0, at('25T12:30:00'))
  assert.deepEqual(
    ticks.map(({ price, volume, direction }) => [price, volume, direction]),
    [
      [600, 200, 1],
      [602.5, 100, 2],
      [603, 1000, 3],
      [610, 500, 3],
      [612.5, 100, 1],
      [605, 300, 2],
      [607.5, 400, 1],
    ],
  )
  const { bids, asks } = market.book(instrument, at('20T12:30:00'))
  assert.equal(asks[0]?.price, 607.5)
  assert.equal(bids[0]?.price, 607)
})

test('bars are summed from the recorded prints, and minutes without any have none', () => {
  const market = new Market({ seed: 1, replay: tape(RECORDING) })
  const security = securityOf(market, [1, '00700'])
  const barsOf = (klType: number) => {
    const period = barPeriodOf(klType)
    if (period === null) throw new Error('no period')
    const bars = latestBars(security, { period, rehabType: RehabType.None, nowMs: at('20T15:00:00') }, 100)
    return bars.map(({ timeMs, ...bar }) => ({
      time: new Date(timeMs + 8 * 3_600_000).toISOString().slice(8, 16),
      ...bar,
    }))
  }
  assert.deepEqual(barsOf(KLType.Day), [
    { time: '19T00:00', open: 600, high: 603, low: 600, close: 603, lastClose: 600, volume: 1300, turnover: 783_250 },
    {
      time: '20T00:00',
      open: 610,
      high: 612.5,
      low: 605,
      close: 607.5,
      lastClose: 603,
      volume: 1300,
      turnover: 790_750,
    },
  ])
  assert.deepEqual(
    barsOf(KLType._1Min).map(({ time, close, volume }) => [time, close, volume]),
    [
      ['19T09:31', 600, 200],
      ['19T16:00', 603, 1100],
      ['20T09:31', 605, 900],
      ['20T11:01', 607.5, 400],
    ],
  )
})

test('what is not in the recording keeps its process, and options follow the recorded price', () => {
  const replay = tape(RECORDING)
  const recorded = new Market({ seed: 1, replay })
  const plain = new Market({ seed: 1 })
  const nowMs = at('20T11:30:00')
  assert.deepEqual(securityOf(recorded, [1, '00939']).stateAt(nowMs), securityOf(plain, [1, '00939']).stateAt(nowMs))
  const optionMarket = recorded.optionMarket(1, '00700')
  const [expiry] = optionMarket?.expiriesOn(optionMarket.owner.clock.dayIndexAt(nowMs)).slice(2) ?? []
  if (optionMarket === null || expiry === undefined) throw new Error('no options')
  const strikes = optionMarket.strikesOf(expiry)
  assert.ok(strikes.includes(600), 'strikes lie around the recorded price')
  const call = [...optionMarket.termsOn(optionMarket.owner.clock.dayIndexAt(nowMs))].find(
    ({ strike, isCall, expiryDay }) => strike === 600 && isCall && expiryDay === expiry.expiryDay,
  )
  if (call === undefined) throw new Error('no call')
  const security = securityOf(recorded, [1, optionMarket.listingOf(call).instrument.code])
  const price = security.listing.ladder.priceAt(security.stateAt(nowMs)?.last ?? 0)
  assert.ok(price > 7.5 && price < 60, `${price}`)
})

test('every line that cannot be read is named', () => {
  const reading = readTape(`${HEADER}
2026-11-20T09:30:00+08:00,HK,00700,610,500
2026-11-20 09:30:00,HK,00700,610,500,BUY
2026-11-20T09:30:00+08:00,XX,00700,610,500,BUY
2026-11-20T09:30:00+08:00,HK,00 700,610,500,BUY
2026-11-20T09:30:00+08:00,HK,00700,-1,500,BUY
2026-11-20T09:30:00+08:00,HK,00700,1e3,500,BUY
2026-11-20T09:30:00+08:00,HK,00700,610,0.5,BUY
2026-11-20T09:30:00+08:00,HK,00700,610,500,UP
2026-11-20T09:30:00+08:00,HK,00700,610,500,BUY
2026-11-20T09:29:59+08:00,HK,00700,610,500,BUY
`)
  if (reading.ok) throw new Error('the recording was read')
  assert.deepEqual(
    reading.problems.map(({ line, problem }) => `${line}: ${problem}`),
    [
      '2: 5 fields instead of 6',
      '3: "2026-11-20 09:30:00" is not a time with a zone',
      '4: "XX" is not a market',
      '5: "00 700" is not a code',
      '6: "-1" is not a price',
      '7: "1e3" is not a price',
      '8: "0.5" is not a volume',
      '9: "UP" is not a direction',
      '11: the time is earlier than that of the previous print',
    ],
  )
  const headless = readTape('2026-11-20T09:30:00+08:00,HK,00700,610,500,BUY')
  assert.ok(!headless.ok && headless.problems[0]?.line === 1)
})

test('times may be Unix milliseconds and markets numbers', () => {
  const [tick] = tape(`${HEADER}\n1795152600000,1,00700,610,500,2`)
  assert.deepEqual(tick, {
    line: 2,
    timeMs: 1_795_152_600_000,
    market: 1,
    code: '00700',
    price: 610,
    volume: 500,
    direction: 2,
  })
})

test('a recording that does not fit the market says where', () => {
  const market = new Market({ seed: 1 })
  const ticks = tape(`${HEADER}
2026-11-20T09:30:00+08:00,HK,00700,610.1,500,BUY
2026-11-20T09:30:00+08:00,HK,00701,610,500,BUY
2026-11-20T09:30:00+08:00,HK,00700,610.5,500,BUY
`)
  assert.deepEqual(market.tapeProblems(ticks), [
    { line: 2, problem: '610.1 is not a valid price of 00700: the tick is 0.5' },
    { line: 3, problem: 'no security 1.00701' },
  ])
})

test('the first print of a recording is announced, and so is one before the open', () => {
  const early = `${HEADER}
2026-11-20T08:00:07-05:00,US,AAPL,250,10,1
2026-11-20T09:31:00-05:00,US,AAPL,250.01,10,1
`
  const market = new Market({ seed: 1, replay: tape(early) })
  const apple = securityOf(market, [11, 'AAPL'])
  const newYork = (clock: string) => Date.parse(`2026-11-20T${clock}-05:00`)
  assert.equal(apple.nextChangeMs(newYork('07:59:30')), newYork('08:00:07'))
  assert.equal(apple.nextChangeMs(newYork('09:30:30'), 'RTH'), newYork('09:31:00'))
  assert.equal(apple.latestStateAt(newYork('08:00:06')), null)
  assert.equal(apple.latestStateAt(newYork('08:00:07'), 'RTH'), null)
  assert.equal(apple.latestStateAt(newYork('08:00:07'), 'ETH')?.timeMs, newYork('08:00:07'))
})
