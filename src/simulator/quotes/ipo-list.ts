import { QotMarket } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { refuse, type C2S, type CallContext, type Refusal, type S2C } from '../handler.ts'
import { mix, unitOf } from '../market/hash.ts'
import { localMomentOf, type TimeZone } from '../../base/time/time-zone.ts'
import { HONG_KONG, NEW_YORK, SHANGHAI } from '../market/exchange-zones.ts'
import { tradingCalendar, type CalendarName } from '../market/trading-calendar.ts'
import type { World } from '../world.ts'
import { countOf, rounded } from './figures.ts'
import { marketDay } from './market-time.ts'

type IpoData = MessageTypes['Qot_GetIpoList.IpoData']

interface IpoMarket {
  readonly market: number
  readonly calendar: CalendarName
  readonly zone: TimeZone
}

/** Each market has one new company per week. The list contains the last one and the next three. */
const WEEKS_SHOWN = [0, 1, 2, 3] as const
const TRADING_DAYS_PER_WEEK = 5

const MARKETS: ReadonlyMap<number, IpoMarket> = new Map<number, IpoMarket>([
  [QotMarket.HK_Security, { market: QotMarket.HK_Security, calendar: 'hk', zone: HONG_KONG }],
  [QotMarket.US_Security, { market: QotMarket.US_Security, calendar: 'us', zone: NEW_YORK }],
  [QotMarket.CNSH_Security, { market: QotMarket.CNSH_Security, calendar: 'cn', zone: SHANGHAI }],
  [QotMarket.CNSZ_Security, { market: QotMarket.CNSZ_Security, calendar: 'cn', zone: SHANGHAI }],
])

/** Qot_GetIpoList: upcoming listings. The companies are fictitious and do not trade in the simulator. */
export function getIpoList(
  world: World,
  { market }: C2S<'Qot_GetIpoList'>,
  { nowMs }: CallContext,
): S2C<'Qot_GetIpoList'> | Refusal {
  const ipoMarket = MARKETS.get(market)
  if (ipoMarket === undefined) return refuse(`no list of new shares for market ${market}`)
  const calendar = tradingCalendar(ipoMarket.calendar)
  const today = calendar.indexAtOrBefore(localMomentOf(ipoMarket.zone, nowMs).epochDay)
  const week = Math.floor(today / TRADING_DAYS_PER_WEEK)
  return { ipoList: WEEKS_SHOWN.map((ahead) => ipoOf(world, ipoMarket, week + ahead)) }
}

function ipoOf(world: World, ipoMarket: IpoMarket, week: number): IpoData {
  const { market, zone } = ipoMarket
  const calendar = tradingCalendar(ipoMarket.calendar)
  const hash = mix(mix(world.market.seed, market), week)
  const listIndex = (week + 1) * TRADING_DAYS_PER_WEEK - 1
  const listed = marketDay(zone, calendar.dayAt(listIndex))
  const applyEnd = marketDay(zone, calendar.dayAt(listIndex - 6))
  const price = rounded(5 + 45 * unitOf(mix(hash, 1)), 2)
  const issueSize = Math.round(20 + 200 * unitOf(mix(hash, 2))) * 1_000_000
  const basic = {
    security: { market, code: unusedCode(world, market, hash) },
    name: `${NAMES[hash % NAMES.length] ?? ''}${KINDS[(hash >>> 8) % KINDS.length] ?? ''}`,
    listTime: listed.text,
    listTimestamp: listed.timestamp,
  }
  if (market === QotMarket.US_Security) {
    const range = { ipoPriceMin: rounded(price * 0.9, 2), ipoPriceMax: rounded(price * 1.1, 2) }
    return { basic, usExData: { ...range, issueSize: countOf(issueSize) } }
  }
  if (market === QotMarket.HK_Security) {
    const lotSize = 500
    const ipoPriceMax = rounded(price * 1.1, 2)
    return {
      basic,
      hkExData: {
        ipoPriceMin: rounded(price * 0.9, 2),
        ipoPriceMax,
        listPrice: price,
        lotSize,
        // The highest price of a lot with the brokerage and levies of a public offer, 1.0085 %.
        entrancePrice: rounded(ipoPriceMax * lotSize * 1.010085, 2),
        isSubscribeStatus: false,
        applyEndTime: applyEnd.text,
        applyEndTimestamp: applyEnd.timestamp,
      },
    }
  }
  const drawn = marketDay(zone, calendar.dayAt(listIndex - 4))
  return {
    basic,
    cnExData: {
      applyCode: `7${basic.security.code.slice(1)}`,
      issueSize: countOf(issueSize),
      onlineIssueSize: countOf(issueSize * 0.3),
      applyUpperLimit: countOf(issueSize / 2000),
      applyLimitMarketValue: countOf((issueSize / 2000) * 10),
      isEstimateIpoPrice: false,
      ipoPrice: price,
      industryPeRate: rounded(15 + 20 * unitOf(mix(hash, 3)), 2),
      isEstimateWinningRatio: false,
      winningRatio: rounded(0.01 + 0.05 * unitOf(mix(hash, 4)), 4),
      issuePeRate: rounded(12 + 11 * unitOf(mix(hash, 5)), 2),
      applyTime: applyEnd.text,
      applyTimestamp: applyEnd.timestamp,
      winningTime: drawn.text,
      winningTimestamp: drawn.timestamp,
      isHasWon: false,
      winningNumData: [],
    },
  }
}

const NAMES = ['海澜', '星桥', '明川', '远航', '青禾', '云岭', '东岳', '华信', '瑞丰', '天枢', '嘉禾', '北辰'] as const
const KINDS = ['科技', '生物', '医药', '控股', '能源', '材料', '智能', '物流'] as const

/** A code in the market's form that is not the code of a listed security. */
function unusedCode(world: World, market: number, hash: number): string {
  let attempt = hash
  while (world.market.instrument(market, codeOf(market, attempt)) !== null) attempt = mix(attempt, 1)
  return codeOf(market, attempt)
}

function codeOf(market: number, hash: number): string {
  const digits = (count: number): string => String(hash % 10 ** count).padStart(count, '0')
  if (market === QotMarket.HK_Security) return `06${digits(3)}`
  if (market === QotMarket.CNSH_Security) return `603${digits(3)}`
  if (market === QotMarket.CNSZ_Security) return `301${digits(3)}`
  return Array.from({ length: 4 }, (_, at) => String.fromCharCode(65 + ((hash >>> (at * 5)) % 26))).join('')
}
