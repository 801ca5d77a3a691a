import { ModifyOrderOp, TrdEnv } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { CALLS } from '../../calls.ts'
import { type Failure, opendFailure } from '../../base/failure.ts'
import type { CallOutcome } from '../../gateway/link/effect.ts'
import type { CallOrigin } from '../../gateway/opend-client.ts'
import { decodeMessage } from '../../wire/decode.ts'
import { encodeMessage } from '../../wire/encode.ts'

type Order = MessageTypes['Trd_Common.Order']

/** Sends a call upstream; settles within the call deadline. Without an origin it is the gateway's own. */
export type Upstream = (protoId: number, body: Uint8Array, origin?: CallOrigin) => Promise<CallOutcome>

/** Whose orders are meant. */
export interface AccountRef {
  readonly accId: bigint
  readonly trdEnv: number
  readonly trdMarket: number
}

const DAY_MS = 86_400_000

/** `Common.RetType` of a refusal. */
const REFUSED = -1

/** The orders of an account today, as the broker has them now; null when OpenD does not list them. */
export async function ordersOf(upstream: Upstream, account: AccountRef): Promise<readonly Order[] | null> {
  const orders = await listOrders(upstream, account)
  return 'code' in orders ? null : orders
}

/** The orders of an account today, as the broker has them now; a failure when OpenD does not list them. */
export async function listOrders(upstream: Upstream, account: AccountRef): Promise<readonly Order[] | Failure> {
  // Refreshed: OpenD's cache may miss exactly the order whose reply was lost.
  const body = encodeMessage('Trd_GetOrderList.Request', { c2s: { header: headerOf(account), refreshCache: true } })
  const outcome = await upstream(CALLS.Trd_GetOrderList.protoId, body)
  if (!outcome.ok) return outcome.failure
  const decoded = decodeMessage('Trd_GetOrderList.Response', outcome.body)
  if (!decoded.ok) return { code: 'gateway.bad_reply', detail: decoded.detail, retryInMs: null }
  return decoded.value.retType === 0
    ? (decoded.value.s2c?.orderList ?? [])
    : opendFailure('opend.failed', decoded.value)
}

/** The orders of a span of time, or that OpenD keeps no history of the account. */
export interface PastOrders {
  readonly orders: readonly Order[]
  readonly hasHistory: boolean
}

/**
 * The orders made in a span of time, those that are no longer open included; null when OpenD does not say. A simulated
 * account may have no history, and then its list of today is all there is.
 */
export async function pastOrdersOf(
  upstream: Upstream,
  account: AccountRef,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<PastOrders | null> {
  // Times are in the market's own zone; a day on both sides makes the zone irrelevant.
  const filterConditions = { beginTime: timeText(fromMs - DAY_MS), endTime: timeText(toMs + DAY_MS) }
  const c2s = { header: headerOf(account), filterConditions }
  const outcome = await upstream(
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

/** A cancel of one order. */
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
