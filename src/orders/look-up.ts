import { SecurityType } from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import { type MarketFacts, marketFactsOf, NOTHING_KNOWN } from '../limits/market-facts.ts'
import { hasValueCap, type OrderPolicy } from '../limits/order-policy.ts'
import { decodeMessage } from '../wire/decode.ts'
import { encodeMessage } from '../wire/encode.ts'
import { parseSecurityText } from '../wire/security-text.ts'
import { ordersOf, type Upstream } from './account-orders.ts'
import { isCancel, limitFactsOf, type OrderCall } from './order-call.ts'

type Order = MessageTypes['Trd_Common.Order']

/** What must be asked of OpenD before an order call can be held against the limits of its key. */
export interface LookUp {
  /** The order that a modify is about; null for a new order and where it is not listed. */
  readonly order: Order | null
  readonly market: MarketFacts
}

const GET_SECURITY_SNAPSHOT = 3203
const GET_FUTURE_INFO = 3218
const NOTHING: LookUp = { order: null, market: NOTHING_KNOWN }

/**
 * Asks only for what the limits of the key need: a key without limits costs no call. `isFull` asks for everything, so
 * that a dry run can tell the value whatever the limits are. What OpenD does not say stays unknown, and a limit that
 * needed it refuses.
 */
export async function lookUp(
  upstream: Upstream,
  call: OrderCall,
  policy: OrderPolicy,
  isFull: boolean,
): Promise<LookUp> {
  if (isCancel(call) || !(isFull || isLimited(policy))) return NOTHING
  const order = call.protoId === 2205 ? await modifiedOrder(upstream, call.c2s) : null
  const { symbol } = limitFactsOf(call, order)
  const needsMarket = symbol !== null && (isFull || hasValueCap(policy))
  return { order, market: needsMarket ? await marketFacts(upstream, symbol) : NOTHING_KNOWN }
}

function isLimited({ symbols, sides, markets, orderValue, dailyValue }: OrderPolicy): boolean {
  return [symbols, sides, markets, orderValue, dailyValue].some((limit) => limit !== null)
}

async function modifiedOrder(upstream: Upstream, c2s: MessageTypes['Trd_ModifyOrder.C2S']): Promise<Order | null> {
  const { header, orderID, orderIDEx } = c2s
  const account = { accId: header.accID, trdEnv: header.trdEnv, trdMarket: header.trdMarket }
  const orders = (await ordersOf(upstream, account)) ?? []
  const isMeant = (order: Order): boolean =>
    (orderID !== 0n && order.orderID === orderID) || (orderIDEx !== undefined && order.orderIDEx === orderIDEx)
  return orders.find(isMeant) ?? null
}

async function marketFacts(upstream: Upstream, symbol: string): Promise<MarketFacts> {
  const security = parseSecurityText(symbol)
  if (security === null) return NOTHING_KNOWN
  const request = encodeMessage('Qot_GetSecuritySnapshot.Request', { c2s: { securityList: [security] } })
  const outcome = await upstream(GET_SECURITY_SNAPSHOT, request)
  const decoded = outcome.ok ? decodeMessage('Qot_GetSecuritySnapshot.Response', outcome.body) : null
  const snapshot = decoded?.ok === true ? decoded.value.s2c?.snapshotList?.[0] : undefined
  if (snapshot === undefined) return NOTHING_KNOWN
  const isFuture = snapshot.basic.type === SecurityType.Future
  return marketFactsOf(snapshot, isFuture ? await futureInfo(upstream, security) : null)
}

async function futureInfo(
  upstream: Upstream,
  security: MessageTypes['Qot_Common.Security'],
): Promise<MessageTypes['Qot_GetFutureInfo.FutureInfo'] | null> {
  const request = encodeMessage('Qot_GetFutureInfo.Request', { c2s: { securityList: [security] } })
  const outcome = await upstream(GET_FUTURE_INFO, request)
  const decoded = outcome.ok ? decodeMessage('Qot_GetFutureInfo.Response', outcome.body) : null
  return decoded?.ok === true ? (decoded.value.s2c?.futureInfoList?.[0] ?? null) : null
}
