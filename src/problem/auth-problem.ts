import type { AuthFailure } from '../base/failure.ts'
import { shownText } from '../base/shown-text.ts'
import { type ErrorAnswer, unreachable } from './error-answer.ts'

/** Most accounts in a sentence. */
const MOST_NAMED = 5

/** Describes a failed authentication or authorization, with the challenge of RFC 6750 section 3 where it has one. */
export function describeAuth(failure: AuthFailure): ErrorAnswer {
  switch (failure.code) {
    case 'auth.missing_token':
      return {
        status: 401,
        error: 'The call needs a token: send it in the header Authorization: Bearer <token>.',
        headers: challenge(),
      }
    case 'auth.malformed_token':
      return {
        status: 400,
        error: 'The token is malformed: send it once, in the header Authorization: Bearer <token>.',
        headers: challenge('invalid_request', 'The credentials are malformed'),
      }
    case 'auth.invalid_token':
      return {
        status: 401,
        error: 'The token is not valid for this service: check that it is complete and current, or get a new one.',
        headers: challenge('invalid_token', 'The token is not valid for this service'),
      }
    case 'auth.expired_token':
      return {
        status: 401,
        error: 'The token has expired; get a new one.',
        headers: challenge('invalid_token', 'The token has expired'),
      }
    case 'auth.insufficient_scope':
      return {
        status: 403,
        error: `The token does not have the scope for this call: use a token with ${failure.scopes.join(' or ')}.`,
        facts: { required_scopes: failure.scopes },
        headers: challenge('insufficient_scope', 'The token does not have the scope for this call', failure.scopes),
      }
    case 'auth.account_not_allowed': {
      const { accIds = [] } = failure
      const what = accIds.length === 0 ? 'this account' : `the account ${accIds.slice(0, MOST_NAMED).join(', ')}`
      return {
        status: 403,
        error: `The token may not use ${what}: GET /api/accounts lists the accounts that it may use.`,
        headers: challenge('insufficient_scope', 'The token may not use this account'),
      }
    }
    case 'auth.address_not_allowed':
      return {
        status: 403,
        error: 'The token may not be used from this address: allowed_cidrs of the key lists the addresses.',
        headers: challenge('insufficient_scope', 'The token may not be used from this address'),
      }
    case 'auth.key_changed':
      return {
        status: 409,
        error: 'The rights or limits of the key changed during the call. Nothing was sent; send the request again.',
      }
    case 'auth.too_many_failures': {
      const seconds = Math.max(1, Math.ceil(failure.retryAfterMs / 1000))
      return {
        status: 429,
        error: `Too many wrong tokens were sent; try again in ${seconds} s.`,
        headers: { 'Retry-After': String(seconds) },
      }
    }
    case 'auth.key_needed':
      return { status: 403, error: 'Only a key can make child tokens: send the token of a key, not a JWT.' }
    case 'auth.limits_missing':
      return {
        status: 403,
        error:
          'A JWT without limits cannot trade real accounts: add the claim opend_limits to the token, or set JWT_DEFAULT_LIMITS for all tokens.',
      }
    case 'auth.origin_not_allowed':
      return {
        status: 403,
        error:
          'Pages of this origin may not connect here: Origin must be this host, a loopback host, or an entry of ALLOWED_ORIGINS.',
      }
    case 'auth.issuer_unavailable':
      return {
        status: 500,
        error: `The token could not be checked: the keys of its issuer are not available (${shownText(failure.detail)}). Try again.`,
      }
    default:
      return unreachable(failure)
  }
}

const REALM = 'Bearer realm="opend-edge"'

/** `WWW-Authenticate` as in RFC 6750. A request without a token gets no error code. */
function challenge(error?: string, description?: string, scopes?: readonly string[]): Readonly<Record<string, string>> {
  if (error === undefined) return { 'WWW-Authenticate': REALM }
  const scope = scopes === undefined ? '' : `, scope="${scopes.join(' ')}"`
  return { 'WWW-Authenticate': `${REALM}, error="${error}", error_description="${description}"${scope}` }
}
