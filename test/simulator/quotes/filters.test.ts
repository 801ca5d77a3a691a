import assert from 'node:assert/strict'
import { test } from 'node:test'
import { warrantSlots } from '../../../src/simulator/market/warrant-slots.ts'
import { answer, refusalOf, WORLD } from './quote-call.ts'

const TENCENT = { market: 1, code: '00700' }

test('an option chain holds what its filters let through', () => {
  const span = { owner: TENCENT, beginTime: '2026-12-01', endTime: '2026-12-31' }
  const all = answer('Qot_GetOptionChain', span).optionChain ?? []
  assert.ok(all.length >= 4)
  assert.deepEqual(
    all.map(({ strikeTime }) => strikeTime),
    all.map(({ strikeTime }) => strikeTime).toSorted(),
  )
  for (const { option = [] } of all)
    for (const { call, put } of option) assert.ok(call !== undefined && put !== undefined)
  const calls = answer('Qot_GetOptionChain', { ...span, type: 1 }).optionChain ?? []
  for (const { option = [] } of calls) for (const { put } of option) assert.equal(put, undefined)

  const spot = answer('Qot_GetBasicQot', { securityList: [TENCENT] }).basicQotList?.[0]?.curPrice ?? 0
  const inside = answer('Qot_GetOptionChain', { ...span, condition: 1 }).optionChain ?? []
  for (const { option = [] } of inside) {
    for (const { call, put } of option) {
      if (call !== undefined) assert.ok((call.optionExData?.strikePrice ?? 0) <= spot)
      if (put !== undefined) assert.ok((put.optionExData?.strikePrice ?? 0) >= spot)
    }
  }
  const near = answer('Qot_GetOptionChain', { ...span, type: 1, dataFilter: { deltaMin: 0.4, deltaMax: 0.6 } })
  const codes = (near.optionChain ?? []).flatMap(({ option = [] }) => option.map(({ call }) => call?.basic.security))
  assert.ok(codes.length > 0)
  for (const security of codes) {
    if (security === undefined) throw new Error('an empty item')
    const delta = answer('Qot_GetBasicQot', { securityList: [security] }).basicQotList?.[0]?.optionExData?.delta ?? 0
    assert.ok(delta >= 0.4 && delta <= 0.6)
  }
})

test('an option chain is asked for a month at a time, of something that has options', () => {
  const span = { owner: TENCENT, beginTime: '2026-11-01', endTime: '2027-01-31' }
  assert.match(refusalOf('Qot_GetOptionChain', span), /30 days/)
  assert.match(
    refusalOf('Qot_GetOptionChain', {
      owner: { market: 1, code: '00939' },
      beginTime: '2026-12-01',
      endTime: '2026-12-31',
    }),
    /no options/,
  )
  const dates = answer('Qot_GetOptionExpirationDate', { owner: TENCENT }).dateList ?? []
  assert.ok(dates.length > 5 && dates.every(({ optionExpiryDateDistance }) => optionExpiryDateDistance >= 0))
})

test('warrants are filtered, sorted and paged', () => {
  const base = { begin: 0, num: 200, sortField: 2, ascend: true }
  const all = answer('Qot_GetWarrant', base)
  assert.equal(all.allCount, warrantSlots().length)
  assert.ok(all.lastPage)
  const prices = (all.warrantDataList ?? []).map(({ curPrice }) => curPrice)
  assert.deepEqual(
    prices,
    prices.toSorted((one, other) => one - other),
  )
  const puts = answer('Qot_GetWarrant', { ...base, owner: TENCENT, typeList: [2] }).warrantDataList ?? []
  assert.ok(puts.length === 3 && puts.every(({ type, owner }) => type === 2 && owner.code === '00700'))
  const cheap = answer('Qot_GetWarrant', { ...base, curPriceMin: 0.05, curPriceMax: 0.2 }).warrantDataList ?? []
  assert.ok(cheap.length > 0 && cheap.every(({ curPrice }) => curPrice >= 0.05 && curPrice <= 0.2))
  const bulls = answer('Qot_GetWarrant', { ...base, recoveryPriceMin: 1 }).warrantDataList ?? []
  assert.ok(bulls.length > 0 && bulls.every(({ type }) => type >= 3), 'others have no recovery price')
  const pages = [0, 40, 80].map((begin) => answer('Qot_GetWarrant', { ...base, begin, num: 40 }))
  assert.deepEqual(
    pages.map(({ lastPage }) => lastPage),
    [false, false, true],
  )
  assert.deepEqual(
    pages.flatMap(({ warrantDataList = [] }) => warrantDataList.map(({ stock }) => stock.code)),
    (all.warrantDataList ?? []).map(({ stock }) => stock.code),
  )
  assert.match(refusalOf('Qot_GetWarrant', { ...base, num: 201 }), /200/)
})

/** Stocks of Hong Kong, all of which fit on one page of a filter. */
const STOCKS = [...WORLD.market.securities()].filter(({ market, kind }) => market === 1 && kind === 'stock').length

test('stocks are filtered by true figures, sorted and paged', () => {
  const base = { begin: 0, num: 200, market: 1 }
  const everything = answer('Qot_StockFilter', base)
  assert.equal(everything.allCount, STOCKS)
  const large = answer('Qot_StockFilter', {
    ...base,
    baseFilterList: [{ fieldName: 11, filterMin: 1e12, isNoFilter: false, sortDir: 2 }, { fieldName: 3 }],
  })
  const values = (large.dataList ?? []).map(({ baseDataList = [] }) => baseDataList.map(({ value }) => value))
  assert.ok(values.length > 0 && values.length < STOCKS)
  assert.ok(values.every(([marketValue = 0]) => marketValue >= 1e12))
  assert.deepEqual(
    values.map(([marketValue]) => marketValue),
    values.map(([marketValue]) => marketValue).toSorted((one = 0, other = 0) => other - one),
  )
  for (const { security, baseDataList = [] } of large.dataList ?? []) {
    const [quote] = answer('Qot_GetBasicQot', { securityList: [security] }).basicQotList ?? []
    assert.equal(baseDataList[1]?.value, quote?.curPrice)
  }
  const last = answer('Qot_StockFilter', { ...base, begin: STOCKS - 5, num: 10 })
  assert.deepEqual([last.lastPage, last.dataList?.length], [true, 5])
  assert.equal(
    refusalOf('Qot_StockFilter', { ...base, baseFilterList: [{ fieldName: 3, isNoFilter: false }] }),
    'The filter field needs to set the range',
  )
})

test('accumulated and financial figures agree with bars and snapshots', () => {
  const { dataList = [] } = answer('Qot_StockFilter', {
    begin: 0,
    num: 200,
    market: 1,
    accumulateFilterList: [
      { fieldName: 3, days: 5 },
      { fieldName: 1, days: 5 },
    ],
    financialFilterList: [{ fieldName: 44, quarter: 1 }],
  })
  for (const { security, accumulateDataList = [], financialDataList = [] } of dataList) {
    const { klList = [] } = answer('Qot_GetKL', { security, klType: 2, rehabType: 1, reqNum: 5 })
    const volume = klList.reduce((sum, bar) => sum + Number(bar.volume), 0)
    assert.equal(accumulateDataList[0]?.value, volume)
    const change = ((klList.at(-1)?.closePrice ?? 0) / (klList[0]?.lastClosePrice ?? 1) - 1) * 100
    assert.ok(Math.abs((accumulateDataList[1]?.value ?? 0) - change) < 0.3)
    const [snapshot] = answer('Qot_GetSecuritySnapshot', { securityList: [security] }).snapshotList ?? []
    const price = snapshot?.basic.curPrice ?? 0
    const earnings = financialDataList[0]?.value ?? 0
    assert.ok(Math.abs(price / earnings - (snapshot?.equityExData?.peTTMRate ?? 0)) < 0.01)
  }
})

test('technical conditions split the market', () => {
  const filter = (relativePosition: number): readonly string[] => {
    const { dataList = [] } = answer('Qot_StockFilter', {
      begin: 0,
      num: 200,
      market: 1,
      customIndicatorFilterList: [
        { firstFieldName: 3, secondFieldName: 5, relativePosition, klType: 2, isNoFilter: false },
      ],
    })
    return dataList.map(({ security }) => security.code)
  }
  const above = filter(1)
  const below = filter(2)
  assert.equal(above.length + below.length, STOCKS)
  assert.ok(above.every((code) => !below.includes(code)))
  const aligned = answer('Qot_StockFilter', {
    begin: 0,
    num: 200,
    market: 1,
    patternFilterList: [{ fieldName: 1, klType: 2, isNoFilter: false }],
  })
  for (const { security } of aligned.dataList ?? []) {
    const { klList = [] } = answer('Qot_GetKL', { security, klType: 2, rehabType: 1, reqNum: 60 })
    const mean = (days: number): number =>
      klList.slice(-days).reduce((sum, bar) => sum + (bar.closePrice ?? 0), 0) / days
    assert.ok(mean(5) > mean(10) && mean(10) > mean(20) && mean(20) > mean(30) && mean(30) > mean(60), security.code)
  }
})
