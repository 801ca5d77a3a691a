import { Currency, ModifyOrderOp, OrderStatus, TrdMarket, TrdSide } from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import { currencyOf, marketName, orderPlaceOf, symbolOf } from './market/trade-venue.ts'

/** The facts of an order call that the limits need. Plain data. */
export interface OrderFacts {
  /** `cancel` includes the other calls that only reduce exposure: disable and delete. */
  readonly kind: 'place' | 'modify' | 'cancel'
  readonly accId: bigint
  /** The names of the markets that it affects. */
  readonly markets: readonly string[]
  /** `HK.00700`; null when it is not known. */
  readonly symbol: string | null
  /** BUY, SELL, SELL_SHORT, BUY_BACK; null when it is not known. */
  readonly side: string | null
  /** `Trd_Common.Currency` name of its price; null when it depends on the contract or is not known from the code. */
  readonly currency: string | null
  /** The order after the call; null when it is not known. */
  readonly after: OrderTerms | null
  /** The order before a modify; null for a new order. */
  readonly before: RestingOrder | null
}

/** The numbers of an order that determine its highest cost, under the names of the wire schema. */
export interface OrderTerms {
  /** `Trd_Common.OrderType` */
  readonly orderType: number
  readonly qty: number
  readonly price: number | null
  /** The trigger price of stop and touch orders. */
  readonly auxPrice: number | null
  /** `Trd_Common.TrailType` */
  readonly trailType: number | null
  /** An amount, or per cent (20 is 20 %). */
  readonly trailValue: number | null
  readonly trailSpread: number | null
  /** The amount to spend, for orders by amount. */
  readonly amount: number | null
  /** The ratio by which OpenD may raise the price to reach a valid one (0.015 is 1.5 %). */
  readonly adjustLimit: number
}

/** An order as OpenD has it. */
export interface RestingOrder {
  readonly terms: OrderTerms
  readonly filledQty: number
  /** Whether it can trade. Enabling an order that is not live adds its whole value. */
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

/** Currency names by number. OpenD's order list has the currency of each order. */
const CURRENCIES: ReadonlyMap<number, string> = new Map(
  Object.entries(Currency).flatMap(([name, number]) => (number === Currency.Unknown ? [] : [[number, name]])),
)

/** The market name of an unknown order. It is not on any list. */
export const UNKNOWN_MARKET = 'not known'

/** Operations that only reduce exposure. */
const WITHDRAWALS: ReadonlySet<number> = new Set([ModifyOrderOp.Cancel, ModifyOrderOp.Disable, ModifyOrderOp.Delete])

/** Statuses in which an order is already counted in full. In all others a modify counts from zero. */
const LIVE: ReadonlySet<number> = new Set([
  OrderStatus.WaitingSubmit,
  OrderStatus.Submitting,
  OrderStatus.Submitted,
  OrderStatus.Filled_Part,
])

/** Reads a new order. Missing fields are null. Numbers are not checked here; `valueOf` reports invalid ones. */
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
 * Reads a change of an order. `order` is the order of the call as OpenD listed it last; null when it is not known. A
 * cancel does not need it. `knownMarkets` are the markets of the order, when they are known without an order list. A
 * change of all orders (`forAll`) cannot be valued, so a key with limits can only use it to cancel.
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

/** The market of a call for all orders. Without a market it affects every market: `ALL`, which is not on any list. */
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

/** The order after an operation. Enabling it changes no number. */
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
 * A number of an order after a change that gives `given` for it. Clients send 0 for a number that stays as it is, so a 0 is
 * neither checked nor sent as a new value.
 */
export function changedTo<Present>(given: number | undefined, present: Present): number | Present {
  return given === undefined || given === 0 ? present : given
}

/** Only an upward adjustment raises the price. NaN is passed on, so that `valueOf` reports it. */
function adjustLimitOf(c2s: Pick<PlaceOrder, 'adjustPrice' | 'adjustSideAndLimit'>): number {
  return c2s.adjustPrice === true ? Math.max(0, c2s.adjustSideAndLimit ?? 0) : 0
}
