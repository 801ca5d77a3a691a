import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PlateSetType, QotMarket } from '../../../proto/enums.ts'
import { answer, refusalOf } from './quote-call.ts'

const { HK_Security: HK, US_Security: US, CNSH_Security: SH, CNSZ_Security: SZ } = QotMarket

const codesOf = (market: number, code: string): readonly string[] =>
  (answer('Qot_GetPlateSecurity', { plate: { market, code } }).staticInfoList ?? []).map(
    ({ basic }) => basic.security.code,
  )

/** The table of codes in the official documents of get_plate_stock, with some members of each. */
const DOCUMENTED: readonly (readonly [market: number, code: string, members: string])[] = [
  [HK, 'HSI Constituent Stocks', '00001 00005 00700 09988'],
  [HK, 'HSCEI Stock', '00700 00939 02318'],
  [HK, 'Motherboard', '00001 00981 09999'],
  [HK, 'GEM', '08083 08279'],
  [HK, 'LIST1910', '00001 08083 09999'],
  [HK, 'LIST1911', '00939 01398 02318'],
  [HK, 'LIST1912', '08189'],
  [HK, 'Fund', '02800 03033 07226'],
  [HK, 'LIST1600', '00700 09988'],
  [HK, 'LIST1921', '03750 02097'],
  [SH, 'LIST3000000', '600000 600519 601398'],
  [SH, 'LIST3000002', '000001 000300 399001 399006'],
  [SH, 'LIST3000005', '600519 688981 000001 300750'],
  [SH, 'LIST0600', '300059'],
  [SH, 'LIST0992', '688981 688256'],
  [SZ, 'LIST3000001', '000001 000002'],
  [SZ, 'LIST3000003', '002594 002415'],
  [SZ, 'LIST3000004', '300750 300059'],
  [US, 'USAALL', 'AAPL AMD BRK.B'],
]

test('the documented plates have their members', () => {
  for (const [market, code, members] of DOCUMENTED) {
    const found = codesOf(market, code)
    for (const member of members.split(' ')) assert.ok(found.includes(member), `${member} is not in ${code}`)
  }
  // Plates of securities that are not simulated: B shares.
  assert.deepEqual([codesOf(SH, 'LIST0901'), codesOf(SH, 'LIST0902')], [[], []])
})

test('plates separate what the documents separate', () => {
  const main = codesOf(HK, 'Motherboard')
  assert.ok(codesOf(HK, 'GEM').every((code) => !main.includes(code)))
  assert.deepEqual([...main, ...codesOf(HK, 'GEM')].toSorted(), codesOf(HK, 'LIST1910'))
  assert.ok(codesOf(HK, 'Fund').every((code) => !main.includes(code)))
  assert.ok(codesOf(US, 'USAALL').every((code) => !code.startsWith('.') && code !== 'SPY'))
  const mainland = [...codesOf(SH, 'LIST3000000'), ...codesOf(SH, 'LIST0992'), ...codesOf(SZ, 'LIST3000001')]
  assert.deepEqual([...mainland, ...codesOf(SZ, 'LIST3000004')].toSorted(), codesOf(SH, 'LIST3000005').toSorted())
})

test('codes of earlier documents name the same plates, and so do both mainland markets', () => {
  assert.deepEqual(codesOf(HK, 'HSI Constituent'), codesOf(HK, 'HSI Constituent Stocks'))
  assert.deepEqual(codesOf(HK, 'BK1910'), codesOf(HK, 'LIST1910'))
  assert.deepEqual(codesOf(SH, '3000005'), codesOf(SH, 'LIST3000005'))
  assert.deepEqual(codesOf(SH, 'LIST3000004'), codesOf(SZ, 'LIST3000004'))
})

test('an index lists its constituents under its own code', () => {
  assert.deepEqual(codesOf(HK, '800000'), codesOf(HK, 'HSI Constituent Stocks'))
  assert.ok(codesOf(HK, '800700').includes('01810'))
  assert.equal(codesOf(US, '.DJI').length, 30)
  assert.ok(codesOf(SH, '000300').includes('300750') && codesOf(SH, '000300').includes('600519'))
  // The same digits in Shenzhen are a bank.
  assert.match(refusalOf('Qot_GetPlateSecurity', { plate: { market: SZ, code: '000300' } }), /未知板块 SZ.000300/)
})

test('documented plates are named as the plates of a security, not in the list of plates', () => {
  const security = { market: HK, code: '00001' }
  const [owner] = answer('Qot_GetOwnerPlate', { securityList: [security] }).ownerPlateList ?? []
  const others = (owner?.plateInfoList ?? []).filter(({ plateType }) => plateType === PlateSetType.Other)
  assert.ok(others.some(({ plate }) => plate.code === 'HSI Constituent Stocks'))
  // The schema: "other" is only for the plates of a security.
  for (const plateSetType of [PlateSetType.All, PlateSetType.Other]) {
    const { plateInfoList = [] } = answer('Qot_GetPlateSet', { market: HK, plateSetType })
    assert.ok(plateInfoList.every(({ plateType }) => plateType !== PlateSetType.Other))
  }
})

test('a stock filter searches within a documented plate', () => {
  const plate = { market: HK, code: 'HSCEI Stock' }
  const { dataList = [], allCount } = answer('Qot_StockFilter', { begin: 0, num: 200, market: HK, plate })
  assert.equal(allCount, codesOf(HK, 'HSCEI Stock').length)
  assert.ok(dataList.some(({ security }) => security.code === '00939'))
})
