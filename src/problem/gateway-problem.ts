import type { GatewayFailure, GatewayFailureCode } from '../base/failure.ts'
import { shownText } from '../base/shown-text.ts'
import type { ErrorAnswer } from './error-answer.ts'

/** The texts for the failure of one stage of the link. */
interface StageText {
  /** What failed, without a full stop: the failure's `detail` follows in parentheses. */
  readonly what: string
  /** Sentences: the likely cause and what to check, or what became of the call. */
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
    advice: `${CHECK_ADDRESS} A firewall that drops packets has the same effect.`,
  },
  'gateway.init_timeout': {
    what: 'OpenD accepted the connection and did not answer InitConnect',
    advice: `${CHECK_PORT} An RSA key that differs from OpenD's (OPEND_RSA_KEY) can have the same effect.`,
  },
  'gateway.init_rejected': {
    what: 'OpenD did not accept InitConnect',
    advice:
      'When OpenD closes the connection without an answer, the usual cause is the RSA key: OPEND_RSA_KEY must hold the ' +
      'private key that OpenD is configured with (rsa_private_key), and must be unset when OpenD has no key.',
  },
  'gateway.disconnected': { what: 'The connection to OpenD broke before the reply', mayHaveArrived: true },
  'gateway.bad_frame': { what: 'OpenD sent bytes that are not its protocol', advice: CHECK_PORT, mayHaveArrived: true },
  'gateway.bad_digest': { what: 'The checksum of a reply of OpenD did not match', mayHaveArrived: true },
  'gateway.silent': { what: 'OpenD did not answer heartbeats, and the connection was closed', mayHaveArrived: true },
  'gateway.call_timeout': { what: 'OpenD did not reply in time', mayHaveArrived: true },
  'gateway.not_ready': {
    what: 'The link to OpenD is not up; nothing was sent',
    advice: 'GET /readyz shows the stage that fails.',
  },
  'gateway.busy': { what: 'Too many calls wait for OpenD; nothing was sent', advice: 'Try again in a few seconds.' },
  'gateway.parked': {
    what: 'An administrator has shut the gateway down',
    advice: 'POST /api/admin/reload starts it again.',
  },
  'gateway.object_restarted': { what: 'The gateway was restarted during the call' },
  'gateway.bad_reply': { what: "OpenD's reply could not be decoded", advice: 'OpenD received the call.' },
}

/** Describes a failure of the link: what failed, what to check, and when the next connection attempt starts. */
export function describeGateway({ code, detail, retryInMs }: GatewayFailure): ErrorAnswer {
  const { what, advice, mayHaveArrived } = STAGES[code]
  const sentences = [
    `${what}${detail === '' ? '' : ` (${shownText(detail)})`}.`,
    ...(advice === undefined ? [] : [advice]),
    ...(mayHaveArrived === true ? [NOT_KNOWN] : []),
    ...(retryInMs === null ? [] : [`The next connection attempt starts in ${Math.ceil(retryInMs / 1000)} s.`]),
  ]
  return { status: 500, error: sentences.join(' ') }
}

/** The sentence for a call that may have reached OpenD. It must not be used for a call that was not sent. */
export const NOT_KNOWN = 'It is not known whether OpenD acted on the call.'
