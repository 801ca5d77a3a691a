import { SubType } from '../../proto/enums.ts'
import type { QuoteFailure, UpstreamFailure } from '../base/failure.ts'
import { type ErrorAnswer, unreachable } from './error-answer.ts'

/** Most securities in a sentence; a call may name hundreds. */
const MAX_NAMED = 10

/** Describes a missing subscription, or one that exceeds a quota. */
export function describeQuote(failure: QuoteFailure): ErrorAnswer {
  switch (failure.code) {
    case 'quote.not_subscribed': {
      const { subType, missing } = failure
      const named = missing.slice(0, MAX_NAMED).join(', ')
      const more = missing.length > MAX_NAMED ? ` and ${missing.length - MAX_NAMED} more` : ''
      const error =
        `Not subscribed: ${named}${more}. POST /api/subscribe with sub_type_list [${subType}] (${subTypeName(subType)}) and "is_sub_or_un_sub": true first; ` +
        'when the quota is short, subscriptions that have not been read for a while are dropped.'
      return { status: 400, error, facts: { sub_type: subType, missing } }
    }
    case 'quote.quota_exhausted': {
      const { needed, free, total, usedByCaller, usedByOthers, retryAfterMs } = failure
      const error =
        `The subscription quota is used up: the call needs ${needed} more, and ${free} of ${total} are free ` +
        `(you use ${usedByCaller}, other callers ${usedByOthers}). Unsubscribe what you do not need.`
      const facts = { needed, free, total, used_by_caller: usedByCaller, used_by_others: usedByOthers }
      return { status: 429, error, facts: { ...facts, retryable: retryAfterMs !== null }, ...retryAfter(retryAfterMs) }
    }
    case 'quote.share_exceeded': {
      const { needed, held, share } = failure
      const error = `This key may have ${share} subscriptions: it has ${held}, and the call needs ${needed} more. Unsubscribe some first.`
      return { status: 429, error, facts: { needed, held, share, retryable: false } }
    }
    default:
      return unreachable(failure)
  }
}

/** Describes a call that would exceed OpenD's own limit, which the gateway enforces. */
export function describeUpstream({ limit, windowMs, retryAfterMs }: UpstreamFailure): ErrorAnswer {
  const seconds = Math.ceil(retryAfterMs / 1_000)
  const error = `OpenD takes ${limit} calls of this kind in ${windowMs / 1_000} s, and no more are free for this caller; the call was not sent. Try again in ${seconds} s.`
  return { status: 429, error, facts: { retryable: true }, ...retryAfter(retryAfterMs) }
}

function retryAfter(ms: number | null): Pick<ErrorAnswer, 'headers'> {
  return ms === null ? {} : { headers: { 'Retry-After': String(Math.max(1, Math.ceil(ms / 1_000))) } }
}

function subTypeName(subType: number): string {
  return Object.entries(SubType).find(([, number]) => number === subType)?.[0] ?? 'unknown'
}
