import { ModifyOrderOp, TrdEnv } from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import { CALLS } from '../calls.ts'
import { type Failure, opendFailure } from '../base/failure.ts'
import type { SendCall } from '../gateway/opend-client.ts'
import { decodeMessage } from '../wire/decode.ts'
import { encodeMessage } from '../wire/encode.ts'
import type { Order } from './order-identity.ts'

/** An account and market whose orders are listed. */
export interface AccountRef {
  readonly accId: bigint
  readonly trdEnv: number
  readonly trdMarket: number
}

const DAY_MS = 86_400_000

/** `Common.RetType` of a refusal. */
const REFUSED = -1

/** Returns today's orders of an account, refreshed from the broker; null when OpenD does not list them. */
export async function ordersOf(send: SendCall, account: AccountRef): Promise<readonly Order[] | null> {
  const orders = await listOrders(send, account)
  return 'code' in orders ? null : orders
}

/** Returns today's orders of an account, refreshed from the broker; a failure when OpenD does not list them. */
export async function listOrders(send: SendCall, account: AccountRef): Promise<readonly Order[] | Failure> {
  // Refreshed, since OpenD's cache may lack the very order whose reply was lost.
  const body = encodeMessage('Trd_GetOrderList.Request', { c2s: { header: headerOf(account), refreshCache: true } })
  const outcome = await send(CALLS.Trd_GetOrderList.protoId, body)
  if (!outcome.ok) return outcome.failure
  const decoded = decodeMessage('Trd_GetOrderList.Response', outcome.body)
  if (!decoded.ok) return { code: 'gateway.bad_reply', detail: decoded.detail, retryInMs: null }
  return decoded.value.retType === 0
    ? (decoded.value.s2c?.orderList ?? [])
    : opendFailure('opend.failed', decoded.value)
}

/** The orders of a time span, and whether OpenD has a history for the account. */
export interface PastOrders {
  readonly orders: readonly Order[]
  readonly hasHistory: boolean
}

/**
 * Returns the orders placed in a time span, including those that have ended; null when OpenD does not list them. A
 * simulated account may have no history; then today's list is the only one.
 */
export async function pastOrdersOf(
  send: SendCall,
  account: AccountRef,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<PastOrders | null> {
  // Times are in the market's time zone; one more day on both sides covers every zone.
  const filterConditions = { beginTime: timeText(fromMs - DAY_MS), endTime: timeText(toMs + DAY_MS) }
  const c2s = { header: headerOf(account), filterConditions }
  const outcome = await send(
    CALLS.Trd_GetHistoryOrderList.protoId,
    encodeMessage('Trd_GetHistoryOrderList.Request', { c2s }),
  )
  if (!outcome.ok) return null
  const decoded = decodeMessage('Trd_GetHistoryOrderList.Response', outcome.body)
  if (!decoded.ok) return null
  const { retType, s2c } = decoded.value
  if (retType === 0) return { orders: s2c?.orderList ?? [], hasHistory: true }
  return retType === REFUSED && account.trdEnv === TrdEnv.Simulate ? { orders: [], hasHistory: false } : null
}

/** Encodes a cancel of one order. */
export function cancelRequest(account: AccountRef, order: Pick<Order, 'orderID' | 'orderIDEx'>): Uint8Array {
  return encodeMessage('Trd_ModifyOrder.Request', {
    c2s: {
      packetID: { connID: 0n, serialNo: 0 },
      header: headerOf(account),
      orderID: order.orderID,
      orderIDEx: order.orderIDEx,
      modifyOrderOp: ModifyOrderOp.Cancel,
    },
  })
}

function headerOf({ accId, trdEnv, trdMarket }: AccountRef): MessageTypes['Trd_Common.TrdHeader'] {
  return { trdEnv, accID: accId, trdMarket }
}

function timeText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')
}
