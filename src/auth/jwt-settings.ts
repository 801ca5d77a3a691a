import { isLoopback } from './loopback.ts'
import { isScope, type Scope, SCOPES } from './scope.ts'
import { parseRestrictions, type Restrictions } from './restrictions.ts'

/**
 * How JWTs are verified. The operator and the kind of key determine the algorithms: a shared secret allows only HMAC,
 * and published keys allow only signatures. A public key can therefore not be used as an HMAC secret (RFC 8725 section
 * 3.1), and `none` is not allowed.
 */
export interface JwtSettings {
  readonly issuer: string
  readonly audience: string
  readonly algorithms: readonly string[]
  readonly key:
    | { readonly kind: 'secret'; readonly secret: Uint8Array }
    | { readonly kind: 'jwks'; readonly url: string }
  /** The claim that lists scopes, as an array or as one space-separated string; `a.b` is the member b of the claim a. */
  readonly scopeClaim: string
  /** Scopes of a token without that claim. */
  readonly defaultScopes: readonly Scope[]
  /** Restrictions of every JWT; null where only the claim of a token restricts it. */
  readonly defaultLimits: Restrictions | null
}

/** The variables that configure JWTs. JWTs are not used when all are absent. */
export interface JwtVariables {
  readonly JWT_ISSUER?: string | undefined
  readonly JWT_AUDIENCE?: string | undefined
  readonly JWT_ALGORITHMS?: string | undefined
  readonly JWT_JWKS_URL?: string | undefined
  readonly JWT_SECRET?: string | undefined
  readonly JWT_SCOPE_CLAIM?: string | undefined
  readonly JWT_DEFAULT_SCOPES?: string | undefined
  readonly JWT_DEFAULT_LIMITS?: string | undefined
}

/** RFC 7518 section 3.2: an HMAC key is at least as long as the hash's output. */
const HMAC_SECRET_BYTES: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 }

/** The signature algorithms of RFC 7518 and RFC 9864 that jose verifies with the platform's crypto. */
const SIGNATURE_ALGORITHMS: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

/**
 * Reads the JWT variables. Null when all are unset. Every mistake is added to `problems` as a sentence with what to
 * set, without secrets.
 */
export function readJwtSettings(variables: JwtVariables, problems: string[]): JwtSettings | null {
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_JWKS_URL: jwksUrl, JWT_SECRET: secret } = variables
  const { JWT_ALGORITHMS, JWT_SCOPE_CLAIM, JWT_DEFAULT_SCOPES, JWT_DEFAULT_LIMITS } = variables
  const isUnused = [
    issuer,
    audience,
    jwksUrl,
    secret,
    JWT_ALGORITHMS,
    JWT_SCOPE_CLAIM,
    JWT_DEFAULT_SCOPES,
    JWT_DEFAULT_LIMITS,
  ].every((value) => value === undefined || value === '')
  if (isUnused) return null
  if (!issuer)
    problems.push('JWT_ISSUER is not set: set it to the `iss` of your tokens, or unset every JWT_* variable.')
  if (!audience) problems.push('JWT_AUDIENCE is not set: set it to the `aud` that your issuer uses for this service.')
  const key = readKey(jwksUrl, secret, problems)
  if (key === null) return null
  const algorithms = readAlgorithms(variables.JWT_ALGORITHMS, key, problems)
  const defaultLimits = JWT_DEFAULT_LIMITS
    ? parseRestrictions(JWT_DEFAULT_LIMITS, 'JWT_DEFAULT_LIMITS', problems)
    : null
  const defaultScopes = readScopes(JWT_DEFAULT_SCOPES, problems)
  if (!issuer || !audience) return null
  return { issuer, audience, algorithms, key, scopeClaim: JWT_SCOPE_CLAIM || 'scope', defaultScopes, defaultLimits }
}

function readScopes(text: string | undefined, problems: string[]): readonly Scope[] {
  const names = (text ?? '').split(/[\s,]+/).filter((name) => name !== '')
  const wrong = names.find((name) => !isScope(name))
  if (wrong !== undefined) {
    problems.push(`JWT_DEFAULT_SCOPES contains ${JSON.stringify(wrong)}: the scopes are ${SCOPES.join(', ')}.`)
  }
  return names.filter(isScope)
}

function readKey(
  jwksUrl: string | undefined,
  secret: string | undefined,
  problems: string[],
): JwtSettings['key'] | null {
  if (jwksUrl && secret) {
    problems.push('JWT_JWKS_URL and JWT_SECRET are both set: unset the one that your issuer does not use.')
    return null
  }
  if (secret) return { kind: 'secret', secret: new TextEncoder().encode(secret) }
  if (!jwksUrl) {
    problems.push('The key for JWTs is missing: set JWT_JWKS_URL (published keys) or JWT_SECRET (a shared secret).')
    return null
  }
  if (!isTrustworthyUrl(jwksUrl)) {
    problems.push('JWT_JWKS_URL is not an https: URL: set it to one (http: is accepted for loopback hosts only).')
    return null
  }
  return { kind: 'jwks', url: jwksUrl }
}

/** Keys that are fetched over plain HTTP could be replaced in transit. */
function isTrustworthyUrl(text: string): boolean {
  const url = URL.parse(text)
  if (url === null) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))
}

function readAlgorithms(list: string | undefined, key: JwtSettings['key'], problems: string[]): readonly string[] {
  const fallback = key.kind === 'secret' ? 'HS256' : 'RS256'
  const algorithms = (list || fallback).split(/[\s,]+/).filter((name) => name !== '')
  const allowed = key.kind === 'secret' ? Object.keys(HMAC_SECRET_BYTES) : SIGNATURE_ALGORITHMS
  const source = key.kind === 'secret' ? 'JWT_SECRET' : 'JWT_JWKS_URL'
  for (const name of algorithms) {
    if (!allowed.includes(name)) {
      problems.push(
        `JWT_ALGORITHMS contains ${JSON.stringify(name)}: with ${source} the allowed ones are ${allowed.join(', ')}.`,
      )
    } else if (key.kind === 'secret' && key.secret.length < (HMAC_SECRET_BYTES[name] ?? 0)) {
      problems.push(`JWT_SECRET is too short for ${name}: it needs at least ${HMAC_SECRET_BYTES[name]} bytes.`)
    }
  }
  if (algorithms.length === 0)
    problems.push(`JWT_ALGORITHMS is empty: with ${source} the allowed ones are ${allowed.join(', ')}.`)
  return algorithms
}
