import { ModifyOrderOp, OrderStatus, OrderType, TrdMarket, TrdSecMarket, TrdSide } from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import type { MarketFacts } from '../../src/limits/market/market-facts.ts'

type PlaceOrder = MessageTypes['Trd_PlaceOrder.C2S']
type ModifyOrder = MessageTypes['Trd_ModifyOrder.C2S']
type Order = MessageTypes['Trd_Common.Order']

/** Shares at 400, nothing special. */
export const SHARES: MarketFacts = {
  lastPrice: 400,
  contractMultiplier: 1,
  currency: null,
  unknownCurrency: null,
  securityType: 3,
}

const HEADER = { trdEnv: 0, accID: 281_756n, trdMarket: TrdMarket.HK }
const PACKET = { connID: 1n, serialNo: 1 }

/** 100 shares of HK.00700 at 300: 30,000 HKD. */
export function placeOrder(change: Partial<PlaceOrder> = {}): PlaceOrder {
  return {
    packetID: PACKET,
    header: HEADER,
    trdSide: TrdSide.Buy,
    orderType: OrderType.Normal,
    code: '00700',
    qty: 100,
    price: 300,
    secMarket: TrdSecMarket.HK,
    ...change,
  }
}

export function inMarket(trdMarket: number): PlaceOrder['header'] {
  return { ...HEADER, trdMarket }
}

/** The order of `placeOrder`, resting and untouched. */
export function restingOrder(change: Partial<Order> = {}): Order {
  return {
    trdSide: TrdSide.Buy,
    orderType: OrderType.Normal,
    orderStatus: OrderStatus.Submitted,
    orderID: 7n,
    orderIDEx: '7',
    code: '00700',
    name: 'TENCENT',
    qty: 100,
    price: 300,
    createTime: '',
    updateTime: '',
    fillQty: 0,
    secMarket: TrdSecMarket.HK,
    trdMarket: TrdMarket.HK,
    ...change,
  }
}

export function modifyOrder(change: Partial<ModifyOrder> = {}): ModifyOrder {
  return { packetID: PACKET, header: HEADER, orderID: 7n, modifyOrderOp: ModifyOrderOp.Normal, ...change }
}
