import type { MessageTypes } from '../../../proto/messages.ts'
import { type MarketFacts, NOTHING_KNOWN } from '../../limits/market-facts.ts'
import { hasValueCap, type OrderPolicy } from '../../limits/order-policy.ts'
import { needsLastPrice } from '../../limits/order-value.ts'
import { ordersOf, type Upstream } from '../reconciliation/account-orders.ts'
import type { ContractCache } from './contract-cache.ts'
import { isCancel, limitFactsOf, type OrderCall } from '../order-call.ts'

type Order = MessageTypes['Trd_Common.Order']

/** What must be asked of OpenD before an order call can be held against the limits of its key. */
export interface PricingInputs {
  /** The order that a modify is about; null for a new order and where it is not listed. */
  readonly order: Order | null
  readonly market: MarketFacts
}

const NOTHING: PricingInputs = { order: null, market: NOTHING_KNOWN }

/** Where to look. */
export interface Sources {
  readonly upstream: Upstream
  readonly markets: ContractCache
}

/**
 * Asks only for what the limits of the key need: a key without limits costs no call. `isFull` asks for everything, so
 * that a dry run can tell the value whatever the limits are. What OpenD does not say stays unknown, and a limit that
 * needed it refuses.
 */
export async function pricingInputsOf(
  { upstream, markets }: Sources,
  call: OrderCall,
  policy: OrderPolicy,
  isFull: boolean,
): Promise<PricingInputs> {
  if (isCancel(call) || !(isFull || isLimited(policy))) return NOTHING
  const order = call.protoId === 2205 ? await modifiedOrder(upstream, call.c2s) : null
  const facts = limitFactsOf(call, order)
  if (facts.symbol === null || !(isFull || hasValueCap(policy))) return { order, market: NOTHING_KNOWN }
  return { order, market: await markets.factsOf(facts.symbol, needsLastPrice(facts)) }
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
