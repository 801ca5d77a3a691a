import { ExchType, QotMarket } from '../../../proto/enums.ts'
import { epochDayOf } from '../../base/time/civil-date.ts'
import type { Listing } from './listing.ts'

/** A plate that OpenD's documents name by its code, as a rule for its members. */
export interface PlateRule {
  /** The market before the code in the documents. */
  readonly market: number
  readonly code: string
  readonly name: string
  readonly has: (listing: Listing) => boolean
}

/** Securities of a hot list, by the money traded a day. */
const HOT_LIST_LENGTH = 30

/** First day of "listed new shares". */
const NEW_SINCE = epochDayOf(2025, 1, 1)

const { HK_Security: HK, US_Security: US, CNSH_Security: SH, CNSZ_Security: SZ } = QotMarket

/**
 * The table "Commonly used sectors and index codes" of the official documents of get_plate_stock, and the boards of the
 * US exchanges. The B shares of Shanghai and Shenzhen are not simulated, so their two plates are empty.
 */
export function documentedPlates(listings: readonly Listing[]): readonly PlateRule[] {
  const hotOf = (markets: readonly number[]): ReadonlySet<Listing> => hotList(listings, markets)
  const hotHk = hotOf([HK])
  const hotCn = hotOf([SH, SZ])
  const none = (): boolean => false
  return [
    plate(HK, 'HSI Constituent Stocks', '恒指成份股', isMemberOf(HK, '800000')),
    plate(HK, 'HSCEI Stock', '国指成份股', isMemberOf(HK, '800100')),
    plate(HK, 'Motherboard', '港股主板', (one) => isStock(one, HK) && one.exchange === ExchType.HK_MainBoard),
    plate(HK, 'GEM', '港股创业板', (one) => isStock(one, HK) && one.exchange === ExchType.HK_GEMBoard),
    plate(HK, 'LIST1910', '所有港股', (one) => isStock(one, HK)),
    plate(HK, 'LIST1911', '主板H股', (one) => isHShare(one, ExchType.HK_MainBoard)),
    plate(HK, 'LIST1912', '创业板H股', (one) => isHShare(one, ExchType.HK_GEMBoard)),
    plate(HK, 'Fund', '港股基金', (one) => one.instrument.market === HK && one.instrument.kind === 'etf'),
    plate(HK, 'LIST1600', '热门(港)', (one) => hotHk.has(one)),
    plate(HK, 'LIST1921', '已上市新股-港股', (one) => isStock(one, HK) && one.listedOn >= NEW_SINCE),
    plate(SH, 'LIST3000000', '上海主板', (one) => isStock(one, SH) && !one.instrument.code.startsWith('688')),
    plate(SH, 'LIST0901', '上证B股', none),
    plate(SH, 'LIST0902', '深证B股', none),
    plate(SH, 'LIST3000002', '沪深指数', (one) => isMainland(one) && one.instrument.kind === 'index'),
    plate(SH, 'LIST3000005', '沪深全部A股', (one) => isMainland(one) && one.instrument.kind === 'stock'),
    plate(SH, 'LIST0600', '热门(沪深)', (one) => hotCn.has(one)),
    plate(SH, 'LIST0992', '科创板', (one) => isStock(one, SH) && one.instrument.code.startsWith('688')),
    plate(SH, 'LIST0921', '已上市新股-A股', (one) => isMainland(one) && isNewStock(one)),
    plate(SZ, 'LIST3000001', '深证主板', (one) => isStock(one, SZ) && one.instrument.code.startsWith('0')),
    plate(SZ, 'LIST3000003', '中小企业板块', (one) => isStock(one, SZ) && one.instrument.code.startsWith('002')),
    plate(SZ, 'LIST3000004', '深证创业板', (one) => isStock(one, SZ) && one.instrument.code.startsWith('3')),
    plate(US, 'USAALL', '所有美股', (one) => isStock(one, US)),
    plate(US, 'NYSE', '纽交所', (one) => isStock(one, US) && one.exchange === ExchType.US_NYSE),
    plate(US, 'NASDAQ', '纳斯达克', (one) => isStock(one, US) && one.exchange === ExchType.US_Nasdaq),
    plate(US, 'AMEX', '美交所', (one) => isStock(one, US) && one.exchange === ExchType.US_AMEX),
  ]
}

/** For each index with members: "get the constituent stocks of the stock index", by the code of the index. */
export function indexPlates(listings: readonly Listing[]): readonly PlateRule[] {
  const indexes = listings.filter(({ instrument }) => instrument.kind === 'index')
  return indexes.map(({ instrument: { market, code, name } }) => plate(market, code, name, isMemberOf(market, code)))
}

function plate(market: number, code: string, name: string, has: PlateRule['has']): PlateRule {
  return { market, code, name, has }
}

function isStock({ instrument }: Listing, market: number): boolean {
  return instrument.market === market && instrument.kind === 'stock'
}

function isHShare(listing: Listing, exchange: number): boolean {
  return listing.isHShare === true && listing.exchange === exchange
}

function isMainland({ instrument }: Listing): boolean {
  return instrument.market === SH || instrument.market === SZ
}

function isNewStock({ instrument, listedOn }: Listing): boolean {
  return instrument.kind === 'stock' && listedOn >= NEW_SINCE
}

/** Indexes of mainland China have members of both exchanges. */
function isMemberOf(market: number, indexCode: string): PlateRule['has'] {
  const markets = market === SH || market === SZ ? [SH, SZ] : [market]
  return ({ instrument, indexes = [] }) => markets.includes(instrument.market) && indexes.includes(indexCode)
}

function hotList(listings: readonly Listing[], markets: readonly number[]): ReadonlySet<Listing> {
  const moneyOf = ({ process }: Listing): number => (process?.averageVolume ?? 0) * (process?.referencePrice ?? 0)
  const stocks = listings.filter(({ instrument }) => instrument.kind === 'stock' && markets.includes(instrument.market))
  return new Set(stocks.toSorted((one, other) => moneyOf(other) - moneyOf(one)).slice(0, HOT_LIST_LENGTH))
}
