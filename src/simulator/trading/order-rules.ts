import { OrderType, TrdSecMarket } from '../../../proto/enums.ts'
import type { InstrumentKind } from '../market/instrument.ts'

/** The required members and the behaviour of an order type (`Trd_Common.OrderType`). */
export interface OrderTypeRule {
  readonly name: string
  readonly needsPrice: boolean
  /** Triggered when the price reaches `aux_price`. */
  readonly needsAuxPrice: boolean
  /** Triggered at a distance from the best price seen. */
  readonly isTrailing: boolean
  /** Has no limit price, so it trades at any price near the market. */
  readonly isAtMarket: boolean
  readonly isAuction: boolean
  /** A rest that is not filled at once is cancelled. */
  readonly isImmediate: boolean
}

const PLAIN: OrderTypeRule = {
  name: 'NORMAL',
  needsPrice: true,
  needsAuxPrice: false,
  isTrailing: false,
  isAtMarket: false,
  isAuction: false,
  isImmediate: false,
}

const AT_MARKET = { needsPrice: false, isAtMarket: true } as const

const RULES: Readonly<Record<number, OrderTypeRule>> = {
  [OrderType.Normal]: PLAIN,
  [OrderType.Market]: { ...PLAIN, ...AT_MARKET, name: 'MARKET' },
  [OrderType.AbsoluteLimit]: { ...PLAIN, name: 'ABSOLUTE_LIMIT' },
  [OrderType.Auction]: { ...PLAIN, ...AT_MARKET, name: 'AUCTION', isAuction: true },
  [OrderType.AuctionLimit]: { ...PLAIN, name: 'AUCTION_LIMIT', isAuction: true },
  [OrderType.SpecialLimit]: { ...PLAIN, name: 'SPECIAL_LIMIT', isImmediate: true },
  [OrderType.SpecialLimit_All]: { ...PLAIN, name: 'SPECIAL_LIMIT_ALL', isImmediate: true },
  [OrderType.Stop]: { ...PLAIN, ...AT_MARKET, name: 'STOP', needsAuxPrice: true },
  [OrderType.StopLimit]: { ...PLAIN, name: 'STOP_LIMIT', needsAuxPrice: true },
  [OrderType.MarketifTouched]: { ...PLAIN, ...AT_MARKET, name: 'MARKET_IF_TOUCHED', needsAuxPrice: true },
  [OrderType.LimitifTouched]: { ...PLAIN, name: 'LIMIT_IF_TOUCHED', needsAuxPrice: true },
  [OrderType.TrailingStop]: { ...PLAIN, ...AT_MARKET, name: 'TRAILING_STOP', isTrailing: true },
  [OrderType.TrailingStopLimit]: { ...PLAIN, name: 'TRAILING_STOP_LIMIT', needsPrice: false, isTrailing: true },
}

const NAMES_OF_REFUSED: Readonly<Record<number, string>> = {
  [OrderType.TWAP_MARKET]: 'TWAP_MARKET',
  [OrderType.TWAP_LIMIT]: 'TWAP_LIMIT',
  [OrderType.VWAP_MARKET]: 'VWAP_MARKET',
  [OrderType.VWAP_LIMIT]: 'VWAP_LIMIT',
}

/** The types of the Hong Kong exchange only: its own limit orders and auction orders. */
const HONG_KONG_ONLY: ReadonlySet<number> = new Set([
  OrderType.AbsoluteLimit,
  OrderType.Auction,
  OrderType.AuctionLimit,
  OrderType.SpecialLimit,
  OrderType.SpecialLimit_All,
])

/** The rule of an accepted order type. Throws on any other type. */
export function ruleOf(orderType: number): OrderTypeRule {
  const rule = RULES[orderType]
  if (rule === undefined) throw new Error(`no rule for order type ${orderType}`)
  return rule
}

/** Whether the simulator takes that order type for that kind of security on that exchange. */
export function supportsOrderType(orderType: number, secMarket: number, kind: InstrumentKind): boolean {
  if (RULES[orderType] === undefined) return false
  if (HONG_KONG_ONLY.has(orderType)) return secMarket === TrdSecMarket.HK && kind !== 'future' && kind !== 'option'
  // Stock Connect accepts limit orders, and orders that the broker converts to limit orders.
  const isChina = secMarket === TrdSecMarket.CN_SH || secMarket === TrdSecMarket.CN_SZ
  return !(isChina && orderType === OrderType.Market)
}

/** The name of an order type in messages; its number if it has no name. */
export function orderTypeName(orderType: number): string {
  return RULES[orderType]?.name ?? NAMES_OF_REFUSED[orderType] ?? String(orderType)
}

/** Whether the broker holds the order back until the price meets its condition. */
export function isConditional(orderType: number): boolean {
  const rule = ruleOf(orderType)
  return rule.needsAuxPrice || rule.isTrailing
}
