import { ModifyOrderOp, OrderType, TrdSecMarket, TrdSide } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { CODES, LAST_PRICES } from './prices.ts'
import type { Header } from './setting.ts'

const LOT = 100

/** The last price of the security in Hong Kong. */
export const LAST_PRICE = LAST_PRICES.HKD

/** Valid prices so far below the market that a buy order rests. */
export const RESTING_PRICES: readonly [number, ...number[]] = [
  validPrice(LAST_PRICE * 0.8),
  validPrice(LAST_PRICE * 0.85),
  validPrice(LAST_PRICE * 0.9),
]

/** The parameters of a new order. */
export interface Wanted {
  readonly header: Header
  readonly lots: number
  /** Null for a market order. */
  readonly price: number | null
  readonly remark: string
  /** The default is to buy. */
  readonly side?: number
  /** The default is the security in Hong Kong. */
  readonly currency?: keyof typeof CODES
}

/** The request for a new order. */
export function placeMessage(wanted: Wanted): MessageTypes['Trd_PlaceOrder.C2S'] {
  const { header, lots, price, remark, side = TrdSide.Buy, currency = 'HKD' } = wanted
  return {
    packetID: NO_PACKET_ID,
    header,
    trdSide: side,
    orderType: price === null ? OrderType.Market : OrderType.Normal,
    code: CODES[currency],
    qty: lots * LOT,
    price: price ?? undefined,
    secMarket: currency === 'HKD' ? TrdSecMarket.HK : TrdSecMarket.US,
    remark,
  }
}

/** The same as the Worker would pass it on. */
export function placeBody(wanted: Wanted): Uint8Array {
  return encodeMessage('Trd_PlaceOrder.Request', { c2s: placeMessage(wanted) })
}

/** The order of a change. */
export interface Target {
  readonly orderID: bigint
  readonly orderIDEx: string | undefined
}

/** A change of an order's quantity and price; null leaves a number unchanged. */
export function modifyBody(header: Header, target: Target, lots: number | null, price: number | null): Uint8Array {
  const qty = lots === null ? undefined : lots * LOT
  return changeBody(header, { ...target, modifyOrderOp: ModifyOrderOp.Normal, qty, price: price ?? undefined })
}

export function cancelBody(header: Header, target: Target): Uint8Array {
  return changeBody(header, { ...target, modifyOrderOp: ModifyOrderOp.Cancel })
}

/** A cancel of every order of the account. */
export function cancelAllBody(header: Header): Uint8Array {
  return changeBody(header, { orderID: 0n, modifyOrderOp: ModifyOrderOp.Cancel, forAll: true })
}

export const NO_PACKET_ID = { connID: 0n, serialNo: 0 }

type Change = Omit<MessageTypes['Trd_ModifyOrder.C2S'], 'packetID' | 'header'>

function changeBody(header: Header, change: Change): Uint8Array {
  return encodeMessage('Trd_ModifyOrder.Request', { c2s: { packetID: NO_PACKET_ID, header, ...change } })
}

function validPrice(near: number): number {
  // Every tick size of the exchange divides a whole dollar.
  return Math.round(near)
}
