import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SecurityType } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { marketFactsOf } from '../../../src/limits/market/market-facts.ts'

type Snapshot = MessageTypes['Qot_GetSecuritySnapshot.Snapshot']
type OptionData = MessageTypes['Qot_GetSecuritySnapshot.OptionSnapshotExData']
type FutureInfo = MessageTypes['Qot_GetFutureInfo.FutureInfo']

const FUTURE_FACTS = {
  lastPrice: 400,
  contractMultiplier: 50,
  unknownCurrency: null,
  securityType: SecurityType.Future,
}

test('shares, funds and warrants count by the piece', () => {
  for (const type of [SecurityType.Eqty, SecurityType.Trust, SecurityType.Warrant, SecurityType.Bond]) {
    assert.deepEqual(marketFactsOf(snapshot(type), null), {
      lastPrice: 400,
      contractMultiplier: 1,
      currency: null,
      unknownCurrency: null,
      securityType: type,
    })
  }
})

test('before the first trade of a day the last close is the price; without one there is none', () => {
  assert.equal(marketFactsOf(snapshot(SecurityType.Eqty, { curPrice: 0 }), null).lastPrice, 398)
  const unpriced = snapshot(SecurityType.Eqty, { curPrice: 0, lastClosePrice: 0 })
  assert.equal(marketFactsOf(unpriced, null).lastPrice, null)
})

test('an option counts by its contract, the larger of the sizes it states', () => {
  const multiplier = (data: Partial<OptionData> | null): number | null =>
    marketFactsOf(snapshot(SecurityType.Drvt, {}, data), null).contractMultiplier
  assert.equal(multiplier({ contractSize: 100 }), 100)
  assert.equal(multiplier({ contractSize: 12, contractSizeFloat: 12.5 }), 12.5)
  assert.equal(multiplier({ contractSize: 1, contractMultiplier: 50 }), 50)
  assert.equal(multiplier(null), null)
})

test('a future counts by the size of its contract, in the currency it names in any language', () => {
  const facts = (quoteCurrency: string): unknown =>
    marketFactsOf(snapshot(SecurityType.Future), future({ contractSize: 50, quoteCurrency }))
  assert.deepEqual(facts('港元'), { ...FUTURE_FACTS, currency: 'HKD' })
  assert.deepEqual(facts('USD'), { ...FUTURE_FACTS, currency: 'USD' })
  assert.deepEqual(facts('美分'), { ...FUTURE_FACTS, currency: null, unknownCurrency: '美分' })
  assert.equal(marketFactsOf(snapshot(SecurityType.Future), null).contractMultiplier, null)
})

test('what cannot be traded has no multiplier', () => {
  for (const type of [SecurityType.Index, SecurityType.Plate, SecurityType.Unknown, 99]) {
    assert.equal(marketFactsOf(snapshot(type), null).contractMultiplier, null)
  }
})

function snapshot(
  type: number,
  prices: { curPrice?: number; lastClosePrice?: number } = {},
  option: Partial<OptionData> | null = null,
): Snapshot {
  const basic = {
    security: { market: 1, code: '00700' },
    type,
    isSuspend: false,
    listTime: '',
    lotSize: 100,
    priceSpread: 0.2,
    updateTime: '',
    highPrice: 0,
    openPrice: 0,
    lowPrice: 0,
    lastClosePrice: 398,
    curPrice: 400,
    volume: 0n,
    turnover: 0,
    turnoverRate: 0,
    ...prices,
  }
  return option === null ? { basic } : { basic, optionExData: optionData(option) }
}

function optionData(change: Partial<OptionData>): OptionData {
  return {
    type: 1,
    owner: { market: 1, code: '00700' },
    strikeTime: '',
    strikePrice: 400,
    contractSize: 100,
    openInterest: 0,
    impliedVolatility: 0,
    premium: 0,
    delta: 0,
    gamma: 0,
    vega: 0,
    theta: 0,
    rho: 0,
    ...change,
  }
}

function future(change: Partial<FutureInfo>): FutureInfo {
  return {
    name: '',
    security: { market: 1, code: 'HSImain' },
    lastTradeTime: '',
    ownerOther: '',
    exchange: '',
    contractType: '',
    contractSize: 50,
    contractSizeUnit: '',
    quoteCurrency: 'HKD',
    minVar: 1,
    minVarUnit: '',
    timeZone: '',
    exchangeFormatUrl: '',
    ...change,
  }
}
