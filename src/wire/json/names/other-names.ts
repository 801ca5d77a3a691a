/**
 * Names from other products that are too different from those of this API to be found by spelling. They are suggested,
 * not accepted: a wrong guess could be an order that was not meant.
 */

/** Fields, by the name without underscores and in lower case: the names of this API, the first that a message has. */
export const OTHER_FIELDS: Readonly<Record<string, readonly string[]>> = {
  quantity: ['qty'],
  amount: ['qty'],
  volume: ['qty'],
  side: ['trd_side'],
  orderside: ['trd_side'],
  action: ['trd_side'],
  type: ['order_type', 'kl_type', 'sub_type_list'],
  pricetype: ['order_type'],
  limitprice: ['price'],
  stopprice: ['aux_price'],
  triggerprice: ['aux_price'],
  tif: ['time_in_force'],
  account: ['acc_id'],
  accountid: ['acc_id'],
  env: ['trd_env'],
  ticker: ['symbol', 'code', 'symbols'],
  stock: ['symbol', 'code', 'symbols'],
  stockcode: ['symbol', 'code'],
  codelist: ['symbols', 'security_list'],
  tickers: ['symbols', 'security_list'],
  autype: ['rehab_type'],
  adjust: ['rehab_type'],
  ktype: ['kl_type'],
  interval: ['kl_type'],
  start: ['begin_time'],
  end: ['end_time'],
  limit: ['req_num', 'num', 'max_ack_kl_num'],
  count: ['req_num', 'num', 'max_ack_kl_num'],
  depth: ['num'],
  note: ['remark'],
}

/** Enum values, by enum and by the name in the same form. */
export const OTHER_VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'Trd_Common.OrderType': {
    limit: 'NORMAL (a limit order)',
    lmt: 'NORMAL (a limit order)',
    mkt: 'MARKET',
    stoploss: 'STOP',
    stopmarket: 'STOP',
  },
  'Trd_Common.TrdSide': {
    short: 'SELL_SHORT, or SELL, which OpenD turns into a short sale',
    long: 'BUY',
    cover: 'BUY_BACK, or BUY',
  },
  'Trd_Common.TrdEnv': { paper: 'SIMULATE', demo: 'SIMULATE', live: 'REAL', production: 'REAL' },
  'Trd_Common.TrdMarket': { hkex: 'HK', nasdaq: 'US', nyse: 'US', usa: 'US', japan: 'JP' },
  'Trd_Common.TimeInForce': { goodtillcancel: 'GTC', goodtillcancelled: 'GTC', gfd: 'DAY' },
}

/** The field of a message that another product calls by this name; null without one. */
export function otherFieldName(given: string, known: Iterable<string>): string | null {
  const names = ownMember(OTHER_FIELDS, fold(given)) ?? []
  const all = new Set(known)
  return names.find((name) => all.has(name)) ?? null
}

/** The name here of an enum value that other products call `given`, for "did you mean"; null for an unknown name. */
export function otherEnumName(enumName: string, given: string): string | null {
  const values = ownMember(OTHER_VALUES, enumName) ?? {}
  return ownMember(values, fold(given)) ?? null
}

function fold(name: string): string {
  return name.replace(/[_\- ]/g, '').toLowerCase()
}

/** The given name comes from a caller, and may be one that every object inherits. */
function ownMember<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
