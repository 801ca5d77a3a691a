import type { Failure, GatewayFailure, GatewayFailureCode, OpendFailure } from '../base/failure.ts'
import { shownText } from '../base/shown-text.ts'
import { describeAuth } from './auth-problem.ts'
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
    case 'request.unknown_field': {
      const error = `${failure.path}: unknown field${didYouMean(failure.nearest)}`
      return { status: 400, error, facts: { path: failure.path } }
    }
    case 'request.missing_field': {
      const error = `${failure.path}: required field is missing, expected ${failure.expected}`
      return { status: 400, error, facts: { path: failure.path } }
    }
    case 'request.invalid_value':
      return { status: 400, error: `${failure.path}: expected ${failure.expected}`, facts: { path: failure.path } }
    case 'request.unexpected_body':
      return { status: 400, error: 'This call takes no body; send the request without one.' }
    case 'request.upgrade_required':
      return {
        status: 426,
        error: 'This path speaks WebSocket only; connect with a WebSocket client.',
        headers: { Upgrade: 'websocket', Connection: 'Upgrade' },
      }
    case 'trade.unknown_account': {
      const hint = looksRounded(failure.accId) ? ` ${SEND_AS_STRING}` : ''
      return {
        status: 400,
        error: `acc_id ${failure.accId} is no account of this login; see GET /api/accounts.${hint}`,
      }
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
      return describeReply(400, 'OpenD refused the call', failure)
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

const SEND_AS_STRING = 'Send acc_id as a string: JavaScript rounds a number of this size.'

/** Whether a decimal id is above 2^53 and is what a double of that size is written as. */
function looksRounded(id: string): boolean {
  const asDouble = Number(id)
  if (asDouble <= Number.MAX_SAFE_INTEGER) return false
  return String(asDouble) === id || BigInt(asDouble).toString() === id
}

function didYouMean(nearest: string | null): string {
  return nearest === null ? '' : ` (did you mean ${nearest}?)`
}

/** Whether a failure is of the family whose codes start so. */
function isOf<Family extends 'auth.' | 'gateway.' | 'limits.' | 'order.' | 'quote.' | 'upstream.'>(
  family: Family,
  failure: Failure,
): failure is Extract<Failure, { readonly code: `${Family}${string}` }> {
  return failure.code.startsWith(family)
}

function describeReply(status: number, what: string, failure: OpendFailure): Problem {
  const { retType, errCode } = failure
  const retMsg = failure.retMsg === null ? null : shownText(failure.retMsg)
  const error = retMsg ? `${what}: ${retMsg}` : `${what} (ret_type ${retType}) and gave no reason.`
  return { status, error, facts: { ret_type: retType, ret_msg: retMsg, err_code: errCode, s2c: null } }
}

const NOT_KNOWN = 'Whether OpenD acted on the call is not known.'

/** Which stage of the link failed, in words. */
const GATEWAY_SENTENCES: Readonly<Record<GatewayFailureCode, string>> = {
  'gateway.connect_failed': 'OpenD could not be reached.',
  'gateway.connect_timeout': 'The connection to OpenD did not open in time.',
  'gateway.init_timeout': 'OpenD took the connection and did not answer InitConnect.',
  'gateway.init_rejected': 'OpenD did not accept InitConnect.',
  'gateway.disconnected': `The connection to OpenD broke before the reply. ${NOT_KNOWN}`,
  'gateway.bad_frame': `OpenD sent bytes that are not its protocol. ${NOT_KNOWN}`,
  'gateway.bad_digest': `A reply of OpenD did not match its checksum. ${NOT_KNOWN}`,
  'gateway.silent': `OpenD went quiet and the connection was dropped. ${NOT_KNOWN}`,
  'gateway.call_timeout': `OpenD did not reply in time. ${NOT_KNOWN}`,
  'gateway.not_ready': 'The link to OpenD is not up; nothing was sent.',
  'gateway.busy': 'Too many calls wait for OpenD; nothing was sent. Try again in a moment.',
  'gateway.parked': 'The gateway is shut down; POST /api/admin/reload starts it again.',
  'gateway.object_restarted': 'The gateway was restarted while it held the call.',
  'gateway.bad_reply': "OpenD's reply could not be read. It did receive the call.",
}

function describeGateway({ code, detail, retryInMs }: GatewayFailure): Problem {
  const fact = detail === '' ? '' : ` (${shownText(detail)})`
  const retry = retryInMs === null ? '' : ` The next connection attempt starts in ${Math.ceil(retryInMs / 1000)} s.`
  return { status: 500, error: `${GATEWAY_SENTENCES[code]}${fact}${retry}` }
}
