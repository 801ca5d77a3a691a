import type { S2C } from '../handler.ts'
import type { TradeEvent } from './account-state.ts'
import { headerOf } from './account-view.ts'
import { fillView, orderView } from './order-view.ts'

/** A push for the connections that listed the account: Trd_UpdateOrder (2208) or Trd_UpdateOrderFill (2218). */
export type TradePush =
  | { readonly accID: bigint; readonly protocolName: 'Trd_UpdateOrder'; readonly s2c: S2C<'Trd_UpdateOrder'> }
  | { readonly accID: bigint; readonly protocolName: 'Trd_UpdateOrderFill'; readonly s2c: S2C<'Trd_UpdateOrderFill'> }

/** The push for an event. */
export function pushOf(event: TradeEvent): TradePush {
  const accID = BigInt(event.accId)
  if (event.kind === 'order') {
    const header = headerOf(event.accId, event.trdEnv, event.order.trdMarket)
    return { accID, protocolName: 'Trd_UpdateOrder', s2c: { header, order: orderView(event.order) } }
  }
  const header = headerOf(event.accId, event.trdEnv, event.fill.trdMarket)
  return { accID, protocolName: 'Trd_UpdateOrderFill', s2c: { header, orderFill: fillView(event.fill) } }
}
