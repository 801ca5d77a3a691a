import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KLType, Session, TradeDateMarket, TradeDateType } from '../../../proto/enums.ts'
import { Market } from '../../../src/simulator/market/market.ts'
import { NOW_MS } from '../market/sample-securities.ts'
import { answer, refusalOf, worldOf } from './quote-call.ts'

const TENCENT = { market: 1, code: '00700' }
const APPLE = { market: 11, code: 'AAPL' }

test('pages of history join to what one request gives', () => {
  for (const klType of [1, 2, 6]) {
    const request = { security: APPLE, klType, rehabType: 1, beginTime: '2026-11-02', endTime: '2026-11-05' }
    const whole = answer('Qot_RequestHistoryKL', { ...request, maxAckKLNum: 1000 }).klList ?? []
    const joined: unknown[] = []
    let nextReqKey: Uint8Array | undefined
    let pages = 0
    do {
      const page = answer('Qot_RequestHistoryKL', { ...request, maxAckKLNum: klType === 1 ? 300 : 3, nextReqKey })
      joined.push(...(page.klList ?? []))
      nextReqKey = page.nextReqKey
      pages++
    } while (nextReqKey !== undefined)
    assert.ok(pages > 1 || whole.length <= 3)
    assert.deepEqual(joined.slice(0, 1000), whole)
  }
})

test('history keeps to its span, and a date means its whole day', () => {
  const { klList = [] } = answer('Qot_RequestHistoryKL', {
    security: TENCENT,
    klType: 9,
    rehabType: 0,
    beginTime: '2026-11-18',
    endTime: '2026-11-18',
  })
  assert.deepEqual(
    klList.map(({ time }) => time.slice(11, 16)),
    ['10:30', '11:30', '13:30', '14:30', '15:30', '16:00'],
  )
  const future = answer('Qot_RequestHistoryKL', {
    security: TENCENT,
    klType: 2,
    rehabType: 0,
    beginTime: '2026-11-19',
    endTime: '2026-12-31',
  })
  assert.deepEqual(
    future.klList?.map(({ time }) => time.slice(0, 10)),
    ['2026-11-19', '2026-11-20'],
  )
})

test('history refuses spans and keys that make no sense', () => {
  const request = { security: TENCENT, klType: 2, rehabType: 0, beginTime: '2026-11-01', endTime: '2026-11-20' }
  assert.match(refusalOf('Qot_RequestHistoryKL', { ...request, beginTime: 'yesterday' }), /begin_time/)
  assert.match(refusalOf('Qot_RequestHistoryKL', { ...request, endTime: '2026-10-01' }), /after/)
  assert.match(refusalOf('Qot_RequestHistoryKL', { ...request, maxAckKLNum: 1001 }), /1000/)
  assert.match(refusalOf('Qot_RequestHistoryKL', { ...request, maxAckKLNum: -1 }), /1000/)
  assert.match(refusalOf('Qot_RequestHistoryKL', { ...request, nextReqKey: new Uint8Array([1, 2]) }), /next_req_key/)
  assert.match(refusalOf('Qot_RequestHistoryKL', { ...request, nextReqKey: new Uint8Array([49]) }), /next_req_key/)
})

test('only the fields asked for are in a K-line', () => {
  const { klList = [] } = answer('Qot_RequestHistoryKL', {
    security: TENCENT,
    klType: 2,
    rehabType: 0,
    beginTime: '2026-11-19',
    endTime: '2026-11-19',
    needKLFieldsFlag: 8n | 32n,
  })
  assert.deepEqual(Object.keys(klList[0] ?? {}).toSorted(), ['closePrice', 'isBlank', 'time', 'timestamp', 'volume'])
})

test('rehab rows adjust as the adjusted K-lines are adjusted', () => {
  const { rehabList = [] } = answer('Qot_RequestRehab', { security: APPLE })
  const split = rehabList.find(({ time }) => time === '2020-08-31')
  assert.deepEqual([split?.fwdFactorA, split?.splitBase, split?.splitErt, split?.companyActFlag], [0.25, 1, 4, 1n])
  const closeOn = (rehabType: number): number =>
    answer('Qot_RequestHistoryKL', {
      security: APPLE,
      klType: 2,
      rehabType,
      beginTime: '2020-08-28',
      endTime: '2020-08-28',
    }).klList?.[0]?.closePrice ?? 0
  let price = closeOn(0)
  for (const { time, fwdFactorA, fwdFactorB } of rehabList) {
    if (time > '2020-08-28') price = price * fwdFactorA + fwdFactorB
  }
  assert.ok(Math.abs(price - closeOn(1)) < 1e-3)
  assert.ok(
    rehabList.every(({ time }) => time <= '2026-11-20'),
    'nothing is known of the future',
  )
})

test('a market that never closes lists every day, and trades on no other', () => {
  const world = worldOf(new Market({ seed: 3, hours: 'always' }))
  for (const market of [TradeDateMarket.HK, TradeDateMarket.US, TradeDateMarket.CN]) {
    const c2s = { market, beginTime: '2026-11-20', endTime: '2026-11-29' }
    const { tradeDateList = [] } = answer('Qot_RequestTradeDate', c2s, NOW_MS, world)
    assert.equal(tradeDateList.length, 10)
    assert.ok(tradeDateList.every(({ tradeDateType }) => tradeDateType === TradeDateType.Whole))
  }
  const security = { market: 11, code: 'AAPL' }
  const c2s = { security, klType: KLType.Day, rehabType: 1, beginTime: '2026-11-20', endTime: '2026-11-29' }
  const { klList = [] } = answer('Qot_RequestHistoryKL', c2s, Date.parse('2026-11-30'), world)
  assert.equal(klList.length, 10)
})

test('quotes and snapshots have the figures of every session of the latest day that has it', () => {
  const security = { market: 11, code: 'AAPL' }
  const at = (time: string) => {
    const nowMs = Date.parse(time)
    const [quote] = answer('Qot_GetBasicQot', { securityList: [security] }, nowMs).basicQotList ?? []
    const [snapshot] = answer('Qot_GetSecuritySnapshot', { securityList: [security] }, nowMs).snapshotList ?? []
    if (quote === undefined || snapshot === undefined) throw new Error('no quote')
    const { preMarket, afterMarket, overnight } = quote
    assert.deepEqual(
      [snapshot.basic.preMarket, snapshot.basic.afterMarket, snapshot.basic.overnight],
      [preMarket, afterMarket, overnight],
    )
    return { close: quote.curPrice, lastClose: quote.lastClosePrice, preMarket, afterMarket, overnight }
  }
  // Monday after the close, and in the night that belongs to Tuesday.
  const monday = at('2026-11-16T19:59:59-05:00')
  const night = at('2026-11-16T23:00:00-05:00')
  const tuesday = at('2026-11-17T12:00:00-05:00')
  assert.deepEqual(night.preMarket, monday.preMarket)
  assert.notDeepEqual(night.overnight, monday.overnight)
  assert.ok(Math.abs((night.overnight?.price ?? 0) - night.close - (night.overnight?.changeVal ?? 0)) < 1e-9)
  assert.notDeepEqual(tuesday.overnight?.volume, night.overnight?.volume)
  assert.equal(tuesday.lastClose, night.close)
  assert.deepEqual(tuesday.afterMarket, night.afterMarket)
  const [tencent] = answer('Qot_GetBasicQot', { securityList: [{ market: 1, code: '00700' }] }).basicQotList ?? []
  assert.equal(tencent?.overnight, undefined)
})

test('history has the hours asked for, by either field, in bars of up to an hour', () => {
  const history = (klType: number, more: object) => {
    const c2s = { security: APPLE, klType, rehabType: 0, beginTime: '2026-11-16', endTime: '2026-11-17', ...more }
    const { klList = [] } = answer('Qot_RequestHistoryKL', c2s)
    return klList.map(({ time }) => time.slice(11, 16))
  }
  const ofOneDay = (bars: readonly string[]) => bars.length / 2
  assert.equal(ofOneDay(history(KLType._15Min, {})), 26)
  assert.equal(ofOneDay(history(KLType._15Min, { extendedTime: true })), 22 + 26 + 16)
  assert.deepEqual(history(KLType._15Min, { session: Session.ETH }), history(KLType._15Min, { extendedTime: true }))
  // By the labels from midnight to midnight, through the nights that belong to Monday, Tuesday and Wednesday.
  const whole = history(KLType._15Min, { session: Session.ALL })
  assert.deepEqual([whole[0], whole.at(-1)], ['00:00', '23:45'])
  assert.deepEqual(history(KLType._120Min, { session: Session.ALL }), history(KLType._120Min, {}))
})
