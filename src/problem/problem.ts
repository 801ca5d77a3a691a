import type { Failure, OpendFailure, RefusedSecurities } from '../base/failure.ts'
import { describeField, type FieldFailure, type FieldProblem } from '../base/field-problem.ts'
import { roundedIdAdvice } from '../base/rounded-id.ts'
import { shownText, withSentence } from '../base/shown-text.ts'
import { describeAuth } from './auth-problem.ts'
import { describeGateway, NOT_KNOWN } from './gateway-problem.ts'
import { describeLimit, describeOrder } from './order-problem.ts'
import { describeQuote, describeUpstream } from './quote-problem.ts'
import { type Problem, unreachable } from './problem-form.ts'

/** The one place where failures become statuses and sentences. Nothing secret is in a failure, so nothing is here. */
export function describe(failure: Failure): Problem {
  if (isOf('auth.', failure)) return describeAuth(failure)
  if (isOf('gateway.', failure)) return describeGateway(failure)
  if (isOf('limits.', failure)) return describeLimit(failure)
  if (isOf('order.', failure)) return describeOrder(failure)
  if (isOf('quote.', failure)) return describeQuote(failure)
  if (isOf('upstream.', failure)) return describeUpstream(failure)
  switch (failure.code) {
    case 'request.unknown_path':
      return { status: 404, error: `There is no ${failure.path} here${didYouMean(failure.nearest)}.` }
    case 'request.method_not_allowed':
      return {
        status: 405,
        error: `${failure.method} is not a method of this path; use ${failure.allow.join(' or ')}.`,
        headers: { Allow: failure.allow.join(', ') },
      }
    case 'request.too_large':
      return { status: 413, error: `The body is larger than ${failure.limitBytes} bytes.` }
    case 'request.incomplete_body':
      return { status: 400, error: 'The body ended before it was complete; nothing was sent to OpenD.' }
    case 'request.invalid_utf8':
      return { status: 400, error: 'The body is not UTF-8 text.' }
    case 'request.malformed_json':
      return { status: 400, error: `The body is not valid JSON: ${failure.detail}.` }
    case 'request.unknown_field':
    case 'request.missing_field':
    case 'request.invalid_value':
      return describeFields(failure)
    case 'request.unexpected_body':
      return { status: 400, error: 'This call takes no body; send the request without one.' }
    case 'request.upgrade_required':
      return {
        status: 426,
        error: 'This path speaks WebSocket only; connect with a WebSocket client.',
        headers: { Upgrade: 'websocket', Connection: 'Upgrade' },
      }
    case 'trade.unknown_account': {
      const { accId } = failure
      const error = `acc_id ${accId} is no account of this login; see GET /api/accounts.`
      return { status: 400, error: withSentence(error, roundedIdAdvice(BigInt(accId))) }
    }
    case 'trade.environment_mismatch': {
      const { accId, accountEnv } = failure
      const number = accountEnv === 'real' ? 1 : 0
      const error = `trd_env does not fit: account ${accId} is a ${accountEnv} account, so trd_env must be ${number} (0 = simulate, 1 = real).`
      return { status: 400, error }
    }
    case 'push.too_many_sockets':
      return { status: 429, error: 'This key has as many push sockets open as one key may; close one of them first.' }
    case 'switch.fired':
      return {
        status: 409,
        error:
          'The time of this cancel-after has come: it cancels until no order made before is open. Arm it again after that.',
      }
    case 'switch.full':
      return { status: 429, error: 'As many callers as there is room for have set such a switch; nothing was set.' }
    case 'opend.refused':
      return withSecurities(describeReply(400, 'OpenD refused the call', failure), failure)
    case 'opend.failed':
      return describeReply(500, 'OpenD could not answer the call', failure)
    case 'server.misconfigured':
      return {
        status: 500,
        error:
          'The configuration of this deployment is wrong. Its operator finds what is wrong in the log of the Worker (wrangler tail).',
      }
    case 'server.bug':
      return { status: 500, error: 'The server made a mistake. The request id finds it in the log.' }
    case 'server.storage_failed':
      return {
        status: 500,
        error:
          'The storage of the gateway does not take writes, so no order can be sent; nothing was sent. See /readyz.',
      }
    default:
      return unreachable(failure)
  }
}

/** The first problem as the sentence; where there are several, all of them as a list. */
function describeFields(failure: FieldFailure): Problem {
  const { others = [] } = failure
  const shown = (problem: FieldProblem): object => ({ path: problem.path, error: describeField(problem) })
  const all = others.length === 0 ? {} : { problems: [failure, ...others].map(shown) }
  return { status: 400, error: describeField(failure), facts: { path: failure.path, ...all } }
}

function didYouMean(nearest: string | null): string {
  return nearest === null ? '' : ` (did you mean ${nearest}?)`
}

/**
 * The failure of a call of which nothing was sent, which the sentence then says. Failures of the link do not know by
 * themselves whether they met a call before it left or after.
 */
export function describeUnsent(failure: Failure): Problem {
  const problem = describe(failure)
  const error = problem.error.replace(NOT_KNOWN, NOTHING_SENT)
  const isSaid = /nothing was sent|was not sent/i.test(error) || LOCAL_FAMILIES.test(failure.code)
  return { ...problem, error: isSaid ? error : withSentence(error, NOTHING_SENT) }
}

const NOTHING_SENT = 'Nothing was sent.'

/** Failures whose sentences are about a decision of ours: they need no word about OpenD. */
const LOCAL_FAMILIES = /^(?:request|auth|limits|order|trade)\./

/** Whether a failure is of the family whose codes start so. */
function isOf<Family extends 'auth.' | 'gateway.' | 'limits.' | 'order.' | 'quote.' | 'upstream.'>(
  family: Family,
  failure: Failure,
): failure is Extract<Failure, { readonly code: `${Family}${string}` }> {
  return failure.code.startsWith(family)
}

function withSecurities(problem: Problem, { securities = [], expired = [] }: RefusedSecurities): Problem {
  if (securities.length === 0 && expired.length === 0) return problem
  const hint = expired.length === 0 ? '' : ` (expired: ${expired.slice(0, MOST_NAMED).join(', ')})`
  return { ...problem, error: `${problem.error}${hint}`, facts: { ...problem.facts, securities, expired } }
}

/** Expired options in a sentence; the list has them all. */
const MOST_NAMED = 5

function describeReply(status: number, what: string, failure: OpendFailure): Problem {
  const { retType, errCode } = failure
  const retMsg = failure.retMsg === null ? null : shownText(failure.retMsg)
  const error = retMsg ? `${what}: ${retMsg}` : `${what} (ret_type ${retType}) and gave no reason.`
  return { status, error, facts: { ret_type: retType, ret_msg: retMsg, err_code: errCode, s2c: null } }
}
