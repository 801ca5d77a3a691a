import { QotMarket, Session, SubType } from '../../proto/enums.ts'
import { securityOf, type SecKey, type StreamName, type UnitKey, unitOf } from './stream.ts'
import { EXTENDED_TIME, sessionIn, type SubscriptionOptions } from './subscription-options.ts'

/**
 * The part of the US trading day that a subscription asks for; each contains the one before. RTH is OpenD's default,
 * ETH adds the hours before and after it, ALL the night.
 */
export const TRADING_HOURS = ['RTH', 'ETH', 'ALL'] as const
export type TradingHours = (typeof TRADING_HOURS)[number]

/** The wider of two. */
export function wider(one: TradingHours, other: TradingHours): TradingHours {
  return TRADING_HOURS.indexOf(one) >= TRADING_HOURS.indexOf(other) ? one : other
}

/** The hours of subscription options. `extendedTime` is the older form of ETH. */
export function hoursIn(options: SubscriptionOptions): TradingHours {
  const flag = (options & EXTENDED_TIME) === 0 ? 'RTH' : 'ETH'
  const session = sessionIn(options)
  if (session === Session.ETH) return 'ETH'
  return session === Session.ALL || session === Session.OVERNIGHT ? 'ALL' : flag
}

/** The types whose data depends on the hours: OpenD documents `session` for K-lines, intraday points and ticks only. */
const SUB_TYPES: ReadonlySet<number> = new Set([
  SubType.Ticker,
  SubType.RT,
  // The schema limits extended hours of K-lines to periods of up to 60 minutes.
  SubType.KL_1Min,
  SubType.KL_3Min,
  SubType.KL_5Min,
  SubType.KL_10Min,
  SubType.KL_15Min,
  SubType.KL_30Min,
  SubType.KL_60Min,
])

/** A US stock or fund. Codes of indexes begin with a dot; those of options and futures have digits or `main`. */
const US_SHARE = /^[A-Z][A-Z.-]*$/

/** Whether the data of a unit depends on the hours that were subscribed. */
export function hasHours(unit: UnitKey): boolean {
  const { subType, secKey } = unitOf(unit)
  return SUB_TYPES.has(subType) && isUsShare(secKey)
}

function isUsShare(secKey: SecKey): boolean {
  const { market, code } = securityOf(secKey)
  return market === QotMarket.US_Security && US_SHARE.test(code)
}

/** The stream of the pushes of a unit in these hours. Regular hours have the plain name. */
export function streamInHours(stream: StreamName, hours: TradingHours): StreamName {
  return hours === 'RTH' ? stream : `${stream}@${hours}`
}

/** The streams without those that a stream of wider hours contains. A socket gets each push once. */
export function widestStreams(streams: Iterable<StreamName>): Set<StreamName> {
  const all = new Set(streams)
  for (const stream of all) {
    const cut = stream.indexOf('@')
    if (cut < 0) continue
    const plain = stream.slice(0, cut)
    all.delete(plain)
    if (stream.endsWith('@ALL')) all.delete(streamInHours(plain, 'ETH'))
  }
  return all
}

/**
 * OpenD's hours of US stocks in New York, to the second. `last` is the latest tick: those of the closing auction have
 * the time of the close.
 */
const DAY_PARTS = {
  RTH: { open: '09:30:00', close: '16:00:00', last: '16:00:00' },
  ETH: { open: '04:00:00', close: '20:00:00', last: '19:59:59' },
} as const

/**
 * Whether an item is of these hours, by its `time` (`yyyy-MM-dd HH:mm:ss`, New York). OpenD's items have no session.
 * K-lines and points have the time of their end, so one with the time of the open belongs to the session before.
 */
export function isInHours(time: string, hours: TradingHours, isEnd: boolean): boolean {
  if (hours === 'ALL') return true
  const clock = time.slice(11, 19)
  const { open, close, last } = DAY_PARTS[hours]
  return isEnd ? clock > open && clock <= close : clock >= open && clock <= last
}
