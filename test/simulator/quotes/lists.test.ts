import assert from 'node:assert/strict'
import { test } from 'node:test'
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
