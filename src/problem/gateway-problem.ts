import type { GatewayFailure, GatewayFailureCode } from '../base/failure.ts'
import { shownText } from '../base/shown-text.ts'
import type { Problem } from './problem-form.ts'

/** What is said of one stage of the link. */
interface StageText {
  /** What failed, without a full stop: the fact of the failure follows it in parentheses. */
  readonly what: string
  /** The likely cause and what to check, or what holds for the call; sentences. */
  readonly advice?: string
  /** Whether the call may have reached OpenD. */
  readonly mayHaveArrived?: true
}

const CHECK_ADDRESS = 'Check that OpenD runs and that OPEND_URL names its host and its API port.'
const CHECK_PORT = 'Check that the port of OPEND_URL is the API port of OpenD, not its WebSocket or telnet port.'

const STAGES: Readonly<Record<GatewayFailureCode, StageText>> = {
  'gateway.connect_failed': { what: 'OpenD could not be reached', advice: CHECK_ADDRESS },
  'gateway.connect_timeout': {
    what: 'The connection to OpenD did not open in time',
    advice: `${CHECK_ADDRESS} A firewall that drops packets looks like this too.`,
  },
  'gateway.init_timeout': {
    what: 'OpenD took the connection and did not answer InitConnect',
    advice: `${CHECK_PORT} An RSA key that differs from OpenD's (OPEND_RSA_KEY) can look like this too.`,
  },
  'gateway.init_rejected': {
    what: 'OpenD did not accept InitConnect',
    advice:
      'When OpenD closes the connection without an answer, the usual cause is the RSA key: OPEND_RSA_KEY must hold the ' +
      'private key that OpenD is configured with (rsa_private_key), and must not be set when OpenD has none.',
  },
  'gateway.disconnected': { what: 'The connection to OpenD broke before the reply', mayHaveArrived: true },
  'gateway.bad_frame': { what: 'OpenD sent bytes that are not its protocol', advice: CHECK_PORT, mayHaveArrived: true },
  'gateway.bad_digest': { what: 'A reply of OpenD did not match its checksum', mayHaveArrived: true },
  'gateway.silent': { what: 'OpenD went quiet and the connection was dropped', mayHaveArrived: true },
  'gateway.call_timeout': { what: 'OpenD did not reply in time', mayHaveArrived: true },
  'gateway.not_ready': {
    what: 'The link to OpenD is not up; nothing was sent',
    advice: 'GET /readyz names the stage that fails.',
  },
  'gateway.busy': { what: 'Too many calls wait for OpenD; nothing was sent', advice: 'Try again in a moment.' },
  'gateway.parked': { what: 'The gateway is shut down', advice: 'POST /api/admin/reload starts it again.' },
  'gateway.object_restarted': { what: 'The gateway was restarted while it held the call' },
  'gateway.bad_reply': { what: "OpenD's reply could not be read", advice: 'It did receive the call.' },
}

/** The link could not carry a call: what failed, what to check, and when the next attempt starts. */
export function describeGateway({ code, detail, retryInMs }: GatewayFailure): Problem {
  const { what, advice, mayHaveArrived } = STAGES[code]
  const sentences = [
    `${what}${detail === '' ? '' : ` (${shownText(detail)})`}.`,
    ...(advice === undefined ? [] : [advice]),
    ...(mayHaveArrived === true ? [NOT_KNOWN] : []),
    ...(retryInMs === null ? [] : [`The next connection attempt starts in ${Math.ceil(retryInMs / 1000)} s.`]),
  ]
  return { status: 500, error: sentences.join(' ') }
}

/** The sentence about a call that may have reached OpenD. It is wrong of a call that has not left. */
export const NOT_KNOWN = 'Whether OpenD acted on the call is not known.'
