import type { LimitFailure, OrderFailure } from '../base/failure.ts'
import { type Problem, unreachable } from './problem-form.ts'

/** Where the ledger entry of an order call is read. */
export function intentUrl(intentId: string): string {
  return `/api/order-intents/${intentId}`
}

/** A limit said no. The first words are those of futu-opend-rs: clients look for them. */
export function describeLimit({ text, retryAfterMs }: LimitFailure): Problem {
  const problem = { status: 429, error: `limit check failed: ${text}`, facts: { retryable: retryAfterMs !== null } }
  if (retryAfterMs === null) return problem
  // RFC 9110 section 10.2.3 counts in whole seconds. Rounded up, so that who waits is not refused once more.
  return { ...problem, headers: { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) } }
}

/** What the ledger has to say about an order call instead of sending it. */
export function describeOrder(failure: OrderFailure): Problem {
  if (failure.code === 'order.too_late') {
    const error =
      'The order could not be sent within 10 s of its arrival, so it was not sent; send it again if it is still wanted.'
    return { status: 500, error }
  }
  if (failure.code === 'order.ledger_full') {
    const error = 'This key has as many order calls of the last 24 hours on record as are kept; nothing was sent.'
    return { status: 429, error, facts: { retryable: false } }
  }
  const { intentId } = failure
  const url = intentUrl(intentId)
  const facts = { intent_id: intentId, intent_url: url }
  switch (failure.code) {
    case 'order.idempotency_conflict':
      return {
        status: 409,
        error: `This idempotency key stands for another order already, see ${url}; a new order needs a new key.`,
        facts,
      }
    case 'order.in_flight':
      return {
        status: 409,
        error: `The first call with this idempotency key has not been answered yet; see ${url} for what becomes of it.`,
        facts,
      }
    case 'order.absent':
      return {
        status: 500,
        error:
          'The reply to the order was lost. The order was looked for and is surely not there: nothing was traded, and it may be sent again.',
        facts,
      }
    case 'order.lapsed':
      return {
        status: 409,
        error:
          'The reply to the change was lost and its order has ended since; whether the change was made in between cannot be told, and it has no effect any more.',
        facts,
      }
    case 'order.unknown_intent':
      return { status: 404, error: `No order call of yours has the id ${intentId}.` }
    case 'order.already_decided':
      return {
        status: 409,
        error: `The outcome of this order call is known: it is ${failure.state}, see ${url}. Only an unknown one can be decided by hand.`,
        facts,
      }
    default:
      return unreachable(failure)
  }
}
