import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { KLType, QotMarketState, SecurityType } from '../../../proto/enums.ts'
import { quoteHandlers } from '../../../src/simulator/quotes/handlers.ts'
import { aMoment, NOW_MS, SAMPLES } from '../market/sample-securities.ts'
import { answer, refusalOf, WORLD, type CallName } from './quote-call.ts'

const TENCENT = { market: 1, code: '00700' }
const NOBODY = { market: 1, code: '99999' }
const aSecurity = fc.constantFrom(...SAMPLES).map(([market, code]) => ({ market, code }))

/** The quote calls that the REST endpoints name. */
const ENDPOINT_CALLS: readonly CallName[] = [
  'Qot_GetBasicQot',
  'Qot_GetKL',
  'Qot_GetOrderBook',
  'Qot_GetBroker',
  'Qot_GetTicker',
  'Qot_GetRT',
  'Qot_GetSecuritySnapshot',
  'Qot_GetStaticInfo',
  'Qot_GetPlateSet',
  'Qot_GetPlateSecurity',
  'Qot_GetReference',
  'Qot_GetOwnerPlate',
  'Qot_GetOptionChain',
  'Qot_GetWarrant',
  'Qot_GetCapitalFlow',
  'Qot_GetCapitalDistribution',
  'Qot_GetUserSecurity',
  'Qot_StockFilter',
  'Qot_GetIpoList',
  'Qot_GetFutureInfo',
  'Qot_GetMarketState',
  'Qot_RequestHistoryKL',
]

test('every quote call of the endpoints has a handler', () => {
  for (const name of ENDPOINT_CALLS) assert.ok(name in quoteHandlers, name)
})

test('every security answers every call about one security, at any time, in valid messages', () => {
  fc.assert(
    fc.property(aSecurity, aMoment, (security, nowMs) => {
      const securityList = [security]
      answer('Qot_GetBasicQot', { securityList }, nowMs)
      answer('Qot_GetSecuritySnapshot', { securityList }, nowMs)
      answer('Qot_GetStaticInfo', { securityList }, nowMs)
      answer('Qot_GetMarketState', { securityList }, nowMs)
      answer('Qot_GetOwnerPlate', { securityList }, nowMs)
      answer('Qot_GetRT', { security }, nowMs)
      answer('Qot_GetTicker', { security, maxRetNum: 50 }, nowMs)
      answer('Qot_GetOrderBook', { security, num: 10 }, nowMs)
      answer('Qot_GetBroker', { security }, nowMs)
      answer('Qot_GetKL', { security, klType: KLType._5Min, rehabType: 1, reqNum: 60 }, nowMs)
      answer('Qot_GetKL', { security, klType: KLType.Day, rehabType: 2, reqNum: 60 }, nowMs)
      answer('Qot_GetCapitalFlow', { security }, nowMs)
      answer('Qot_GetCapitalDistribution', { security }, nowMs)
      answer('Qot_RequestRehab', { security }, nowMs)
      answer('Qot_GetReference', { security, referenceType: 1 }, nowMs)
      answer('Qot_GetReference', { security, referenceType: 2 }, nowMs)
    }),
    { numRuns: 25 },
  )
})

test('an unknown security refuses the whole call with the text of OpenD', () => {
  assert.equal(refusalOf('Qot_GetBasicQot', { securityList: [TENCENT, NOBODY] }), '未知股票 HK.99999')
  assert.equal(refusalOf('Qot_GetSecuritySnapshot', { securityList: [NOBODY] }), '未知股票 HK.99999')
  assert.equal(refusalOf('Qot_GetRT', { security: { market: 11, code: 'NOPE' } }), '未知股票 US.NOPE')
  assert.equal(refusalOf('Qot_GetPlateSecurity', { plate: NOBODY }), '未知板块 HK.99999')
})

test('what OpenD bounds is bounded', () => {
  const many = Array.from({ length: 401 }, () => TENCENT)
  assert.match(refusalOf('Qot_GetSecuritySnapshot', { securityList: many }), /400/)
  assert.match(refusalOf('Qot_GetMarketState', { securityList: many }), /400/)
  assert.match(refusalOf('Qot_GetOwnerPlate', { securityList: many.slice(0, 201) }), /200/)
  assert.match(refusalOf('Qot_GetKL', { security: TENCENT, klType: 1, rehabType: 1, reqNum: 1001 }), /1000/)
  assert.match(refusalOf('Qot_GetKL', { security: TENCENT, klType: 99, rehabType: 1, reqNum: 1 }), /kl_type 99/)
  assert.match(refusalOf('Qot_GetTicker', { security: TENCENT, maxRetNum: 0 }), /max_ret_num/)
  assert.match(refusalOf('Qot_GetStaticInfo', {}), /security_list/)
})

test('quote, snapshot, book and tape of one moment tell one story', () => {
  fc.assert(
    fc.property(aSecurity, aMoment, (security, nowMs) => {
      const [quote] = answer('Qot_GetBasicQot', { securityList: [security] }, nowMs).basicQotList ?? []
      const [snapshot] = answer('Qot_GetSecuritySnapshot', { securityList: [security] }, nowMs).snapshotList ?? []
      const { tickerList = [] } = answer('Qot_GetTicker', { security, maxRetNum: 1000 }, nowMs)
      const { rtList = [] } = answer('Qot_GetRT', { security }, nowMs)
      const { klList = [] } = answer('Qot_GetKL', { security, klType: KLType.Day, rehabType: 0, reqNum: 1 }, nowMs)
      if (quote === undefined || snapshot === undefined || quote.volume === 0n) return
      assert.equal(tickerList.at(-1)?.price, quote.curPrice)
      assert.equal(tickerList.at(-1)?.time, quote.updateTime)
      assert.equal(rtList.at(-1)?.price, quote.curPrice)
      assert.equal(klList[0]?.closePrice, quote.curPrice)
      assert.equal(klList[0]?.highPrice, quote.highPrice)
      assert.equal(klList[0]?.lowPrice, quote.lowPrice)
      assert.equal(klList[0]?.openPrice, quote.openPrice)
      assert.equal(klList[0]?.volume, quote.volume)
      assert.equal(
        rtList.reduce((sum, point) => sum + (point.volume ?? 0n), 0n),
        quote.volume,
      )
      const { basic } = snapshot
      assert.deepEqual(
        [basic.curPrice, basic.highPrice, basic.lowPrice, basic.volume, basic.turnover, basic.lastClosePrice],
        [quote.curPrice, quote.highPrice, quote.lowPrice, quote.volume, quote.turnover, quote.lastClosePrice],
      )
      assert.ok(basic.curPrice <= (basic.highestHistoryPrice ?? 0) && basic.curPrice >= (basic.lowestHistoryPrice ?? 0))
      const average = basic.avgPrice ?? 0
      assert.ok(average >= basic.lowPrice - 0.01 && average <= basic.highPrice + 0.01)
    }),
    { numRuns: 25 },
  )
})

test('times are on the clocks of the market, timestamps are Unix seconds', () => {
  const quoteOf = (market: number, code: string) =>
    answer('Qot_GetBasicQot', { securityList: [{ market, code }] }).basicQotList?.[0]
  const tencent = quoteOf(1, '00700')
  assert.match(tencent?.updateTime ?? '', /^2026-11-20 14:1\d:\d\d$/)
  assert.equal(
    Math.floor(Date.parse(`${tencent?.updateTime?.replace(' ', 'T')}+08:00`) / 1000),
    Math.floor(tencent?.updateTimestamp ?? 0),
  )
  const apple = quoteOf(11, 'AAPL')
  assert.match(apple?.updateTime ?? '', /^2026-11-19 15:59:\d\d$/)
  assert.equal(
    Math.floor(Date.parse(`${apple?.updateTime?.replace(' ', 'T')}-05:00`) / 1000),
    Math.floor(apple?.updateTimestamp ?? 0),
  )
})

test('each kind of security brings its own data', () => {
  const exDataOf = (market: number, code: string): readonly string[] => {
    const [snapshot] = answer('Qot_GetSecuritySnapshot', { securityList: [{ market, code }] }).snapshotList ?? []
    return Object.entries(snapshot ?? {})
      .filter(([, value]) => value !== undefined)
      .map(([name]) => name)
  }
  assert.deepEqual(exDataOf(1, '00700'), ['basic', 'equityExData'])
  assert.deepEqual(exDataOf(1, '02800'), ['basic', 'trustExData'])
  assert.deepEqual(exDataOf(1, '800000'), ['basic', 'indexExData'])
  assert.deepEqual(exDataOf(1, 'HSImain'), ['basic', 'futureExData'])
  assert.deepEqual(exDataOf(1, '13001'), ['basic', 'warrantExData'])
  assert.deepEqual(exDataOf(1, 'TCH261230C300000'), ['basic', 'optionExData'])
  const [option] =
    answer('Qot_GetBasicQot', { securityList: [{ market: 1, code: 'TCH261230C300000' }] }).basicQotList ?? []
  assert.equal(option?.optionExData?.strikePrice, 300)
  assert.equal(option?.optionExData?.expiryDateDistance, 40)
  const inPreMarket = Date.parse('2026-11-20T08:00:00-05:00')
  const [apple] =
    answer('Qot_GetBasicQot', { securityList: [{ market: 11, code: 'AAPL' }] }, inPreMarket).basicQotList ?? []
  assert.ok((apple?.preMarket?.volume ?? 0n) > 0n)
  assert.ok((apple?.preMarket?.highPrice ?? 0) >= (apple?.preMarket?.price ?? 1))
})

test('static information of a whole market and type has no other securities in it', () => {
  for (const [market, secType] of [
    [1, SecurityType.Eqty],
    [1, SecurityType.Warrant],
    [1, SecurityType.Future],
    [11, SecurityType.Trust],
    [22, SecurityType.Index],
  ] as const) {
    const { staticInfoList = [] } = answer('Qot_GetStaticInfo', { market, secType })
    assert.ok(staticInfoList.length > 0)
    for (const { basic } of staticInfoList) assert.deepEqual([basic.security.market, basic.secType], [market, secType])
    assert.equal(new Set(staticInfoList.map(({ basic }) => basic.id)).size, staticInfoList.length)
  }
})

test('capital flow ends where the distribution stands', () => {
  fc.assert(
    fc.property(aSecurity, aMoment, (security, nowMs) => {
      const { flowItemList = [] } = answer('Qot_GetCapitalFlow', { security }, nowMs)
      const sums = answer('Qot_GetCapitalDistribution', { security }, nowMs)
      const last = flowItemList.at(-1)
      if (last === undefined) return
      const big = (sums.capitalInBig ?? 0) - (sums.capitalOutBig ?? 0)
      const huge = (sums.capitalInSuper ?? 0) - (sums.capitalOutSuper ?? 0)
      const net = big + huge + sums.capitalInMid - sums.capitalOutMid + sums.capitalInSmall - sums.capitalOutSmall
      assert.ok(Math.abs(net - last.inFlow) < 1)
      assert.ok(Math.abs(big + huge - (last.mainInFlow ?? 0)) < 1)
      const [quote] = answer('Qot_GetBasicQot', { securityList: [security] }, nowMs).basicQotList ?? []
      const all =
        sums.capitalInBig +
        sums.capitalInMid +
        sums.capitalInSmall +
        (sums.capitalInSuper ?? 0) +
        sums.capitalOutBig +
        sums.capitalOutMid +
        sums.capitalOutSmall +
        (sums.capitalOutSuper ?? 0)
      assert.ok(all <= (quote?.turnover ?? 0) + 1, 'only prints with a side are counted')
    }),
    { numRuns: 40 },
  )
})

test('the flow of a month is the flow of its days', () => {
  const days = answer('Qot_GetCapitalFlow', {
    security: TENCENT,
    periodType: 2,
    beginTime: '2026-10-01',
    endTime: '2026-10-31',
  })
  const months = answer('Qot_GetCapitalFlow', {
    security: TENCENT,
    periodType: 4,
    beginTime: '2026-10-01',
    endTime: '2026-10-31',
  })
  const sum = (days.flowItemList ?? []).reduce((total, { inFlow }) => total + inFlow, 0)
  assert.equal(months.flowItemList?.length, 1)
  assert.ok(Math.abs((months.flowItemList?.[0]?.inFlow ?? 0) - sum) < 1)
})

test('only Hong Kong shows brokers, one for each order up to forty', () => {
  const { brokerAskList = [], brokerBidList = [] } = answer('Qot_GetBroker', { security: TENCENT })
  assert.ok(brokerAskList.length > 0 && brokerAskList.length <= 40 && brokerBidList.length <= 40)
  const { orderBookAskList = [] } = answer('Qot_GetOrderBook', { security: TENCENT, num: 10 })
  const atBest = brokerAskList.filter(({ pos }) => pos === 1).length
  assert.equal(atBest, Math.min(40, orderBookAskList[0]?.orederCount ?? 0))
  assert.deepEqual(answer('Qot_GetBroker', { security: { market: 11, code: 'AAPL' } }).brokerAskList, [])
})

test('market state is the state of each security’s own market', () => {
  const { marketInfoList = [] } = answer('Qot_GetMarketState', {
    securityList: [TENCENT, { market: 11, code: 'AAPL' }, { market: 1, code: 'HSImain' }],
  })
  assert.deepEqual(
    marketInfoList.map(({ marketState }) => marketState),
    [5, QotMarketState.OVERNIGHT, 15],
  )
  assert.equal(WORLD.market.marketStates(NOW_MS).hk, 5)
})
