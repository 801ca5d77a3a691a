import { ModifyOrderOp, OrderStatus, OrderType, SecurityType, TrdSide } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { legOfKey } from '../../../src/orders/exits/exit-group.ts'
import { restingOrder } from '../../limits/sample-orders.ts'
import { snapshot } from '../sample-snapshot.ts'

type PlaceOrder = MessageTypes['Trd_PlaceOrder.C2S']
type Order = MessageTypes['Trd_Common.Order']

const OPEN: ReadonlySet<number> = new Set([OrderStatus.Submitted, OrderStatus.Filled_Part])

/** An order at the exchange, and the fills that it got while its cancel was not there yet. */
export interface Resting {
  order: Order
  readonly accId: bigint
}

/** An exchange with one security, whose fills and price the test decides. Market orders are filled at once. */
export class Exchange {
  readonly orders: Resting[] = []
  price = 400
  /** The position of the security; orders elsewhere change it too. */
  position = 0
  /** Called with every order after it has changed. */
  onChange: (resting: Resting) => void = () => undefined
  /** The share of a market order that is filled at once. */
  marketFill = 1
  #last = 0n

  place({ header, trdSide, orderType, qty, price, auxPrice, remark }: PlaceOrder): Order {
    const orderID = ++this.#last
    const common = { orderID, orderIDEx: `FT${orderID}`, trdSide, orderType, qty, remark: remark ?? '' }
    const order = restingOrder({ ...common, price: price ?? 0, ...(auxPrice !== undefined && { auxPrice }) })
    const resting = { order, accId: header.accID }
    this.orders.push(resting)
    if (orderType === OrderType.Market) this.execute(resting, Math.floor(qty * this.marketFill))
    return resting.order
  }

  modify({ orderID, orderIDEx, modifyOrderOp }: MessageTypes['Trd_ModifyOrder.C2S']): Order | null {
    const resting = this.orders.find(({ order }) =>
      orderIDEx === undefined || orderIDEx === '' ? order.orderID === orderID : order.orderIDEx === orderIDEx,
    )
    if (resting === undefined || modifyOrderOp !== ModifyOrderOp.Cancel || !isOpen(resting)) return null
    const isPart = (resting.order.fillQty ?? 0) > 0
    this.#change(resting, { orderStatus: isPart ? OrderStatus.Cancelled_Part : OrderStatus.Cancelled_All })
    return resting.order
  }

  /** Executes a part of an open order at its price, or at the market. */
  execute(resting: Resting, qty: number): void {
    const { order } = resting
    const fillQty = Math.min(order.qty, (order.fillQty ?? 0) + qty)
    const done = fillQty - (order.fillQty ?? 0)
    if (!isOpen(resting) || done <= 0) return
    this.position += order.trdSide === TrdSide.Buy ? done : -done
    const orderStatus = fillQty === order.qty ? OrderStatus.Filled_All : OrderStatus.Filled_Part
    this.#change(resting, {
      fillQty,
      orderStatus,
      fillAvgPrice: order.price === undefined || order.price === 0 ? this.price : order.price,
    })
  }

  /** Ends an open order as a person or the exchange does. */
  end(resting: Resting, orderStatus: number): void {
    if (isOpen(resting)) this.#change(resting, { orderStatus })
  }

  /** The order with that tag, if it arrived. */
  byTag(tag: string): Resting | null {
    return this.orders.find(({ order }) => order.remark?.endsWith(`#${tag}`) === true) ?? null
  }

  snapshot() {
    return snapshot(SecurityType.Eqty, this.price)
  }

  positions(header: PlaceOrder['header']): Uint8Array {
    const { position } = this
    const one = { positionID: 1n, positionSide: position < 0 ? 1 : 0, code: '00700', name: '', qty: Math.abs(position) }
    const zeros = { canSellQty: 0, price: this.price, val: 0, plVal: 0 }
    const positionList = position === 0 ? [] : [{ ...one, ...zeros }]
    return encodeMessage('Trd_GetPositionList.Response', { retType: 0, s2c: { header, positionList } })
  }

  #change(resting: Resting, change: Partial<Order>): void {
    resting.order = { ...resting.order, ...change }
    this.onChange(resting)
  }
}

/** Whether an order can be filled. */
export function isOpen({ order }: Resting): boolean {
  return OPEN.has(order.orderStatus)
}

/** What an order may still fill. */
export function openQty(resting: Resting): number {
  return isOpen(resting) ? resting.order.qty - (resting.order.fillQty ?? 0) : 0
}

/** The leg of an order by the idempotency key of its call; null for an order of a caller. */
export function kindOf(key: string | null): string | null {
  return legOfKey(key)?.kind ?? null
}
