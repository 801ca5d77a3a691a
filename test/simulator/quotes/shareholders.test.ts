import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HolderCategory } from '../../../proto/enums.ts'
import { answer, refusalOf, WORLD } from './quote-call.ts'

const TENCENT = { market: 1, code: '00700' }
const APPLE = { market: 11, code: 'AAPL' }
const issuedOf = ({ market, code }: typeof TENCENT): number =>
  WORLD.market.security(market, code)?.listing.fundamentals?.issuedShares ?? 0

test('holders have names, and figures that agree with the shares of the company', () => {
  for (const security of [TENCENT, APPLE]) {
    for (const holderCategory of [HolderCategory.Agency, HolderCategory.Fund, HolderCategory.SeniorManager]) {
      const { holdingChangeList = [] } = answer('Qot_GetHoldingChangeList', { security, holderCategory })
      assert.ok(holdingChangeList.length >= 4)
      for (const { holderName, holdingQty, holdingRatio, changeQty, changeRatio } of holdingChangeList) {
        // The generic answer to a call without data says "holder name 1".
        assert.doesNotMatch(holderName, /holder|name|\d/)
        assert.ok(Math.abs((holdingQty / issuedOf(security)) * 100 - holdingRatio) < 1e-3)
        assert.ok(holdingQty >= 0 && holdingRatio < 10)
        const before = holdingQty - changeQty
        if (before > 0) assert.ok(Math.abs((holdingQty / before - 1) * 100 - changeRatio) < 1e-3)
      }
      const times = holdingChangeList.map(({ time }) => time)
      assert.deepEqual(times, times.toSorted().toReversed(), 'newest first')
    }
  }
})

test('reports are of quarters that have ended, and of the asked span', () => {
  const call = { security: TENCENT, holderCategory: HolderCategory.Agency }
  const timesOf = (span: { beginTime?: string; endTime?: string }): ReadonlySet<string> =>
    new Set(
      (answer('Qot_GetHoldingChangeList', { ...call, ...span }).holdingChangeList ?? []).map(({ time }) =>
        time.slice(0, 10),
      ),
    )
  assert.deepEqual([...timesOf({})], ['2026-09-30', '2026-06-30', '2026-03-31', '2025-12-31'])
  assert.deepEqual([...timesOf({ beginTime: '2026-04-01', endTime: '2026-07-01' })], ['2026-06-30'])
  assert.match(refusalOf('Qot_GetHoldingChangeList', { ...call, beginTime: 'spring' }), /yyyy-MM-dd/)
})

test('changes come by page, filtered and sorted, and add up to the overview', () => {
  const all = answer('Qot_GetShareholdersHoldingChanges', { security: TENCENT, num: 50 })
  const items = [...(all.itemList ?? [])]
  const second = answer('Qot_GetShareholdersHoldingChanges', { security: TENCENT, num: 50, nextKey: all.nextKey })
  items.push(...(second.itemList ?? []))
  assert.equal(second.nextKey, '-1')
  const changes = items.map(({ shareChangeNum = 0n }) => Number(shareChangeNum))
  assert.deepEqual(
    changes,
    changes.toSorted((one, other) => other - one),
  )
  const { itemList: sold = [] } = answer('Qot_GetShareholdersHoldingChanges', { security: TENCENT, filterType: 2 })
  assert.ok(sold.length > 0 && sold.every(({ shareChangeNum = 0n }) => shareChangeNum < 0n))
  const { mainHolderInfoList = [], holdingPeriodList = [] } = answer('Qot_GetShareholdersOverview', {
    security: TENCENT,
  })
  assert.equal(holdingPeriodList[0]?.periodText, '2026/Q3')
  const latest = items.filter(({ periodText, holderQuantity = 0n }) => periodText === '2026/Q3' && holderQuantity > 0n)
  assert.deepEqual(
    new Set(mainHolderInfoList[0]?.itemList?.map(({ name }) => name)),
    new Set(latest.map(({ name }) => name)),
  )
})

test('securities are found by code and by name in both languages', () => {
  const codesOf = (keyword: string): readonly (string | undefined)[] =>
    (answer('Qot_GetSearchQuote', { keyword }).search_quote_list ?? []).map(({ code }) => code)
  assert.equal(codesOf('AMD')[0], 'AMD')
  assert.equal(codesOf('00981')[0], '00981')
  assert.ok(codesOf('tencent').includes('00700') && codesOf('腾讯').includes('00700'))
  assert.ok(codesOf('Palantir').includes('PLTR'))
  assert.deepEqual(codesOf('no such company'), [])
  const [watched] = answer('Qot_GetSearchQuote', { keyword: '00700', max_count: 1 }).search_quote_list ?? []
  assert.equal(watched?.is_watched, true)
  assert.match(refusalOf('Qot_GetSearchQuote', { keyword: ' ' }), /empty/)
})
