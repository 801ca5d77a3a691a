import type { AuthFailure } from '../base/failure.ts'
import { shownText } from '../base/shown-text.ts'
import { type Problem, unreachable } from './problem-form.ts'

/** Who is asking: the four outcomes of RFC 6750 section 3.1 carry a challenge that says which one it was. */
export function describeAuth(failure: AuthFailure): Problem {
  switch (failure.code) {
    case 'auth.missing_token':
      return {
        status: 401,
        error: 'A token is needed: send Authorization: Bearer <token>.',
        headers: challenge(),
      }
    case 'auth.malformed_token':
      return {
        status: 400,
        error: 'The token is malformed: send it once, as Authorization: Bearer <token>.',
        headers: challenge('invalid_request', 'The credentials are malformed'),
      }
    case 'auth.invalid_token':
      return {
        status: 401,
        error: 'The token is not valid here.',
        headers: challenge('invalid_token', 'The token is not valid here'),
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
        error: `The token lacks the scope for this call; it needs ${failure.scopes.join(' or ')}.`,
        facts: { required_scopes: failure.scopes },
        headers: challenge('insufficient_scope', 'The token lacks the scope for this call', failure.scopes),
      }
    case 'auth.account_not_allowed':
      return {
        status: 403,
        error: 'The token may not be used for this account.',
        headers: challenge('insufficient_scope', 'The token may not be used for this account'),
      }
    case 'auth.limits_missing':
      return {
        status: 403,
        error:
          'A JWT trades real accounts only under limits: give it the claim opend_limits, or set JWT_DEFAULT_LIMITS for all of them.',
      }
    case 'auth.origin_not_allowed':
      return {
        status: 403,
        error:
          'Pages of this origin may not connect: the Origin must be this host, a loopback one, or listed in ALLOWED_ORIGINS.',
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

/** The `WWW-Authenticate` of RFC 6750. Without an error code it only says that a token is needed. */
function challenge(error?: string, description?: string, scopes?: readonly string[]): Readonly<Record<string, string>> {
  if (error === undefined) return { 'WWW-Authenticate': REALM }
  const scope = scopes === undefined ? '' : `, scope="${scopes.join(' ')}"`
  return { 'WWW-Authenticate': `${REALM}, error="${error}", error_description="${description}"${scope}` }
}
