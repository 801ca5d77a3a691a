import { ModifyOrderOp, OrderType, TimeInForce, TrdSide } from '../../proto/enums.ts'
import { CALLS, type OrderProtoId } from '../calls.ts'
import type { Exits } from '../orders/exits/exit-price.ts'
import { encodeMessage } from '../wire/encode.ts'
import type { AlertOrderType } from './alert.ts'
import type { PlannedOrder } from './plan.ts'
import type { TradePlace } from './trade-place.ts'

/** An encoded order call of a delivery, with what it is for people. */
export interface HookCall {
  readonly protoId: OrderProtoId
  readonly body: Uint8Array
  /** The exits of a new order; null without any. */
  readonly exits: Exits | null
  readonly text: string
}

/** The gateway replaces the packet id by one of its own connection. */
const PACKET_ID = { connID: 0n, serialNo: 0 }

const ORDER_TYPES: Readonly<Record<AlertOrderType, number>> = {
  market: OrderType.Market,
  limit: OrderType.Normal,
  stop: OrderType.Stop,
  stop_limit: OrderType.StopLimit,
}

/** The call that places a planned order. `remark` comes back with the order. */
export function placeCall(order: PlannedOrder, place: TradePlace, remark: string): HookCall {
  const { side, quantity, orderType, limitPrice, stopPrice, timeInForce, isExtendedHours, exits } = order
  const c2s = {
    packetID: PACKET_ID,
    header: { trdEnv: place.trdEnv, accID: place.accId, trdMarket: place.trdMarket },
    trdSide: side === 'buy' ? TrdSide.Buy : TrdSide.Sell,
    orderType: ORDER_TYPES[orderType],
    code: place.code,
    qty: quantity,
    secMarket: place.secMarket,
    remark,
    timeInForce: timeInForce === 'gtc' ? TimeInForce.GTC : TimeInForce.DAY,
    ...(limitPrice !== null && { price: limitPrice }),
    ...(stopPrice !== null && { auxPrice: stopPrice }),
    ...(isExtendedHours && { fillOutsideRTH: true }),
  }
  const price = limitPrice === null ? '' : ` at ${limitPrice}`
  const stop = stopPrice === null ? '' : `, stop ${stopPrice}`
  return {
    protoId: CALLS.Trd_PlaceOrder.protoId,
    body: encodeMessage('Trd_PlaceOrder.Request', { c2s }),
    exits: exits.takeProfit === null && exits.stopLoss === null ? null : exits,
    text: `${side} ${quantity} ${place.prefix}.${place.code}, ${orderType}${price}${stop}, ${timeInForce}`,
  }
}

/** The call that cancels an order. */
export function cancelCall(orderId: string, place: TradePlace): HookCall {
  const c2s = {
    packetID: PACKET_ID,
    header: { trdEnv: place.trdEnv, accID: place.accId, trdMarket: place.trdMarket },
    orderID: BigInt(orderId),
    modifyOrderOp: ModifyOrderOp.Cancel,
  }
  return {
    protoId: CALLS.Trd_ModifyOrder.protoId,
    body: encodeMessage('Trd_ModifyOrder.Request', { c2s }),
    exits: null,
    text: `cancel order ${orderId}`,
  }
}
