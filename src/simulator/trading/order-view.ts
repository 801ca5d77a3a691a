import { OrderFillStatus, TimeInForce } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { FillState, OrderState } from './account-state.ts'
import { marketDate, marketTimeText, zoneOfSecMarket } from './market-time.ts'
import { PRICE_SCALE, priceOf } from './money.ts'

/** An order as in OpenD's lists and pushes. Times are in the zone of the security's market. */
export function orderView(order: OrderState): MessageTypes['Trd_Common.Order'] {
  const zone = zoneOfSecMarket(order.secMarket)
  return {
    trdSide: order.side,
    orderType: order.orderType,
    orderStatus: order.status,
    orderID: BigInt(order.orderId),
    orderIDEx: order.orderIdEx,
    code: order.code,
    name: order.name,
    qty: order.qty,
    price: priceOf(order.price ?? 0),
    createTime: marketTimeText(zone, order.createMs),
    updateTime: marketTimeText(zone, order.updateMs),
    fillQty: order.filledQty,
    fillAvgPrice: order.filledQty === 0 ? 0 : order.filledNotional / order.filledQty / PRICE_SCALE,
    lastErrMsg: order.lastErrMsg ?? '',
    secMarket: order.secMarket,
    createTimestamp: order.createMs / 1000,
    updateTimestamp: order.updateMs / 1000,
    remark: order.remark ?? '',
    timeInForce: order.timeInForce,
    fillOutsideRTH: order.fillOutsideRth,
    auxPrice: order.auxPrice === null ? undefined : priceOf(order.auxPrice),
    trailType: order.trailType ?? undefined,
    trailValue: order.trailValue ?? undefined,
    trailSpread: order.trailSpread ?? undefined,
    currency: order.currency,
    trdMarket: order.trdMarket,
    session: order.session ?? undefined,
    orderAmount: order.amount ?? undefined,
    strategyType: order.combo?.strategyType,
    comboLegs: order.combo?.legs.map(({ market, code, side, ratio }) => ({
      security: { market, code },
      side,
      qtyRatio: ratio,
    })),
    expireTime:
      order.timeInForce === TimeInForce.GTD && order.expiresMs !== null
        ? marketDate(zone, order.expiresMs - 1)
        : undefined,
  }
}

/** A fill as in OpenD's lists and pushes. */
export function fillView(fill: FillState): MessageTypes['Trd_Common.OrderFill'] {
  return {
    trdSide: fill.side,
    fillID: BigInt(fill.fillId),
    fillIDEx: fill.fillIdEx,
    orderID: BigInt(fill.orderId),
    orderIDEx: fill.orderIdEx,
    code: fill.code,
    name: fill.name,
    qty: fill.qty,
    price: priceOf(fill.price),
    createTime: marketTimeText(zoneOfSecMarket(fill.secMarket), fill.createMs),
    secMarket: fill.secMarket,
    createTimestamp: fill.createMs / 1000,
    updateTimestamp: fill.createMs / 1000,
    status: OrderFillStatus.OK,
    trdMarket: fill.trdMarket,
  }
}
