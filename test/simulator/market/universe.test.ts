import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Currency, ExchType, QotMarket } from '../../../proto/enums.ts'
import { dateText } from '../../../src/base/time/civil-date.ts'
import { listedSecurities } from '../../../src/simulator/market/listed.ts'
import { rowsOf } from '../../../src/simulator/market/listing-table.ts'
import { Market } from '../../../src/simulator/market/market.ts'
import { optionClasses } from '../../../src/simulator/market/option-class.ts'
import { warrantSlots } from '../../../src/simulator/market/warrant-slots.ts'
import { NOW_MS, securityOf } from './sample-securities.ts'

const { HK_Security: HK, US_Security: US, CNSH_Security: SH, CNSZ_Security: SZ } = QotMarket
const market = new Market({ seed: 11 })
const LISTED = listedSecurities()

/** Securities that public programs trade and watch first. */
const FAMILIAR: readonly (readonly [market: number, codes: string])[] = [
  [HK, '00001 00123 00981 01024 02015 09888 09992 09999 03750 00823 03067 07226 800000 800100 800700'],
  [US, 'AMD NFLX PLTR GOOG INTC COIN BRK.B PDD TSM V WMT VOO IWM DIA TQQQ SQQQ TLT .SPX .DJI .IXIC .NDX .VIX'],
  [SH, '600000 600276 601288 601899 688041 510050 588000 000001 000300 000016 000905'],
  [SZ, '000002 000651 002415 300059 300760 159919 399001 399006'],
  [HK, 'HSImain HSIcurrent HSInext MHImain HTImain HHImain MCHmain'],
  [US, 'ESmain NQmain YMmain RTYmain MESmain MNQmain CLmain GCmain SImain NGmain HGmain'],
]

test('familiar codes are listed and have prices in the order of their size', () => {
  for (const [qotMarket, codes] of FAMILIAR) {
    for (const code of codes.split(' ')) {
      const security = securityOf(market, [qotMarket, code])
      const { ladder } = security.listing
      const price = ladder.priceAt(security.stateAt(NOW_MS)?.last ?? 0)
      assert.ok(price > 0, code)
      const size = security.listing.process?.referencePrice
      if (size !== undefined) assert.ok(price > size / 3 && price < size * 3, `${code} is at ${price}, not at ${size}`)
      assert.ok(market.book(security.instrument, NOW_MS).bids.length > 0, code)
    }
  }
})

test('each market has as many stocks and funds as its traders know', () => {
  const count = (qotMarket: number): number =>
    LISTED.filter(({ instrument }) => instrument.market === qotMarket && instrument.kind !== 'index').length
  assert.ok(count(HK) >= 150 && count(US) >= 150, `${count(HK)} and ${count(US)}`)
  assert.ok(count(SH) >= 60 && count(SZ) >= 60, `${count(SH)} and ${count(SZ)}`)
  const keys = LISTED.map(({ instrument }) => `${instrument.market}.${instrument.code}`)
  assert.equal(new Set(keys).size, keys.length, 'no code twice')
})

test('listings have the facts of their exchange', () => {
  const factsOf = (qotMarket: number, code: string): readonly unknown[] => {
    const { instrument, englishName, exchange, listedOn } = securityOf(market, [qotMarket, code]).listing
    return [instrument.name, englishName, instrument.lotSize, exchange, dateText(listedOn)]
  }
  // Names, board lots, boards and first days of trading as the exchanges publish them.
  assert.deepEqual(factsOf(HK, '00981'), ['中芯国际', 'SMIC', 500, ExchType.HK_MainBoard, '2004-03-18'])
  assert.deepEqual(factsOf(HK, '01024'), ['快手-W', 'Kuaishou-W', 100, ExchType.HK_MainBoard, '2021-02-05'])
  assert.deepEqual(factsOf(US, 'PLTR'), ['Palantir', 'Palantir', 1, ExchType.US_Nasdaq, '2020-09-30'])
  assert.deepEqual(factsOf(US, 'V'), ['Visa', 'Visa', 1, ExchType.US_NYSE, '2008-03-19'])
  assert.deepEqual(factsOf(SH, '688256'), ['寒武纪', 'Cambricon', 100, ExchType.CN_STIB, '2020-07-20'])
  assert.deepEqual(factsOf(SZ, '300059'), ['东方财富', 'East Money', 100, ExchType.CN_SZ, '2010-03-19'])
})

test('lots are those of the exchange of Hong Kong', () => {
  const lotOf = (code: string): number => securityOf(market, [HK, code]).instrument.lotSize
  // The board lots on HKEX's page of each security at the end of 2025; BYD and China Tower changed theirs in that year.
  const lots = { '00700': 100, '00005': 400, '09988': 100, '02800': 500, '00388': 100, '00941': 500, '00939': 1000 }
  const others = { '00981': 500, '01024': 100, '01810': 200, '03690': 100, '01211': 100, '00788': 500, '01787': 250 }
  for (const [code, lot] of Object.entries({ ...lots, ...others })) assert.equal(lotOf(code), lot, code)
})

test('indexes have the members of the reviews of December 2025', () => {
  const membersOf = (qotMarket: number, index: string): ReadonlySet<string> =>
    new Set(
      LISTED.filter(({ instrument, indexes = [] }) => instrument.market === qotMarket && indexes.includes(index)).map(
        ({ instrument }) => instrument.code,
      ),
    )
  const check = (qotMarket: number, index: string, members: string, others: string): void => {
    const found = membersOf(qotMarket, index)
    for (const code of members.split(' ')) assert.ok(found.has(code), `${code} is not in ${index}`)
    for (const code of others.split(' ')) assert.ok(!found.has(code), `${code} is in ${index}`)
  }
  // Announcements of Hang Seng Indexes of May, August and November 2025.
  check(HK, '800000', '00300 02057 00728 02618 09992 01801', '00017 03750 00020')
  check(HK, '800100', '09992 01378 01801 09987', '02688 06862 09901 00005')
  check(HK, '800700', '01211 09863', '00522 00772 00005')
  // Announcements of S&P Dow Jones Indices of November 2024 and 2025, and of Nasdaq of December 2024 and 2025.
  check(US, '.DJI', 'NVDA SHW WMT', 'INTC DELL')
  check(US, '.SPX', 'COIN HOOD APP', 'TSM MSTR ARM')
  check(US, '.NDX', 'PLTR MSTR MRVL WDAY PDD', 'WMT SMCI MRNA JD BIDU')
  assert.deepEqual(
    [membersOf(US, '.DJI').size, membersOf(HK, '800000').size, membersOf(HK, '800100').size],
    [30, 85, 44],
  )
  assert.ok(membersOf(HK, '800700').size === 29 && membersOf(US, '.NDX').size <= 101)
})

test('every listing can be simulated', () => {
  for (const { instrument, process, follows, dailyLimit, plan, fundamentals } of LISTED) {
    const { code, market: qotMarket, lotSize, currency } = instrument
    assert.ok((process === null) !== (follows === null), code)
    if (follows !== null) assert.ok(market.security(qotMarket, follows.code) !== null, `${code} follows nothing`)
    assert.ok(Number.isInteger(lotSize) && lotSize >= 1, code)
    assert.equal(currency, CURRENCIES[qotMarket], code)
    // A move of four times the daily volatility must be within the limit, or the process is cut at the limit each day.
    if (dailyLimit !== null && process !== null) assert.ok(process.dailyVolatility <= dailyLimit / 5 + 1e-9, code)
    assert.equal(plan.zone.name, ZONES[qotMarket], code)
    assert.equal(fundamentals === null, instrument.kind === 'index', code)
    if (fundamentals !== null) assert.ok(fundamentals.issuedShares > 0 && fundamentals.industry !== '', code)
  }
})

test('options and warrants stand on securities of the lists', () => {
  for (const { market: qotMarket, ownerCode, prefix } of optionClasses()) {
    const optionMarket = market.optionMarket(qotMarket, ownerCode)
    assert.ok(optionMarket !== null, `${prefix} has no underlying ${ownerCode}`)
    const dayIndex = optionMarket.owner.clock.dayIndexAt(NOW_MS)
    assert.ok(optionMarket.expiriesOn(dayIndex).length > 0, prefix)
  }
  const amd = market.optionMarket(US, 'AMD')
  const terms = [...(amd?.termsOn(amd.owner.clock.dayIndexAt(NOW_MS)) ?? [])][0]
  assert.ok(amd !== null && terms !== undefined)
  assert.ok(market.security(US, amd.listingOf(terms).instrument.code) !== null, 'an option of the chain is listed')
  for (const { code, ownerCode } of warrantSlots()) {
    const { derivative } = securityOf(market, [HK, code])
    assert.ok(derivative.kind === 'warrant' && market.security(HK, ownerCode) !== null, code)
  }
})

test('mainland boards have their price limits', () => {
  const limitOf = (qotMarket: number, code: string) => securityOf(market, [qotMarket, code]).listing.dailyLimit
  assert.deepEqual(
    [limitOf(SH, '600000'), limitOf(SH, '688111'), limitOf(SZ, '000002'), limitOf(SZ, '300760'), limitOf(SH, '000300')],
    [0.1, 0.2, 0.1, 0.2, null],
  )
})

test('a malformed line of a table is an error, not a security', () => {
  const marks = { indexes: {} }
  assert.throws(() => rowsOf('00001|长和|CKH|h|many|2015-03-18|52|6|3.8|综合企业', marks), /not a number/)
  assert.throws(() => rowsOf('00001|长和|CKH|h|500|2015-03-18|52|6|3.8|综合企业|colour=red', marks), /no column colour/)
})

const CURRENCIES: Readonly<Record<number, number>> = {
  [HK]: Currency.HKD,
  [US]: Currency.USD,
  [SH]: Currency.CNH,
  [SZ]: Currency.CNH,
}

const ZONES: Readonly<Record<number, string>> = {
  [HK]: 'Asia/Hong_Kong',
  [US]: 'America/New_York',
  [SH]: 'Asia/Shanghai',
  [SZ]: 'Asia/Shanghai',
}
