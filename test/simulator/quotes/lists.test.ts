import assert from 'node:assert/strict'
import { test } from 'node:test'
import { QotMarket, QotMarketState, TradeDateMarket } from '../../../proto/enums.ts'
import { Market } from '../../../src/simulator/market/market.ts'
import { NOW_MS } from '../market/sample-securities.ts'
import { answer, handle, refusalOf, worldOf } from './quote-call.ts'

const TENCENT = { market: 1, code: '00700' }

test('plates and their members point at each other', () => {
  const { plateInfoList = [] } = answer('Qot_GetPlateSet', { market: 1, plateSetType: 0 })
  assert.ok(plateInfoList.length > 10)
  assert.deepEqual(new Set(plateInfoList.map(({ plateType }) => plateType)), new Set([1, 2, 3]))
  for (const { plate, name } of plateInfoList) {
    const { staticInfoList = [] } = answer('Qot_GetPlateSecurity', { plate })
    assert.ok(staticInfoList.length > 0, name)
    const securityList = staticInfoList.map(({ basic }) => basic.security)
    const owners = answer('Qot_GetOwnerPlate', { securityList }).ownerPlateList ?? []
    for (const owner of owners) assert.ok(owner.plateInfoList?.some((info) => info.plate.code === plate.code))
  }
  const byPrice = answer('Qot_GetPlateSecurity', {
    plate: plateInfoList[0]?.plate ?? TENCENT,
    sortField: 2,
    ascend: false,
  })
  const prices = (byPrice.staticInfoList ?? []).map(
    ({ basic }) => answer('Qot_GetBasicQot', { securityList: [basic.security] }).basicQotList?.[0]?.curPrice ?? 0,
  )
  assert.deepEqual(
    prices,
    prices.toSorted((one, other) => other - one),
  )
})

test('warrants and futures are found from what they stand on', () => {
  const warrants = answer('Qot_GetReference', { security: TENCENT, referenceType: 1 }).staticInfoList ?? []
  assert.equal(warrants.length, 11)
  assert.ok(warrants.every(({ warrantExData }) => warrantExData?.owner.code === '00700'))
  const codesOf = (code: string): readonly string[] =>
    (answer('Qot_GetReference', { security: { market: 1, code }, referenceType: 2 }).staticInfoList ?? []).map(
      ({ basic }) => basic.security.code,
    )
  assert.deepEqual(codesOf('HSImain'), ['HSImain', 'HSI2611', 'HSI2612', 'HSI2703', 'HSI2706'])
  assert.ok(codesOf('800000').includes('MHI2612'))
  assert.match(refusalOf('Qot_GetReference', { security: TENCENT, referenceType: 9 }), /reference_type 9/)
})

test('the terms of a future are those of its exchange', () => {
  const [info] = answer('Qot_GetFutureInfo', { securityList: [{ market: 1, code: 'HSImain' }] }).futureInfoList ?? []
  assert.equal(info?.contractSize, 50)
  assert.equal(info?.minVar, 1)
  assert.equal(info?.lastTradeTime, '2026-11-27')
  assert.deepEqual(info?.origin, { market: 1, code: 'HSI2611' })
  assert.match(refusalOf('Qot_GetFutureInfo', { securityList: [TENCENT] }), /not a future/)
})

test('new shares come on trading days, and are not yet known to the market', () => {
  for (const market of [1, 11, 21, 22]) {
    const { ipoList = [] } = answer('Qot_GetIpoList', { market })
    assert.equal(ipoList.length, 4)
    for (const { basic } of ipoList) {
      assert.match(refusalOf('Qot_GetBasicQot', { securityList: [basic.security] }), /未知股票/)
    }
    assert.deepEqual(ipoList, answer('Qot_GetIpoList', { market }, NOW_MS + 3_600_000).ipoList)
  }
  assert.match(refusalOf('Qot_GetIpoList', { market: 99 }), /market 99/)
})

test('trading days carry their half days', () => {
  const { tradeDateList = [] } = answer('Qot_RequestTradeDate', {
    market: 1,
    beginTime: '2026-12-23',
    endTime: '2026-12-29',
  })
  assert.deepEqual(
    tradeDateList.map(({ time, tradeDateType }) => [time, tradeDateType]),
    [
      ['2026-12-23', 0],
      ['2026-12-24', 1],
      ['2026-12-28', 0],
      ['2026-12-29', 0],
    ],
  )
})

test('futures of Japan and Singapore have trading days, although they are not simulated', () => {
  const weekdaysWithout = (market: number, year: number): readonly string[] => {
    const { tradeDateList = [] } = answer('Qot_RequestTradeDate', {
      market,
      beginTime: `${year}-01-01`,
      endTime: `${year}-12-31`,
    })
    const open = new Set(tradeDateList.map(({ time }) => time))
    const days = Array.from({ length: 365 }, (_, at) => new Date(Date.UTC(year, 0, 1 + at)))
    return days
      .filter((day) => day.getUTCDay() % 6 !== 0)
      .map((day) => day.toISOString().slice(5, 10))
      .filter((day) => !open.has(`${year}-${day}`))
  }
  // The holidays of the Japan Exchange Group in 2026 and in 2019, the year of the succession.
  assert.equal(
    weekdaysWithout(TradeDateMarket.JP_Future, 2026).join(' '),
    '01-01 01-02 01-12 02-11 02-23 03-20 04-29 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 11-03 11-23 12-31',
  )
  assert.equal(
    weekdaysWithout(TradeDateMarket.JP_Future, 2019).join(' '),
    '01-01 01-02 01-03 01-14 02-11 03-21 04-29 04-30 05-01 05-02 05-03 05-06 07-15 08-12 09-16 09-23 10-14 10-22 ' +
      '11-04 12-31',
  )
  assert.deepEqual(weekdaysWithout(TradeDateMarket.SG_Future, 2026), ['01-01'])
})

test('futures of Japan and Singapore have the sessions of their exchanges', () => {
  const statesAt = (time: string): readonly number[] => {
    const { jpFuture, sgFuture } = new Market({ seed: 1 }).marketStates(Date.parse(time))
    return [jpFuture, sgFuture]
  }
  const { FutureDayOpen, FutureDayClose, FutureDayWaitForOpen, NightOpen, NightEnd } = QotMarketState
  // The example of get_global_state in the official documents: 1620962951 is 11:29 in Singapore and 12:29 in Tokyo.
  assert.deepEqual(statesAt('2021-05-14T03:29:11Z'), [FutureDayOpen, FutureDayOpen])
  // A Friday and its night, which ends on Saturday morning at 6:00 in Osaka and at 5:15 in Singapore.
  assert.deepEqual(statesAt('2026-11-27T15:44+09:00'), [FutureDayOpen, FutureDayOpen])
  assert.deepEqual(statesAt('2026-11-27T15:45+09:00'), [FutureDayClose, FutureDayOpen])
  assert.deepEqual(statesAt('2026-11-27T16:50+08:00'), [NightOpen, FutureDayWaitForOpen])
  assert.deepEqual(statesAt('2026-11-28T05:14+08:00'), [NightEnd, NightOpen])
  assert.deepEqual(statesAt('2026-11-28T05:59+09:00'), [NightOpen, NightOpen])
  assert.deepEqual(statesAt('2026-11-28T12:00+09:00'), [NightEnd, NightEnd])
  // 23 November is a holiday in Japan only.
  assert.deepEqual(statesAt('2026-11-23T12:00+09:00'), [NightEnd, FutureDayOpen])
})

test('the futures on an index of the US name that index as their owner', () => {
  const codes = ['ESmain', 'MES2612', 'NQmain', 'YMmain', 'RTYmain', 'M2Kmain']
  const infos = answer('Qot_GetFutureInfo', { securityList: codes.map((code) => ({ market: 11, code })) })
  // The contract specifications of CME and CBOT: S&P 500, Nasdaq-100, Dow Jones Industrial Average, Russell 2000.
  assert.deepEqual(
    infos.futureInfoList?.map(({ owner }) => owner?.code),
    ['.SPX', '.SPX', '.NDX', '.DJI', '.RUT', '.RUT'],
  )
  const futuresOf = (code: string): readonly string[] =>
    (answer('Qot_GetReference', { security: { market: 11, code }, referenceType: 2 }).staticInfoList ?? []).map(
      ({ basic }) => basic.security.code,
    )
  assert.deepEqual([...new Set(futuresOf('.SPX').map((code) => code.slice(0, -4)))], ['ES', 'MES'])
  assert.deepEqual(futuresOf('SPY'), [])
  const priceOf = (code: string): number =>
    answer('Qot_GetBasicQot', { securityList: [{ market: 11, code }] }).basicQotList?.[0]?.curPrice ?? 0
  for (const [future, index] of [
    ['ESmain', '.SPX'],
    ['NQmain', '.NDX'],
    ['YMmain', '.DJI'],
    ['RTYmain', '.RUT'],
  ] as const) {
    const basis = priceOf(future) / priceOf(index)
    assert.ok(Math.abs(basis - 1) < 0.03, `${future} is at ${basis} of ${index}`)
  }
})

test('codes of markets without securities are named with the prefix that clients use', () => {
  const textOf = (market: number, code: string) => refusalOf('Qot_GetStaticInfo', { securityList: [{ market, code }] })
  assert.equal(textOf(QotMarket.JP_Security, 'NK225main'), '未知股票 JP.NK225main')
  assert.equal(textOf(QotMarket.SG_Security, 'CNmain'), '未知股票 SG.CNmain')
})

test('the current and the next month have codes of their own', () => {
  const infoOf = (code: string) =>
    answer('Qot_GetFutureInfo', { securityList: [{ market: 1, code }] }).futureInfoList?.[0]
  assert.deepEqual(infoOf('HSIcurrent')?.origin, { market: 1, code: 'HSI2611' })
  assert.deepEqual(infoOf('HSInext')?.origin, { market: 1, code: 'HSI2612' })
  const priceOf = (code: string) =>
    answer('Qot_GetBasicQot', { securityList: [{ market: 1, code }] }).basicQotList?.[0]?.curPrice
  assert.equal(priceOf('HSIcurrent'), priceOf('HSI2611'))
  assert.equal(priceOf('HSInext'), priceOf('HSI2612'))
})

test('commodity futures have the terms of their exchange', () => {
  const infos = answer('Qot_GetFutureInfo', {
    securityList: ['CLmain', 'GCmain', 'NGmain', 'CL2701'].map((code) => ({ market: 11, code })),
  }).futureInfoList
  assert.deepEqual(
    infos?.map(({ contractSize, minVar, exchange, owner }) => [contractSize, minVar, exchange, owner]),
    [
      [1000, 0.01, 'NYMEX', undefined],
      [100, 0.1, 'COMEX', undefined],
      [10_000, 0.001, 'NYMEX', undefined],
      [1000, 0.01, 'NYMEX', undefined],
    ],
  )
  // By the rules of the exchange: crude oil of December 2026, gold and natural gas of that month, crude oil of January 2027.
  assert.deepEqual(
    infos?.map(({ lastTradeTime }) => lastTradeTime),
    ['2026-11-20', '2026-12-29', '2026-11-25', '2026-12-21'],
  )
})

test('the watchlist can be read by group and changed where the user owns it', () => {
  const world = worldOf(new Market({ seed: 1 }))
  const codesIn = (groupName: string): readonly string[] =>
    (answer('Qot_GetUserSecurity', { groupName }, NOW_MS, world).staticInfoList ?? []).map(
      ({ basic }) => basic.security.code,
    )
  assert.ok(codesIn('全部').includes('AAPL'))
  assert.ok(!codesIn('港股').includes('AAPL'))
  answer(
    'Qot_ModifyUserSecurity',
    { groupName: '自选一', op: 1, securityList: [{ market: 1, code: '00005' }] },
    NOW_MS,
    world,
  )
  assert.ok(codesIn('自选一').includes('00005') && codesIn('港股').includes('00005'))
  answer(
    'Qot_ModifyUserSecurity',
    { groupName: '自选一', op: 2, securityList: [{ market: 1, code: '00005' }] },
    NOW_MS,
    world,
  )
  assert.ok(!codesIn('全部').includes('00005'))
  const { groupList = [] } = answer('Qot_GetUserSecurityGroup', { groupType: 1 })
  assert.ok(groupList.every(({ groupType }) => groupType === 1))
  const textOf = (groupName: string) => handle('Qot_ModifyUserSecurity', { groupName, op: 1 }, NOW_MS, world)
  assert.deepEqual(textOf('nothing'), { refusal: { retType: -1, retMsg: 'Unknown watchlists' } })
  assert.deepEqual(textOf('港股'), { refusal: { retType: -1, retMsg: 'The System grouping is not supported' } })
})
