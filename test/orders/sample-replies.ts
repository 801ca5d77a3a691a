import type { MessageTypes } from '../../proto/messages.ts'
import type { CallOutcome } from '../../src/gateway/link/effect.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import { placeOrder } from '../limits/sample-orders.ts'

type Order = MessageTypes['Trd_Common.Order']

export function placed(orderID: bigint): CallOutcome {
  const s2c = { header: placeOrder().header, orderID, orderIDEx: `FT${orderID}` }
  return { ok: true, body: encodeMessage('Trd_PlaceOrder.Response', { retType: 0, s2c }) }
}

export function refusal(protoId: 2202 | 2205, retType: number): CallOutcome {
  const name = protoId === 2202 ? 'Trd_PlaceOrder.Response' : 'Trd_ModifyOrder.Response'
  return { ok: true, body: encodeMessage(name, { retType, retMsg: 'no' }) }
}

export function orderList(orderList_: readonly Order[]): CallOutcome {
  const s2c = { header: placeOrder().header, orderList: orderList_ }
  return { ok: true, body: encodeMessage('Trd_GetOrderList.Response', { retType: 0, s2c }) }
}

export function orderHistory(orderList_: readonly Order[]): CallOutcome {
  const s2c = { header: placeOrder().header, orderList: orderList_ }
  return { ok: true, body: encodeMessage('Trd_GetHistoryOrderList.Response', { retType: 0, s2c }) }
}
