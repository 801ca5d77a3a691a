import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkBody } from '../../../../src/wire/json/json-check.ts'
import { enumNumber } from '../../../../src/wire/json/names/json-enum.ts'
import { enumType } from '../../../../src/wire/schema.ts'
import { SDK_NAMES } from '../../../../src/wire/json/names/sdk-names.ts'

/**
 * The enums of requests by the names of the official Python SDK 10.x, and the number that the SDK sends for each: what
 * its `load_dic` tables say, without `NONE`.
 */
const SDK: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'Qot_Common.KLType': {
    ...{ K_1M: 1, K_3M: 10, K_5M: 6, K_10M: 12, K_15M: 7, K_30M: 8, K_60M: 9, K_120M: 13, K_180M: 14, K_240M: 15 },
    ...{ K_DAY: 2, K_WEEK: 3, K_MON: 4, K_QUARTER: 11, K_YEAR: 5 },
  },
  'Qot_Common.SubType': {
    ...{ QUOTE: 1, ORDER_BOOK: 2, ORDER_BOOK_ODD: 22, TICKER: 4, BROKER: 14, RT_DATA: 5 },
    ...{ K_1M: 11, K_3M: 17, K_5M: 7, K_10M: 18, K_15M: 8, K_30M: 9, K_60M: 10, K_120M: 19, K_180M: 20, K_240M: 21 },
    ...{ K_DAY: 6, K_WEEK: 12, K_MON: 13, K_QUARTER: 15, K_YEAR: 16 },
  },
  'Qot_Common.RehabType': { qfq: 1, hfq: 2, None: 0 },
  'Qot_Common.QotMarket': {
    ...{ HK: 1, HK_FUTURE: 2, US: 11, SH: 21, SZ: 22, SG: 31, JP: 41, AU: 51, MY: 61, CA: 71, FX: 81, CC: 91, EC: 101 },
  },
  'Qot_Common.SecurityType': {
    ...{ BOND: 1, BWRT: 2, STOCK: 3, ETF: 4, WARRANT: 5, IDX: 6, PLATE: 7, DRVT: 8, PLATESET: 9, FUTURE: 10 },
  },
  'Qot_Common.PlateSetType': { ALL: 0, INDUSTRY: 1, REGION: 2, CONCEPT: 3, OTHER: 4 },
  'Qot_Common.OptionType': { ALL: 0, CALL: 1, PUT: 2 },
  'Qot_GetOptionChain.OptionCondType': { ALL: 0, WITHIN: 1, OUTSIDE: 2 },
  'Qot_Common.IndexOptionType': { NORMAL: 1, SMALL: 2 },
  'Qot_Common.WarrantType': { CALL: 1, PUT: 2, BULL: 3, BEAR: 4, INLINE: 5 },
  'Qot_Common.WarrantStatus': { NORMAL: 1, SUSPEND: 2, STOP_TRADE: 3, PENDING_LISTING: 4 },
  'Qot_Common.IpoPeriod': { TODAY: 1, TOMORROW: 2, NEXTWEEK: 3, LASTWEEK: 4, LASTMONTH: 5 },
  'Qot_Common.PriceType': { OUTSIDE: 1, WITH_IN: 2 },
  'Qot_Common.SortField': {
    ...{
      CODE: 1,
      CUR_PRICE: 2,
      PRICE_CHANGE_VAL: 3,
      CHANGE_RATE: 4,
      STATUS: 5,
      BID_PRICE: 6,
      ASK_PRICE: 7,
      BID_VOL: 8,
    },
    ...{ IN_OUT_MONEY: 24, BREAK_EVEN_POINT: 19, LAST_TRADE_TIME: 22, INLINE_PRICE_STATUS: 47, POSITION_CHANGE: 50 },
  },
  'Qot_GetReference.ReferenceType': { WARRANT: 1, FUTURE: 2 },
  'Qot_StockFilter.SortDir': { NONE: 0, ASCEND: 1, DESCEND: 2 },
  'Qot_StockFilter.StockField': { PE_TTM: 13, CHANGE_RATE_5MIN: 15, PS_TTM: 17, FLOAT_MARKET_VAL: 21 },
  'Qot_StockFilter.FinancialField': {
    ...{ NET_PROFIX_GROWTH: 2, DEBT_ASSET_RATE: 7, ROA_TTM: 10, EBITDA_MARGIN: 15, NOCF_PER_SHARE: 46 },
  },
  'Qot_StockFilter.FinancialQuarter': { ANNUAL: 1, FIRST_QUARTER: 2, INTERIM: 3, MOST_RECENT_QUARTER: 5 },
  'Trd_Common.TrdEnv': { SIMULATE: 0, REAL: 1 },
  'Trd_Common.TrdMarket': {
    ...{ HK: 1, US: 2, CN: 3, HKCC: 4, FUTURES: 5, SG: 6, CRYPTO: 7, AU: 8, JP: 15, PREDICTION: 17, MY: 111, CA: 112 },
    ...{ FUTURES_SIMULATE_HK: 10, FUTURES_SIMULATE_US: 11, FUTURES_SIMULATE_SG: 12, FUTURES_SIMULATE_JP: 13 },
    ...{ HKFUND: 113, USFUND: 123, SGFUND: 124, MYFUND: 125, JPFUND: 126 },
  },
  'Trd_Common.OrderType': {
    ...{
      NORMAL: 1,
      MARKET: 2,
      ABSOLUTE_LIMIT: 5,
      AUCTION: 6,
      AUCTION_LIMIT: 7,
      SPECIAL_LIMIT: 8,
      SPECIAL_LIMIT_ALL: 9,
    },
    ...{ STOP: 10, STOP_LIMIT: 11, MARKET_IF_TOUCHED: 12, LIMIT_IF_TOUCHED: 13, TRAILING_STOP: 14 },
    ...{ TRAILING_STOP_LIMIT: 15, TWAP: 16, TWAP_LIMIT: 17, VWAP: 18, VWAP_LIMIT: 19 },
  },
  'Trd_Common.OrderStatus': {
    ...{
      UNSUBMITTED: 0,
      WAITING_SUBMIT: 1,
      SUBMITTING: 2,
      SUBMIT_FAILED: 3,
      TIMEOUT: 4,
      SUBMITTED: 5,
      FILLED_PART: 10,
    },
    ...{ FILLED_ALL: 11, CANCELLING_PART: 12, CANCELLING_ALL: 13, CANCELLED_PART: 14, CANCELLED_ALL: 15, FAILED: 21 },
    ...{ DISABLED: 22, DELETED: 23, FILL_CANCELLED: 24 },
  },
  'Trd_Common.ModifyOrderOp': { NORMAL: 1, CANCEL: 2, DISABLE: 3, ENABLE: 4, DELETE: 5 },
  'Trd_Common.TrdSide': { BUY: 1, SELL: 2, SELL_SHORT: 3, BUY_BACK: 4 },
  'Trd_Common.TrailType': { RATIO: 1, AMOUNT: 2 },
  'Trd_Common.TimeInForce': { DAY: 0, GTC: 1 },
}

test('an enum value by the name that the official Python SDK gives it is the number that the SDK sends', () => {
  for (const [enumName, values] of Object.entries(SDK)) {
    for (const [name, number] of Object.entries(values)) {
      assert.equal(enumNumber(enumName, name), number, `${enumName} ${name}`)
    }
  }
})

test('the table holds only names that the schema does not have, and gives no name two meanings', () => {
  for (const [enumName, names] of Object.entries(SDK_NAMES)) {
    const prefix = `${enumName.slice(enumName.lastIndexOf('.') + 1)}_`
    const own = new Set(
      [...enumType(enumName).values.keys()].flatMap((name) => [name, name.replace(prefix, '')].map(fold)),
    )
    for (const name of Object.keys(names)) assert.ok(!own.has(fold(name)), `${enumName} ${name}`)
  }
})

test('the quarter of a subscription can be spelled right', () => {
  for (const name of ['KL_Quarter', 'KL_Qurater', 'SubType_KL_Qurater', 'K_QUARTER', 'kl_quarter']) {
    assert.equal(enumNumber('Qot_Common.SubType', name), 15, name)
  }
})

for (const [given, meant] of [
  ['1d', 'K_DAY'],
  ['1D', 'K_DAY'],
  ['1day', 'K_DAY'],
  ['1w', 'K_WEEK'],
  ['1mo', 'K_MON (one month)'],
  ['1y', 'K_YEAR'],
  ['5m', 'K_5M'],
  ['1h', 'K_60M'],
  ['4h', 'K_240M'],
  ['1m', 'K_1M (one minute) or K_MON (one month)'],
  ['1M', 'K_1M (one minute) or K_MON (one month)'],
  ['K_DAYS', 'K_DAY'],
] as const) {
  test(`the K-line "${given}" is refused and asked back: ${meant}`, () => {
    for (const [message, body] of [
      ['Qot_GetKL.C2S', { kl_type: given }],
      ['Qot_Sub.C2S', { sub_type_list: [given] }],
    ] as const) {
      const checked = checkBody(message, body)
      assert.ok(!checked.ok && checked.failure.code === 'request.invalid_value')
      assert.ok(checked.failure.expected.endsWith(`; did you mean ${meant}?`), checked.failure.expected)
    }
  })
}

test('a period that no K-line has gets no suggestion that would be refused in turn', () => {
  for (const given of ['2d', '7m', 'zzzzzzzzzz']) {
    const checked = checkBody('Qot_GetKL.C2S', { kl_type: given })
    assert.ok(!checked.ok && checked.failure.code === 'request.invalid_value')
    assert.doesNotMatch(checked.failure.expected, /did you mean/)
  }
})

function fold(name: string): string {
  return name.replaceAll('_', '').toLowerCase()
}
