/** Other names of an enum's values: the schema's name, without the enum's prefix, by the other name. */
type OtherNames = Readonly<Record<string, string>>

/** The SDK's names of K-lines. The schema's two enums have the same names with different numbers. */
const K_LINES: OtherNames = {
  K_1M: '1Min',
  K_3M: '3Min',
  K_5M: '5Min',
  K_10M: '10Min',
  K_15M: '15Min',
  K_30M: '30Min',
  K_60M: '60Min',
  K_120M: '120Min',
  K_180M: '180Min',
  K_240M: '240Min',
  K_DAY: 'Day',
  K_WEEK: 'Week',
  K_MON: 'Month',
  K_QUARTER: 'Quarter',
  K_YEAR: 'Year',
}

const K_LINE_SUBSCRIPTIONS: OtherNames = Object.fromEntries(
  Object.entries(K_LINES).map(([name, schemaName]) => [name, `KL_${schemaName}`]),
)

/**
 * The names of Futu's official Python SDK (`futu-api`, `futu/common/constant.py`) that differ from the schema's names
 * in more than letter case and underscores (`SPECIAL_LIMIT_ALL` does not). The SDK's `NONE` is not listed, except for
 * the sort direction: to state no value, leave the field out of the body.
 */
export const SDK_NAMES: Readonly<Record<string, OtherNames>> = {
  'Qot_Common.KLType': K_LINES,
  'Qot_Common.SubType': {
    ...K_LINE_SUBSCRIPTIONS,
    QUOTE: 'Basic',
    RT_DATA: 'RT',
    // The schema misspells the quarter. `KL_Quarter` follows the names of its other K-lines.
    K_QUARTER: 'KL_Qurater',
    KL_Quarter: 'KL_Qurater',
  },
  'Qot_Common.RehabType': { QFQ: 'Forward', HFQ: 'Backward' },
  'Qot_Common.QotMarket': {
    HK: 'HK_Security',
    US: 'US_Security',
    SH: 'CNSH_Security',
    SZ: 'CNSZ_Security',
    SG: 'SG_Security',
    JP: 'JP_Security',
    AU: 'AU_Security',
    MY: 'MY_Security',
    CA: 'CA_Security',
    FX: 'FX_Security',
    CC: 'CC_Security',
    EC: 'EventContract',
  },
  'Qot_Common.SecurityType': { STOCK: 'Eqty', ETF: 'Trust', IDX: 'Index' },
  'Qot_Common.OptionType': { ALL: 'Unknown' },
  'Qot_GetOptionChain.OptionCondType': { ALL: 'Unknow' },
  'Qot_Common.WarrantType': { CALL: 'Buy', PUT: 'Sell' },
  'Qot_StockFilter.SortDir': { NONE: 'No' },
  'Qot_StockFilter.FinancialField': { NET_PROFIX_GROWTH: 'NetProfitGrowth', DEBT_ASSET_RATE: 'DebtAssetsRate' },
  'Trd_Common.OrderType': { TWAP: 'TWAP_MARKET', VWAP: 'VWAP_MARKET' },
}
