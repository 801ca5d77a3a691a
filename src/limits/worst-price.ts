import { OrderType, TrailType } from '../../proto/enums.ts'
import { decimalOf, excess, larger, plusPercent, product, sum, ZERO, type Decimal } from '../base/decimal.ts'
import type { OrderTerms } from './order-facts.ts'

/**
 * The highest price at which one side of an order type is valued.
 *
 *     limit              its limit: the exchange never trades it above
 *     market             the last price and the band
 *     trigger            the larger of trigger and last price, and the band
 *     trail              the last price, the trail's distance and the band
 *     trail_limit        the same and the spread of its limit
 *     limit_or_market    the larger of its limit and the last price with the band
 *     limit_or_trigger   the larger of its limit, its trigger and the last price, the latter two with the band
 */
type Ceiling = 'limit' | 'market' | 'trigger' | 'trail' | 'trail_limit' | 'limit_or_market' | 'limit_or_trigger'

interface Ceilings {
  readonly buy: Ceiling
  readonly sell: Ceiling
}

/**
 * A limit bounds a purchase from above and a sale from below. A sale with a limit of 0.01 trades at the market price,
 * and a sale with a limit above the market trades at its limit or better. So only a purchase is bounded by its limit.
 */
const LIMITED: Ceilings = { buy: 'limit', sell: 'limit_or_market' }

/** Without a price: both sides trade at the market price. */
const UNLIMITED: Ceilings = { buy: 'market', sell: 'market' }

/** Becomes a market order when the trigger is reached. The trigger may be above or below the market. */
const TRIGGERED: Ceilings = { buy: 'trigger', sell: 'trigger' }

/** Becomes a limit order when the trigger is reached. A sale then trades at the market price. */
const TRIGGERED_LIMIT: Ceilings = { buy: 'limit', sell: 'limit_or_trigger' }

/**
 * The highest price of an order, by `Trd_Common.OrderType`. It is the same for every market: the differences (lots,
 * currencies, contract multipliers) are in the quantity and the facts of the security. A type that is not listed cannot
 * be valued, so a key with a value cap cannot use it.
 */
const CEILINGS: ReadonlyMap<number, Ceilings> = new Map([
  [OrderType.Normal, LIMITED],
  [OrderType.Market, UNLIMITED],
  // Hong Kong's at-auction, and limits that are filled at once, in part or in full.
  [OrderType.Auction, UNLIMITED],
  [OrderType.AuctionLimit, LIMITED],
  [OrderType.AbsoluteLimit, LIMITED],
  [OrderType.SpecialLimit, LIMITED],
  [OrderType.SpecialLimit_All, LIMITED],
  [OrderType.Stop, TRIGGERED],
  [OrderType.MarketifTouched, TRIGGERED],
  [OrderType.StopLimit, TRIGGERED_LIMIT],
  [OrderType.LimitifTouched, TRIGGERED_LIMIT],
  // The trigger of a purchase is above the price by the trail's distance and follows it down; that of a sale is below.
  [OrderType.TrailingStop, { buy: 'trail', sell: 'market' }],
  [OrderType.TrailingStopLimit, { buy: 'trail_limit', sell: 'market' }],
  // Algorithms that split an order into parts of the same kind.
  [OrderType.TWAP_MARKET, UNLIMITED],
  [OrderType.VWAP_MARKET, UNLIMITED],
  [OrderType.TWAP_LIMIT, LIMITED],
  [OrderType.VWAP_LIMIT, LIMITED],
])

/** Sides that buy. Every other side, even an unknown one, counts as a sale, whose value is never lower. */
const BUYS: ReadonlySet<string | null> = new Set(['BUY', 'BUY_BACK'])

/** Whether the price of an order depends on the last price of its security. */
export function dependsOnLastPrice({ orderType }: OrderTerms, side: string | null): boolean {
  const ceiling = ceilingOf(orderType, side)
  return ceiling !== undefined && ceiling !== 'limit'
}

/** The worst price at which an order can trade; a text with the reason when it is not known. */
export function worstPriceOf(
  terms: OrderTerms,
  side: string | null,
  last: Decimal | null,
  bandPercent: Decimal,
): Decimal | string {
  const ceiling = ceilingOf(terms.orderType, side)
  if (ceiling === undefined) return `order type ${terms.orderType} is not known`
  if (ceiling === 'limit') return limitOf(terms) ?? NO_LIMIT
  if (last === null) return 'there is no last price of the security'
  const market = plusPercent(last, bandPercent)
  switch (ceiling) {
    case 'market':
      return market
    case 'trigger': {
      const trigger = positive(terms.auxPrice)
      return trigger === null ? NO_TRIGGER : plusPercent(larger(trigger, last), bandPercent)
    }
    case 'limit_or_market': {
      const limit = limitOf(terms)
      return limit === null ? NO_LIMIT : larger(limit, market)
    }
    case 'limit_or_trigger': {
      const [limit, trigger] = [limitOf(terms), positive(terms.auxPrice)]
      if (limit === null) return NO_LIMIT
      return trigger === null ? NO_TRIGGER : larger(limit, plusPercent(larger(trigger, last), bandPercent))
    }
    case 'trail':
    case 'trail_limit': {
      const distance = trailOf(terms, last)
      if (distance === null) return 'trail_type and trail_value do not give a distance'
      const spread = ceiling === 'trail_limit' ? decimalOf(terms.trailSpread ?? 0) : ZERO
      return spread === null ? 'trail_spread is below 0' : plusPercent(sum(sum(last, distance), spread), bandPercent)
    }
  }
}

const NO_LIMIT = 'price is missing or not above 0'
const NO_TRIGGER = 'aux_price is missing or not above 0'

function ceilingOf(orderType: number, side: string | null): Ceiling | undefined {
  return CEILINGS.get(orderType)?.[BUYS.has(side) ? 'buy' : 'sell']
}

/** The limit plus the amount that OpenD may add to reach a valid price; null without a limit. */
function limitOf({ price, adjustLimit }: OrderTerms): Decimal | null {
  const limit = positive(price)
  return limit === null ? null : sum(limit, product(limit, decimalOf(adjustLimit) ?? ZERO))
}

function trailOf(terms: OrderTerms, last: Decimal): Decimal | null {
  const value = positive(terms.trailValue)
  if (value === null) return null
  if (terms.trailType === TrailType.Amount) return value
  return terms.trailType === TrailType.Ratio ? excess(plusPercent(last, value), last) : null
}

/** The decimal of a number above 0; null for all others. */
export function positive(value: number | null): Decimal | null {
  const decimal = decimalOf(value ?? 0)
  return decimal === null || decimal.digits === 0n ? null : decimal
}
