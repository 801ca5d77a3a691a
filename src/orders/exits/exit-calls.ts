import { OrderType, TimeInForce, TrdEnv, TrdMarket, TrdSide } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { CALLS } from '../../calls.ts'
import { encodeMessage } from '../../wire/encode.ts'
import { cancelRequest } from '../account-orders.ts'
import { readOrderCall } from '../order-call.ts'
import { symbolOf, orderPlaceOf } from '../../limits/market/trade-venue.ts'
import type { OrderRequest } from '../request.ts'
import { type Authority, type ExitGroup, type Leg, newLeg, newTracked, type TrackedOrder } from './exit-group.ts'
import type { Exits } from './exit-price.ts'

/**
 * The markets of real accounts in which a stop loss is a stop order of OpenD, which works while the gateway is away.
 * Elsewhere it waits in the gateway: OpenD documents limit and market orders only for simulated accounts, and no plain
 * stop orders for A-shares; for the other markets it documents none for certain.
 */
const STOP_MARKETS: ReadonlySet<number> = new Set([TrdMarket.HK, TrdMarket.US, TrdMarket.Futures])

/** How far OpenD may move a price to a valid step, as a fraction: steps grow with the price by less than that. */
const MOST_ADJUSTMENT = 0.02

/** How far beyond the price an order goes where the market takes no market orders, as a fraction. */
const PAST_PRICE = 0.02

/** Where a stop loss of an account and market waits. */
export function stopPlaceOf(trdEnv: number, trdMarket: number): Leg['waitsAt'] {
  return trdEnv === TrdEnv.Real && STOP_MARKETS.has(trdMarket) ? 'opend' : 'edge'
}

/** The group of a new order. Throws for another call, which is a bug. */
export function newGroup(request: OrderRequest, exits: Exits, id: string, nowMs: number): ExitGroup {
  const call = readOrderCall(request.protoId, request.body)
  if (call.protoId !== CALLS.Trd_PlaceOrder.protoId) throw new Error('only a new order has exits')
  const { header, code, secMarket, timeInForce, fillOutsideRTH, session, expireTime, trdSide, qty, price } = call.c2s
  const { stopLoss, takeProfit } = exits
  return {
    id,
    caller: request.caller,
    authority: authorityOf(request),
    accId: header.accID.toString(),
    trdEnv: header.trdEnv,
    trdMarket: header.trdMarket,
    symbol: symbolOf(orderPlaceOf(header.trdMarket, secMarket), code),
    fields: { code, secMarket, timeInForce, fillOutsideRTH, session, expireTime },
    isLong: trdSide === TrdSide.Buy,
    limitPrice: price ?? null,
    parent: newTracked(null, qty, id),
    legs: [
      ...(stopLoss === null ? [] : [newLeg('stop_loss', stopLoss, stopPlaceOf(header.trdEnv, header.trdMarket))]),
      ...(takeProfit === null ? [] : [newLeg('take_profit', takeProfit, 'opend')]),
    ],
    filledAtMs: nowMs,
    positionLeft: null,
    step: null,
    stopped: null,
    isDone: false,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  }
}

function authorityOf({ rights, limits, keyMark, expiresAtMs }: OrderRequest): Authority {
  if (limits === null) return { rights, limits, keyMark, expiresAtMs }
  const allowedAccIds = limits.allowedAccIds?.map(String) ?? null
  return { rights, limits: { ...limits, allowedAccIds }, keyMark, expiresAtMs }
}

/** The call that places an order of a leg, for the caller of the parent. */
export function exitRequest(group: ExitGroup, leg: Leg, order: TrackedOrder): OrderRequest {
  const c2s = exitOrder(group, leg, order.qty)
  return {
    ...requestOf(group),
    protoId: CALLS.Trd_PlaceOrder.protoId,
    body: encodeMessage('Trd_PlaceOrder.Request', { c2s }),
    idempotencyKey: order.key,
    isKillSwitch: false,
  }
}

/** The call that cancels an order of a leg. Like the cancels of a halt, it passes every limit and ranks first. */
export function exitCancel(group: ExitGroup, { orderId, orderIdEx }: TrackedOrder): OrderRequest {
  const account = { accId: BigInt(group.accId), trdEnv: group.trdEnv, trdMarket: group.trdMarket }
  return {
    ...requestOf(group),
    protoId: CALLS.Trd_ModifyOrder.protoId,
    body: cancelRequest(account, { orderID: BigInt(orderId ?? 0), orderIDEx: orderIdEx ?? '' }),
    idempotencyKey: null,
    isKillSwitch: true,
  }
}

function requestOf(group: ExitGroup): Omit<OrderRequest, 'protoId' | 'body' | 'idempotencyKey' | 'isKillSwitch'> {
  const { rights, limits, keyMark, expiresAtMs } = group.authority
  const allowedAccIds = limits?.allowedAccIds?.map(BigInt) ?? null
  return {
    caller: group.caller,
    rights,
    limits: limits === null ? null : { ...limits, allowedAccIds },
    requestId: `exit-of-${group.id}`,
    callId: null,
    isDryRun: false,
    keyMark,
    expiresAtMs,
  }
}

/** The order of a leg: its type, and its price on the side of less risk. */
export function exitOrder(group: ExitGroup, leg: Leg, qty: number): MessageTypes['Trd_PlaceOrder.C2S'] {
  const { fields, isLong } = group
  const price = leg.price ?? 0
  const common = {
    packetID: { connID: 0n, serialNo: 0 },
    header: { trdEnv: group.trdEnv, accID: BigInt(group.accId), trdMarket: group.trdMarket },
    trdSide: isLong ? TrdSide.Sell : TrdSide.Buy,
    code: fields.code,
    secMarket: fields.secMarket,
    qty,
  }
  const isBelow = isLong === (leg.kind === 'stop_loss')
  // A take profit is moved towards the fill, and so is a stop.
  const adjusted = { adjustPrice: true, adjustSideAndLimit: isBelow ? MOST_ADJUSTMENT : -MOST_ADJUSTMENT }
  const { timeInForce, expireTime, fillOutsideRTH, session } = fields
  const lasts = timeInForce === undefined ? {} : { timeInForce, expireTime }
  if (leg.kind === 'take_profit') {
    return { ...common, ...adjusted, ...lasts, orderType: OrderType.Normal, price, fillOutsideRTH, session }
  }
  if (leg.waitsAt === 'opend') return { ...common, ...adjusted, ...lasts, orderType: OrderType.Stop, auxPrice: price }
  // Stock Connect and A-shares have no market orders.
  if (group.trdMarket === TrdMarket.CN || group.trdMarket === TrdMarket.HKCC) {
    const past = price * (isLong ? 1 - PAST_PRICE : 1 + PAST_PRICE)
    return { ...common, ...adjusted, orderType: OrderType.Normal, price: past }
  }
  return { ...common, orderType: OrderType.Market, timeInForce: TimeInForce.DAY }
}
