import type { LimitFailure, OrderFailure } from '../base/failure.ts'
import { type ErrorAnswer, unreachable } from './error-answer.ts'

/** The path of the ledger entry of an order call. */
export function intentUrl(intentId: string): string {
  return `/api/order-intents/${intentId}`
}

/** Describes a refusal by a limit. The text begins as that of futu-opend-rs does, because clients search for it. */
export function describeLimit({ text, retryAfterMs }: LimitFailure): ErrorAnswer {
  const problem = { status: 429, error: `limit check failed: ${text}`, facts: { retryable: retryAfterMs !== null } }
  if (retryAfterMs === null) return problem
  // RFC 9110 section 10.2.3: whole seconds. Rounded up, so that a client that waits exactly that long succeeds.
  return { ...problem, headers: { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) } }
}

/** Describes why an order call was not sent, or what the ledger has about it. */
export function describeOrder(failure: OrderFailure): ErrorAnswer {
  if (failure.code === 'order.too_late') {
    const error =
      'The order could not be sent within 10 s of its arrival, so it was not sent. Send it again if you still want it.'
    return { status: 500, error }
  }
  if (failure.code === 'order.ledger_full') {
    const error =
      'This key has made the maximum number of order calls in 24 hours; nothing was sent. Calls over 24 hours old no longer count.'
    return { status: 429, error, facts: { retryable: false } }
  }
  if (failure.code === 'order.too_many_exits') {
    const error = `At most ${failure.most} orders of a key may have exits that wait, and a limited number of all keys. Nothing was sent. Cancel an order with exits, or send this one without.`
    return { status: 429, error, facts: { retryable: false } }
  }
  const { intentId } = failure
  const url = intentUrl(intentId)
  const facts = { intent_id: intentId, intent_url: url }
  switch (failure.code) {
    case 'order.idempotency_conflict':
      return {
        status: 409,
        error: `This idempotency key belongs to another order, see ${url}. Use a new key for a new order.`,
        facts,
      }
    case 'order.in_flight':
      return {
        status: 409,
        error: `The first call with this idempotency key has not been answered yet. Read ${url} for its result.`,
        facts,
      }
    case 'order.absent':
      return {
        status: 500,
        error:
          'The reply to the order was lost, and the order lists of OpenD do not contain the order: nothing was traded, and it may be sent again.',
        facts,
      }
    case 'order.lapsed':
      return {
        status: 409,
        error:
          'The reply to the change was lost, and its order has ended since. It is not known whether the change was made; it has no effect any more.',
        facts,
      }
    case 'order.unknown_intent':
      return {
        status: 404,
        error: `You have no order call with the id ${intentId}. GET /api/order-intents lists your order calls.`,
      }
    case 'order.already_decided':
      return {
        status: 409,
        error: `This order call has the outcome ${failure.state}, see ${url}. Only a call in the state unknown can be decided by hand.`,
        facts,
      }
    default:
      return unreachable(failure)
  }
}
