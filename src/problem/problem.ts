import type { Failure, OpendFailure, RefusedSecurities } from '../base/failure.ts'
import { describeField, type FieldFailure, type FieldProblem } from '../base/field-problem.ts'
import { roundedIdAdvice } from '../base/rounded-id.ts'
import { shownText, withSentence } from '../base/shown-text.ts'
import { describeAuth } from './auth-problem.ts'
import { describeGateway, NOT_KNOWN } from './gateway-problem.ts'
import { describeHook } from './hook-problem.ts'
import { describeKey } from './key-problem.ts'
import { describeLimit, describeOrder } from './order-problem.ts'
import { describeQuote, describeUpstream } from './quote-problem.ts'
import { type ErrorAnswer, unreachable } from './error-answer.ts'

/** Gives each failure its status and its sentence. Failures contain no secrets, so the sentences do not either. */
export function describe(failure: Failure): ErrorAnswer {
  if (isOf('auth.', failure)) return describeAuth(failure)
  if (isOf('key.', failure)) return describeKey(failure)
  if (isOf('hook.', failure)) return describeHook(failure)
  if (isOf('gateway.', failure)) return describeGateway(failure)
  if (isOf('limits.', failure)) return describeLimit(failure)
  if (isOf('order.', failure)) return describeOrder(failure)
  if (isOf('quote.', failure)) return describeQuote(failure)
  if (isOf('upstream.', failure)) return describeUpstream(failure)
  switch (failure.code) {
    case 'request.unknown_path':
      return { status: 404, error: `The path ${failure.path} does not exist${didYouMean(failure.nearest)}.` }
    case 'request.method_not_allowed':
      return {
        status: 405,
        error: withSentence(
          `This path does not take the method ${failure.method}; use ${failure.allow.join(' or ')}.`,
          failure.method === 'OPTIONS' ? FOR_PAGES : '',
        ),
        headers: { Allow: failure.allow.join(', ') },
      }
    case 'request.too_large':
      return { status: 413, error: `The body is larger than ${failure.limitBytes} bytes; send a smaller one.` }
    case 'request.incomplete_body':
      return {
        status: 400,
        error: 'The body is incomplete: the upload ended early. Nothing was sent to OpenD; send the request again.',
      }
    case 'request.invalid_utf8':
      return { status: 400, error: 'The body is not UTF-8; send JSON text in UTF-8.' }
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
        error: 'This path takes WebSocket connections only; connect with a WebSocket client.',
        headers: { Upgrade: 'websocket', Connection: 'Upgrade' },
      }
    case 'trade.unknown_account': {
      const { accId } = failure
      const error = `acc_id ${accId} is not an account of this login; GET /api/accounts lists the accounts.`
      return { status: 400, error: withSentence(error, roundedIdAdvice(BigInt(accId))) }
    }
    case 'trade.plaintext_link':
      return {
        status: 403,
        error:
          'Nothing was sent: the link to OpenD is not encrypted, so others could read and change an order of a real account. ' +
          'Use a connector, set the RSA key of OpenD (OPEND_RSA_KEY), use wss:// or a private network, or set OPEND_ALLOW_PLAINTEXT_TRADING=true.',
      }
    case 'trade.environment_mismatch': {
      const { accId, accountEnv } = failure
      const number = accountEnv === 'real' ? 1 : 0
      const error = `trd_env does not match the account: ${accId} is a ${accountEnv} account, so trd_env must be ${number} (0 = simulate, 1 = real).`
      return { status: 400, error }
    }
    case 'push.too_many_sockets':
      return { status: 429, error: 'This key has the maximum number of push sockets open; close one of them first.' }
    case 'switch.fired':
      return {
        status: 409,
        error:
          'The time of this cancel-after has come, and it cancels orders until all earlier ones are closed. Set it again after that.',
      }
    case 'switch.full':
      return {
        status: 429,
        error: 'Too many callers have halted themselves or set a cancel-after; nothing was set. Try again later.',
      }
    case 'opend.refused':
      return withSecurities(describeReply(400, 'OpenD refused the call', failure), failure)
    case 'opend.failed':
      return describeReply(500, 'OpenD could not answer the call', failure)
    case 'server.misconfigured':
      return {
        status: 500,
        error:
          'The configuration of this deployment is wrong. The log of the Worker (wrangler tail) states what is wrong.',
      }
    case 'server.bug':
      return { status: 500, error: 'An error in the server. Its operator can search the log for the request id.' }
    case 'server.storage_failed':
      return {
        status: 500,
        error:
          'The storage of the gateway refuses writes, so orders are refused; nothing was sent. GET /readyz shows the reason.',
      }
    default:
      return unreachable(failure)
  }
}

/** A browser sends OPTIONS before a page of another origin may call. */
const FOR_PAGES = 'To let pages of another origin call this API, add that origin to ALLOWED_ORIGINS.'

/** The sentence is about the first problem; several problems are also listed in `problems`. */
function describeFields(failure: FieldFailure): ErrorAnswer {
  const { others = [] } = failure
  const shown = (problem: FieldProblem): object => ({ path: problem.path, error: describeField(problem) })
  const all = others.length === 0 ? {} : { problems: [failure, ...others].map(shown) }
  return { status: 400, error: describeField(failure), facts: { path: failure.path, ...all } }
}

function didYouMean(nearest: string | null): string {
  return nearest === null ? '' : ` (did you mean ${nearest}?)`
}

/**
 * Describes the failure of a call that was not sent, and adds that fact. A failure of the link does not contain whether
 * the call was sent before it.
 */
export function describeUnsent(failure: Failure): ErrorAnswer {
  const problem = describe(failure)
  const error = problem.error.replace(NOT_KNOWN, NOTHING_SENT)
  const isSaid = /nothing was sent|was not sent/i.test(error) || LOCAL_FAMILIES.test(failure.code)
  return { ...problem, error: isSaid ? error : withSentence(error, NOTHING_SENT) }
}

const NOTHING_SENT = 'Nothing was sent.'

/**
 * Describes the failure of a read after `earlierCalls` other calls of the same request. Without them it is the same as
 * `describe`. With them "nothing was sent" would be false. `repetition` is a sentence about sending the request again.
 */
export function describeAfterCalls(failure: Failure, earlierCalls: number, repetition: string): ErrorAnswer {
  const problem = describe(failure)
  if (earlierCalls === 0 || isOf('opend.', failure)) return problem
  const calls =
    earlierCalls === 1 ? '1 earlier call of this request was' : `${earlierCalls} earlier calls of this request were`
  const error = problem.error.replace(/(?:nothing|the call) was (?:not )?sent/i, 'this call was not sent')
  return { ...problem, error: withSentence(withSentence(error, `${calls} sent to OpenD.`), repetition) }
}

/** Failures by a check of this program: it is clear that the call was not sent. */
const LOCAL_FAMILIES = /^(?:request|auth|limits|order|trade)\./

/** Whether the failure's code starts with `family`. */
function isOf<
  Family extends 'auth.' | 'key.' | 'hook.' | 'gateway.' | 'limits.' | 'opend.' | 'order.' | 'quote.' | 'upstream.',
>(family: Family, failure: Failure): failure is Extract<Failure, { readonly code: `${Family}${string}` }> {
  return failure.code.startsWith(family)
}

function withSecurities(problem: ErrorAnswer, { securities = [], expired = [] }: RefusedSecurities): ErrorAnswer {
  if (securities.length === 0 && expired.length === 0) return problem
  const hint = expired.length === 0 ? '' : ` (expired: ${expired.slice(0, MOST_NAMED).join(', ')})`
  return { ...problem, error: `${problem.error}${hint}`, facts: { ...problem.facts, securities, expired } }
}

/** Most expired options in the sentence; `expired` lists all. */
const MOST_NAMED = 5

function describeReply(status: number, what: string, failure: OpendFailure): ErrorAnswer {
  const { retType, errCode } = failure
  const retMsg = failure.retMsg === null ? null : shownText(failure.retMsg)
  const error = retMsg ? `${what}: ${retMsg}` : `${what} (ret_type ${retType}) and gave no reason.`
  return { status, error, facts: { ret_type: retType, ret_msg: retMsg, err_code: errCode, s2c: null } }
}
