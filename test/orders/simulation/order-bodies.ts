import { ModifyOrderOp, OrderType, QotMarket, TrdSecMarket, TrdSide } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { MARKET } from './opend.ts'
import { START_MS } from './virtual-clock.ts'

type Header = MessageTypes['Trd_Common.TrdHeader']

const CODE = '00700'
const LOT = 100

const tencent = MARKET.instrument(QotMarket.HK_Security, CODE)
if (tencent === null) throw new Error('the market does not list the security of the simulation')

/** Price of the security's last trade. */
export const LAST_PRICE = MARKET.lastPrice(tencent, START_MS)

/** Valid prices far enough below the market that an order to buy rests. */
export const RESTING_PRICES: readonly [number, ...number[]] = [
  validPrice(LAST_PRICE * 0.8),
  validPrice(LAST_PRICE * 0.85),
  validPrice(LAST_PRICE * 0.9),
]

/** What a caller wants of a new order. Without a price it is a market order. */
export interface Wanted {
  readonly header: Header
  readonly lots: number
  readonly price: number | null
  readonly remark: string
}

/** A request as the Worker would hand it over. */
export function placeBody({ header, lots, price, remark }: Wanted): Uint8Array {
  return encodeMessage('Trd_PlaceOrder.Request', {
    c2s: {
      packetID: NO_PACKET_ID,
      header,
      trdSide: TrdSide.Buy,
      orderType: price === null ? OrderType.Market : OrderType.Normal,
      code: CODE,
      qty: lots * LOT,
      price: price ?? undefined,
      secMarket: TrdSecMarket.HK,
      remark,
    },
  })
}

/** A change of an order's quantity and price; null keeps one as it is. */
export function modifyBody(header: Header, orderIDEx: string, lots: number | null, price: number | null): Uint8Array {
  const qty = lots === null ? undefined : lots * LOT
  return changeBody(header, { orderIDEx, modifyOrderOp: ModifyOrderOp.Normal, qty, price: price ?? undefined })
}

export function cancelBody(header: Header, orderIDEx: string): Uint8Array {
  return changeBody(header, { orderIDEx, modifyOrderOp: ModifyOrderOp.Cancel })
}

/** A cancel of every order of the account. */
export function cancelAllBody(header: Header): Uint8Array {
  return changeBody(header, { modifyOrderOp: ModifyOrderOp.Cancel, forAll: true })
}

const NO_PACKET_ID = { connID: 0n, serialNo: 0 }

type Change = Omit<MessageTypes['Trd_ModifyOrder.C2S'], 'packetID' | 'header' | 'orderID'>

function changeBody(header: Header, change: Change): Uint8Array {
  const c2s = { packetID: NO_PACKET_ID, header, orderID: 0n, ...change }
  return encodeMessage('Trd_ModifyOrder.Request', { c2s })
}

function validPrice(near: number): number {
  // Every tick of the exchange divides a whole dollar.
  return Math.round(near)
}
