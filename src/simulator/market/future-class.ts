import { Currency, ExchType, QotMarket } from '../../../proto/enums.ts'
import type { PriceLadder } from './price-ladder.ts'
import { HK_FUTURES, US_FUTURES, type SessionPlan } from './session-plan.ts'
import {
  CENT_LADDER,
  DIME_LADDER,
  FIVE_MILL_LADDER,
  FIVE_POINT_LADDER,
  HALF_MILL_LADDER,
  MILL_LADDER,
  POINT_LADDER,
  QUARTER_POINT_LADDER,
} from './tick-tables.ts'

/**
 * The months of a class that are listed together.
 * - `hk`: this month, the next, and two quarter months (HKEX index futures).
 * - `quarterly`: five quarter months (CME index futures).
 * - `monthly`: six months one after the other (energy). `even`: three even months (gold). `odd`: March, May, July,
 *   September and December, three of them (silver and copper).
 */
export type MonthCycle = 'hk' | 'quarterly' | 'monthly' | 'even' | 'odd'

/**
 * The last trading day of a month, by the contract's rules at its exchange.
 * - `second last`: the business day before the month's last one (HKEX).
 * - `third friday`: of the month (CME, CBOT).
 * - `before the 25th`: three business days before the 25th of the month before (NYMEX crude oil).
 * - `before the month`: three business days before the first of the month (NYMEX natural gas).
 * - `third last`: the third last business day of the month (COMEX).
 */
export type ExpiryRule = 'second last' | 'third friday' | 'before the 25th' | 'before the month' | 'third last'

/** All contracts on one index or commodity that differ only in their month. */
export interface FutureClass {
  readonly market: number
  /** Prefix of the codes: `HSI` in `HSImain` and `HSI2612`. */
  readonly prefix: string
  readonly name: string
  /** Index or fund that the contract settles against; null for a commodity. */
  readonly ownerCode: string | null
  readonly ownerName: string
  /** Prefix of the larger contract whose price this one has; null for a contract with its own price. */
  readonly sameAs: string | null
  readonly contractSize: number
  readonly currency: number
  readonly exchange: number
  readonly exchangeName: string
  readonly contractType: string
  /** Unit of the contract size: index points, barrels, ounces. */
  readonly unit: string
  readonly ladder: PriceLadder
  readonly plan: SessionPlan
  readonly months: MonthCycle
  readonly expiry: ExpiryRule
  /** Whether `HSIcurrent` and `HSInext` exist beside `HSImain`, as for the index futures of Hong Kong. */
  readonly hasSpotCodes: boolean
  /** Daily path, level around 2026 and behaviour, as for any other security. */
  readonly path: string
  readonly referencePrice: number
  readonly yearlyGrowth: number
  readonly dailyVolatility: number
  readonly averageVolume: number
}

/** The values of a class that no market shares. A class without price values has those of `sameAs`. */
interface ClassRow {
  readonly prefix: string
  readonly name: string
  /** `pricedAs` is the fund whose price an index of the US follows. */
  readonly owner: readonly [code: string | null, name: string, pricedAs?: string]
  readonly size: number
  readonly volume: number
  readonly sameAs?: string
  /** Level, growth in percent a year and volatility in percent a day. */
  readonly price?: readonly [level: number, growth: number, volatility: number]
}

const INDEX_POINTS = '指数点'

const HK = {
  market: QotMarket.HK_Security,
  currency: Currency.HKD,
  exchange: ExchType.HK_HKEX,
  exchangeName: 'HKEX',
  contractType: '股指期货',
  unit: INDEX_POINTS,
  ladder: POINT_LADDER,
  plan: HK_FUTURES,
  months: 'hk',
  expiry: 'second last',
  hasSpotCodes: true,
} as const

const CME = {
  ...HK,
  market: QotMarket.US_Security,
  currency: Currency.USD,
  exchange: ExchType.US_CME,
  exchangeName: 'CME',
  ladder: QUARTER_POINT_LADDER,
  plan: US_FUTURES,
  months: 'quarterly',
  expiry: 'third friday',
  hasSpotCodes: false,
} as const

const CBOT = { ...CME, exchange: ExchType.US_CBOT, exchangeName: 'CBOT', ladder: POINT_LADDER } as const
const NYMEX = { ...CME, exchange: ExchType.US_NYMEX, exchangeName: 'NYMEX', contractType: '能源期货' } as const
const COMEX = { ...CME, exchange: ExchType.US_COMEX, exchangeName: 'COMEX', contractType: '金属期货' } as const

const CRUDE = {
  ...NYMEX,
  unit: '桶',
  ladder: CENT_LADDER,
  months: 'monthly',
  expiry: 'before the 25th',
} as const
const GAS = { ...CRUDE, unit: '百万英热', ladder: MILL_LADDER, expiry: 'before the month' } as const
const GOLD = { ...COMEX, unit: '金衡盎司', ladder: DIME_LADDER, months: 'even', expiry: 'third last' } as const
const SILVER = { ...GOLD, ladder: FIVE_MILL_LADDER, months: 'odd' } as const
const COPPER = { ...SILVER, unit: '磅', ladder: HALF_MILL_LADDER } as const
const RUSSELL = { ...CME, ladder: DIME_LADDER } as const
const BITCOIN = { ...CME, unit: '比特币', ladder: FIVE_POINT_LADDER, contractType: '数字货币期货' } as const

// oxfmt-ignore
const CLASSES: readonly FutureClass[] = [
  classOf(HK, { prefix: 'HSI', name: '恒指期货', owner: ['800000', '恒生指数'], size: 50, volume: 95_000, price: [20_000, 1.5, 1.2] }),
  classOf(HK, { prefix: 'MHI', name: '小型恒指期货', owner: ['800000', '恒生指数'], size: 10, volume: 120_000, sameAs: 'HSI' }),
  classOf(HK, { prefix: 'HHI', name: '国企期货', owner: ['800100', '国企指数'], size: 50, volume: 90_000, price: [7200, 1, 1.4] }),
  classOf(HK, { prefix: 'MCH', name: '小型国企期货', owner: ['800100', '国企指数'], size: 10, volume: 20_000, sameAs: 'HHI' }),
  classOf(HK, { prefix: 'HTI', name: '恒生科技期货', owner: ['800700', '恒生科技指数'], size: 50, volume: 110_000, price: [4400, 2, 2] }),
  classOf(CME, { prefix: 'ES', name: '标普500指数期货', owner: ['.SPX', '标普500指数', 'SPY'], size: 50, volume: 1_300_000, price: [5920, 8, 0.9] }),
  classOf(CME, { prefix: 'MES', name: '微型标普500指数期货', owner: ['.SPX', '标普500指数', 'SPY'], size: 5, volume: 900_000, sameAs: 'ES' }),
  classOf(CME, { prefix: 'NQ', name: '纳指100期货', owner: ['.NDX', '纳斯达克100指数', 'QQQ'], size: 20, volume: 520_000, price: [21_000, 12, 1.2] }),
  classOf(CME, { prefix: 'MNQ', name: '微型纳指100期货', owner: ['.NDX', '纳斯达克100指数', 'QQQ'], size: 2, volume: 1_200_000, sameAs: 'NQ' }),
  classOf(CBOT, { prefix: 'YM', name: '道指期货', owner: ['.DJI', '道琼斯指数'], size: 5, volume: 130_000, price: [43_100, 6, 0.8] }),
  classOf(CBOT, { prefix: 'MYM', name: '微型道指期货', owner: ['.DJI', '道琼斯指数'], size: 0.5, volume: 120_000, sameAs: 'YM' }),
  classOf(RUSSELL, { prefix: 'RTY', name: '罗素2000指数期货', owner: ['.RUT', '罗素2000指数', 'IWM'], size: 50, volume: 190_000, price: [2240, 5, 1.3] }),
  classOf(RUSSELL, { prefix: 'M2K', name: '微型罗素2000指数期货', owner: ['.RUT', '罗素2000指数', 'IWM'], size: 5, volume: 70_000, sameAs: 'RTY' }),
  classOf(CRUDE, { prefix: 'CL', name: 'WTI原油期货', owner: [null, 'WTI轻质原油'], size: 1000, volume: 350_000, price: [70, 1, 2] }),
  classOf(CRUDE, { prefix: 'MCL', name: '微型WTI原油期货', owner: [null, 'WTI轻质原油'], size: 100, volume: 100_000, sameAs: 'CL' }),
  classOf(GAS, { prefix: 'NG', name: '天然气期货', owner: [null, '亨利港天然气'], size: 10_000, volume: 180_000, price: [3.2, 0, 3] }),
  classOf(GOLD, { prefix: 'GC', name: '黄金期货', owner: [null, '黄金'], size: 100, volume: 200_000, price: [2700, 8, 0.9] }),
  classOf(GOLD, { prefix: 'MGC', name: '微型黄金期货', owner: [null, '黄金'], size: 10, volume: 110_000, sameAs: 'GC' }),
  classOf(SILVER, { prefix: 'SI', name: '白银期货', owner: [null, '白银'], size: 5000, volume: 70_000, price: [31, 6, 1.6] }),
  classOf(COPPER, { prefix: 'HG', name: '铜期货', owner: [null, '铜'], size: 25_000, volume: 70_000, price: [4.4, 4, 1.3] }),
  classOf(BITCOIN, { prefix: 'BTC', name: '比特币期货', owner: [null, '比特币'], size: 5, volume: 9000, price: [95_000, 0, 2.6] }),
]

const BY_PREFIX = new Map(CLASSES.map((one) => [one.prefix, one]))

/** All listed classes of futures. */
export function futureClasses(): readonly FutureClass[] {
  return CLASSES
}

/** The class with that prefix; null if the market does not list it. */
export function futureClassOf(market: number, prefix: string): FutureClass | null {
  const found = BY_PREFIX.get(prefix)
  return found?.market === market ? found : null
}

type SharedValues = Omit<
  FutureClass,
  | 'prefix'
  | 'name'
  | 'ownerCode'
  | 'ownerName'
  | 'sameAs'
  | 'contractSize'
  | 'path'
  | 'referencePrice'
  | 'yearlyGrowth'
  | 'dailyVolatility'
  | 'averageVolume'
>

function classOf(shared: SharedValues, { prefix, name, owner, size, volume, sameAs, price }: ClassRow): FutureClass {
  const [ownerCode, ownerName, pricedAs] = owner
  const [referencePrice, growth, volatility] = price ?? [0, 0, 0]
  return {
    ...shared,
    prefix,
    name,
    ownerCode,
    ownerName,
    sameAs: sameAs ?? null,
    contractSize: size,
    // An index and its futures share a path, so their closes have a fixed ratio. An index of the US has that of its fund.
    path: `${shared.market}.${pricedAs ?? ownerCode ?? prefix}`,
    referencePrice,
    yearlyGrowth: growth / 100,
    dailyVolatility: volatility / 100,
    averageVolume: volume,
  }
}
