/** The members of a request that determine whether it counts and in which window. */
export interface CallFields {
  readonly header?: { readonly accID?: bigint } | undefined
  readonly refreshCache?: boolean | undefined
  readonly nextReqKey?: Uint8Array | undefined
}

/** One published limit. */
export interface RateRule {
  /** Calls with the same counter share a limit. */
  readonly counter: string
  /** The call's name in OpenD's text of refusal. */
  readonly name: string
  /** Calls per 30 s. */
  readonly limit: number
  /** Counted separately for each trading account. */
  readonly perAccount?: boolean
  /** Least time between two calls. */
  readonly leastGapMs?: number
  /** Whether this call counts; absent if every call counts. */
  readonly counts?: (c2s: CallFields) => boolean
}

/** Cached answers are free; only requests to the trade server count. */
const onlyRefresh = (c2s: CallFields): boolean => c2s.refreshCache === true

/** Only the first page of a paged answer counts. */
const onlyFirstPage = (c2s: CallFields): boolean => (c2s.nextReqKey?.length ?? 0) === 0

/**
 * The limits of OpenD's documentation; where its pages disagree, the number that OpenD was last observed to enforce.
 * The Chinese names are those of OpenD's refusals where users have published them (snapshot, option chain, plates,
 * filter, order). The other names are the documentation's titles of the calls.
 */
const SINGLE_RULES: readonly (readonly [protoId: number, name: string, limit: number, more?: Partial<RateRule>])[] = [
  [2005, '解锁交易', 10],
  [2101, '查询账户资金', 10, { perAccount: true, counts: onlyRefresh }],
  [2102, '查询持仓', 10, { perAccount: true, counts: onlyRefresh }],
  [2111, '查询最大可买可卖', 10, { perAccount: true }],
  [2201, '查询未完成订单', 10, { perAccount: true, counts: onlyRefresh }],
  [2202, '下单', 15, { perAccount: true, leastGapMs: 20 }],
  [2205, '改单撤单', 20, { perAccount: true, leastGapMs: 40 }],
  [2211, '查询当日成交', 10, { perAccount: true, counts: onlyRefresh }],
  [2221, '查询历史订单', 10, { perAccount: true }],
  [2222, '查询历史成交', 10, { perAccount: true }],
  [2223, '获取融资融券数据', 10, { perAccount: true }],
  [2225, '查询订单费用', 10, { perAccount: true }],
  [2226, '查询账户现金流水', 20, { perAccount: true }],
  [2227, '下单', 15, { perAccount: true, leastGapMs: 20, counter: '2202' }],
  [3103, '获取历史K线', 60, { counts: onlyFirstPage }],
  [3105, '获取复权因子', 60],
  [3202, '获取静态数据', 10],
  [3203, '获取市场快照', 60],
  [3204, '获取板块列表', 10],
  [3205, '获取板块内股票列表', 10],
  [3206, '获取关联数据', 10],
  [3207, '获取股票所属板块', 10],
  [3208, '获取持股变化列表', 10],
  [3209, '获取期权链', 10],
  [3210, '获取窝轮', 60],
  [3211, '获取资金流向', 30],
  [3212, '获取资金分布', 30],
  [3213, '获取自选股列表', 10],
  [3214, '修改自选股列表', 10],
  [3215, '条件选股', 10],
  [3217, '获取IPO信息', 10],
  [3218, '获取期货合约资料', 30],
  [3219, '获取交易日', 30],
  [3220, '设置到价提醒', 60],
  [3221, '获取到价提醒列表', 10],
  [3222, '获取自选股分组列表', 10],
  [3223, '获取市场状态', 10],
  [3224, '获取期权链到期日', 60],
  [3262, '搜索行情', 10],
  [3263, '搜索资讯', 10],
]

/** Families of newer calls with the same limit; each call has its own counter. */
const RANGE_RULES: readonly (readonly [firstId: number, lastId: number, name: string, limit: number])[] = [
  [3225, 3251, '获取F10数据', 30],
  [3255, 3258, '获取期权数据', 30],
  [3401, 3433, '获取榜单数据', 60],
]

/** Every limited call by protocol id. Other calls have no limit. */
export const RATE_RULES: ReadonlyMap<number, RateRule> = new Map([
  ...SINGLE_RULES.map(([id, name, limit, more]): [number, RateRule] => [
    id,
    { counter: String(id), name, limit, ...more },
  ]),
  ...RANGE_RULES.flatMap(([first, last, name, limit]) =>
    Array.from({ length: last - first + 1 }, (_, i): [number, RateRule] => [
      first + i,
      { counter: String(first + i), name, limit },
    ]),
  ),
])
