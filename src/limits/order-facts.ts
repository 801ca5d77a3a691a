import { Currency, ModifyOrderOp, OrderStatus, TrdMarket, TrdSide } from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import { currencyOf, marketName, orderPlaceOf, symbolOf } from './trade-venue.ts'

/** What the limits need to know of an order call. Plain data. */
export interface OrderFacts {
  /** A cancel also stands for the other calls that only take exposure away: disable and delete. */
  readonly kind: 'place' | 'modify' | 'cancel'
  readonly accId: bigint
  /** Names of the markets it touches. */
  readonly markets: readonly string[]
  /** `HK.00700`; null when it cannot be told. */
  readonly symbol: string | null
  /** BUY, SELL, SELL_SHORT, BUY_BACK; null when it cannot be told. */
  readonly side: string | null
  /** `Trd_Common.Currency` name of its price; null where the contract decides or the code does not tell. */
  readonly currency: string | null
  /** The order as it is to be; null when that cannot be told. */
  readonly after: OrderTerms | null
  /** The order that is modified, as it is; null for a new one. */
  readonly before: RestingOrder | null
}

/** The numbers of an order that decide what it can cost, by the names of the wire schema. */
export interface OrderTerms {
  /** `Trd_Common.OrderType` */
  readonly orderType: number
  readonly qty: number
  readonly price: number | null
  /** Trigger of stop and touch orders. */
  readonly auxPrice: number | null
  /** `Trd_Common.TrailType` */
  readonly trailType: number | null
  /** An amount, or per cent (20 is 20 %). */
  readonly trailValue: number | null
  readonly trailSpread: number | null
  /** Money to spend, for orders by amount. */
  readonly amount: number | null
  /** By what share of it OpenD may raise the price to reach a valid one (0.015 is 1.5 %). */
  readonly adjustLimit: number
}

/** An order as it stands at OpenD. */
export interface RestingOrder {
  readonly terms: OrderTerms
  readonly filledQty: number
  /** False while nothing of it can trade, so that making it live again adds all of it. */
  readonly isLive: boolean
}

type PlaceOrder = MessageTypes['Trd_PlaceOrder.C2S']
type ModifyOrder = MessageTypes['Trd_ModifyOrder.C2S']
type Order = MessageTypes['Trd_Common.Order']

const SIDES: ReadonlyMap<number, string> = new Map([
  [TrdSide.Buy, 'BUY'],
  [TrdSide.Sell, 'SELL'],
  [TrdSide.SellShort, 'SELL_SHORT'],
  [TrdSide.BuyBack, 'BUY_BACK'],
])

/** The names of the currencies. OpenD states the one of an order that it lists. */
const CURRENCIES: ReadonlyMap<number, string> = new Map(
  Object.entries(Currency).flatMap(([name, number]) => (number === Currency.Unknown ? [] : [[number, name]])),
)

/** Stands for the market of an order that is not known: it is on no list. */
const UNKNOWN_MARKET = 'not known'

/** Operations that only take exposure away. */
const WITHDRAWALS: ReadonlySet<number> = new Set([ModifyOrderOp.Cancel, ModifyOrderOp.Disable, ModifyOrderOp.Delete])

/** Statuses in which an order surely counts in full already. In all others a modify counts from zero. */
const LIVE: ReadonlySet<number> = new Set([
  OrderStatus.WaitingSubmit,
  OrderStatus.Submitting,
  OrderStatus.Submitted,
  OrderStatus.Filled_Part,
])

/** Reads a new order. Fields the call leaves out are null, numbers are as they came: `valueOf` finds the bad ones. */
export function factsOfPlaceOrder(c2s: PlaceOrder): OrderFacts {
  const place = orderPlaceOf(c2s.header.trdMarket, c2s.secMarket)
  return {
    kind: 'place',
    accId: c2s.header.accID,
    markets: place.markets,
    symbol: symbolOf(place, c2s.code),
    side: SIDES.get(c2s.trdSide) ?? null,
    currency: currencyOf(place, c2s.code),
    after: {
      orderType: c2s.orderType,
      qty: c2s.qty,
      price: c2s.price ?? null,
      auxPrice: c2s.auxPrice ?? null,
      trailType: c2s.trailType ?? null,
      trailValue: c2s.trailValue ?? null,
      trailSpread: c2s.trailSpread ?? null,
      amount: c2s.amount ?? null,
      adjustLimit: adjustLimitOf(c2s),
    },
    before: null,
  }
}

/**
 * `order` is the order that the call names, as OpenD listed it last; null when it is not known, which a cancel does
 * not need. `knownMarkets` are the markets that it touches, where they are known without a list. A change of all orders at once (`forAll`) cannot be valued, so a key with limits can only use it to cancel.
 */
export function factsOfModifyOrder(
  c2s: ModifyOrder,
  order: Order | null,
  knownMarkets: readonly string[] | null = null,
): OrderFacts {
  const { header, modifyOrderOp } = c2s
  const kind = WITHDRAWALS.has(modifyOrderOp) ? 'cancel' : 'modify'
  const place = order === null ? null : orderPlaceOf(order.trdMarket ?? header.trdMarket, order.secMarket)
  const listed = place?.markets ?? (c2s.forAll === true ? allMarketsOf(c2s) : (knownMarkets ?? [UNKNOWN_MARKET]))
  const markets = new Set([marketName(header.trdMarket), ...listed])
  const call = { kind, accId: header.accID, markets: [...markets] } as const
  if (kind === 'cancel' || order === null || place === null || c2s.forAll === true) {
    return { ...call, symbol: null, side: null, currency: null, after: null, before: null }
  }
  const before = restingOrderOf(order)
  return {
    ...call,
    symbol: symbolOf(place, order.code),
    side: SIDES.get(order.trdSide) ?? null,
    currency: CURRENCIES.get(order.currency ?? Currency.Unknown) ?? currencyOf(place, order.code),
    after: termsAfter(before.terms, c2s),
    before,
  }
}

/** The market that a call about all orders is limited to. Without one it is about every market, which no list names. */
function allMarketsOf(c2s: ModifyOrder): readonly string[] {
  return [c2s.trdMarket === undefined || c2s.trdMarket === TrdMarket.Unknown ? 'ALL' : marketName(c2s.trdMarket)]
}

function restingOrderOf(order: Order): RestingOrder {
  return {
    terms: {
      orderType: order.orderType,
      qty: order.qty,
      price: order.price ?? null,
      auxPrice: order.auxPrice ?? null,
      trailType: order.trailType ?? null,
      trailValue: order.trailValue ?? null,
      trailSpread: order.trailSpread ?? null,
      amount: order.orderAmount ?? null,
      adjustLimit: 0,
    },
    filledQty: order.fillQty ?? 0,
    isLive: LIVE.has(order.orderStatus),
  }
}

/** What an operation makes of an order. Enabling it again changes no number. */
function termsAfter(terms: OrderTerms, c2s: ModifyOrder): OrderTerms {
  if (c2s.modifyOrderOp === ModifyOrderOp.Enable) return terms
  return {
    ...terms,
    qty: changedTo(c2s.qty, terms.qty),
    price: changedTo(c2s.price, terms.price),
    auxPrice: changedTo(c2s.auxPrice, terms.auxPrice),
    trailType: changedTo(c2s.trailType, terms.trailType),
    trailValue: changedTo(c2s.trailValue, terms.trailValue),
    trailSpread: c2s.trailSpread ?? terms.trailSpread,
    adjustLimit: adjustLimitOf(c2s),
  }
}

/**
 * A number of an order after a change that gives `given` for it. Clients send 0 for a number that stays as it is, and OpenD
 * has no order for which 0 would be another meaning; so a 0 is neither checked nor sent as a new value.
 */
export function changedTo<Present>(given: number | undefined, present: Present): number | Present {
  return given === undefined || given === 0 ? present : given
}

/** A price may only grow by adjusting it upwards. NaN is kept, so that it is found. */
function adjustLimitOf(c2s: Pick<PlaceOrder, 'adjustPrice' | 'adjustSideAndLimit'>): number {
  return c2s.adjustPrice === true ? Math.max(0, c2s.adjustSideAndLimit ?? 0) : 0
}
