import { CALLS } from '../../calls.ts'
import type { Failure } from '../../base/failure.ts'
import { type MarketFacts, NOTHING_KNOWN } from '../../limits/market/market-facts.ts'
import { hasValueCap, type OrderPolicy } from '../../limits/order-policy.ts'
import { needsLastPrice } from '../../limits/order-value.ts'
import { isCancel, limitFactsOf, type OrderCall } from '../order-call.ts'
import type { TargetOrder } from './target-order.ts'

/** The inputs from OpenD that the limits of a key need to check an order call. */
export interface PricingInputs {
  /** The order to be changed or cancelled; null for a new order, and where the limits do not need it. */
  readonly target: TargetOrder | null
  readonly market: MarketFacts
}

const NO_INPUTS: PricingInputs = { target: null, market: NOTHING_KNOWN }

/** The sources of the inputs. */
export interface PricingSources {
  readonly factsOf: (symbol: string, needsPrice: boolean) => Promise<MarketFacts | Failure>
  /**
   * The order that a change or cancel names; null where it is not listed. A failure when its two ids name different
   * orders.
   */
  readonly targetOf: (call: OrderCall, needsListing: boolean) => Promise<TargetOrder | Failure | null>
}

/**
 * Requests only what the limits of the key need: a key without limits costs no call. `isFull` requests everything, so
 * that a dry run can report the value regardless of the limits. A fact that OpenD does not return stays unknown, and a
 * limit that needs it refuses the call.
 */
export async function pricingInputsOf(
  { factsOf, targetOf }: PricingSources,
  call: OrderCall,
  policy: OrderPolicy,
  isFull: boolean,
): Promise<PricingInputs | Failure> {
  const isNeeded = isCancel(call) ? policy.markets !== null : isFull || isLimited(policy)
  const target = call.protoId === CALLS.Trd_ModifyOrder.protoId ? await targetOf(call, isNeeded) : null
  if (target !== null && 'code' in target) return target
  if (isCancel(call) || !isNeeded) return { ...NO_INPUTS, target }
  const facts = limitFactsOf(call, target)
  if (facts.symbol === null || !(isFull || hasValueCap(policy))) return { target, market: NOTHING_KNOWN }
  const market = await factsOf(facts.symbol, needsLastPrice(facts))
  if (!('code' in market)) return { target, market }
  // A dry run of a key without caps does not need the value.
  return hasValueCap(policy) ? market : { target, market: NOTHING_KNOWN }
}

function isLimited({ symbols, sides, markets, orderValue, dailyValue }: OrderPolicy): boolean {
  return [symbols, sides, markets, orderValue, dailyValue].some((limit) => limit !== null)
}
