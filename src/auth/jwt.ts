import {
  createRemoteJWKSet,
  customFetch,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  type JWTVerifyResult,
} from 'jose'
import { fail, succeed, type Result } from '../base/result.ts'
import { withoutSecrets } from '../base/shown-text.ts'
import type { Caller } from './caller.ts'
import type { JwtSettings } from './jwt-settings.ts'
import { parseRestrictions, type Restrictions, tighter } from './restrictions.ts'
import { isScope, type Scope } from './scope.ts'

/** Tolerated difference to the issuer's clock, for `exp` and `nbf`. Machines with NTP stay well below it. */
export const CLOCK_TOLERANCE_SECONDS = 5

/** Time limit for fetching the JWKS, because a caller waits for it. */
const JWKS_TIMEOUT_MS = 5_000
/** Least time between two fetches for an unknown `kid`, which a caller can change at each request. */
const JWKS_COOLDOWN_MS = 30_000
/** How long fetched keys are used. */
const JWKS_MAX_AGE_MS = 600_000
/** Bound for a subject, because it is the caller's id in subscriptions and in the order ledger. */
const MAX_SUBJECT_CHARS = 256

/** Verifies JWTs and returns their callers. */
export interface JwtVerifier {
  /** Failures: `auth.invalid_token`, `auth.expired_token`, `auth.issuer_unavailable`. */
  verify(token: string, nowMs: number): Promise<Result<Caller>>
}

type KeySource = (...args: Parameters<JWTVerifyGetKey>) => ReturnType<JWTVerifyGetKey>

/** The verifier caches the issuer's keys. Create a new one to drop them. `fetchKeys` is the platform's `fetch`. */
export function createJwtVerifier(settings: JwtSettings, fetchKeys: typeof fetch): JwtVerifier {
  const keySource = keySourceOf(settings, fetchKeys)
  return {
    async verify(token, nowMs) {
      const options: JWTVerifyOptions = {
        issuer: settings.issuer,
        audience: settings.audience,
        algorithms: [...settings.algorithms],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(nowMs),
        requiredClaims: ['exp', 'sub'],
      }
      try {
        const { payload } = await jwtVerify(token, keySource, options).catch((error: unknown) =>
          verifyWithEach(error, token, options),
        )
        return callerOf(payload, settings)
      } catch (error) {
        return explain(error)
      }
    },
  }
}

/** A token without `kid` may match several published keys, while the issuer rotates them. Tries each key. */
async function verifyWithEach(error: unknown, token: string, options: JWTVerifyOptions): Promise<JWTVerifyResult> {
  if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
  for await (const key of error) {
    try {
      return await jwtVerify(token, key, options)
    } catch (cause) {
      if (!(cause instanceof errors.JWSSignatureVerificationFailed)) throw cause
    }
  }
  throw new errors.JWSSignatureVerificationFailed()
}

function keySourceOf(settings: JwtSettings, fetchKeys: typeof fetch): KeySource {
  const { key } = settings
  if (key.kind === 'secret') return async () => key.secret
  const remote = createRemoteJWKSet(new URL(key.url), {
    timeoutDuration: JWKS_TIMEOUT_MS,
    cooldownDuration: JWKS_COOLDOWN_MS,
    cacheMaxAge: JWKS_MAX_AGE_MS,
    [customFetch]: fetchKeys,
  })
  return async (header, token) => {
    try {
      return await remote(header, token)
    } catch (error) {
      throw isAboutTheToken(error) ? error : new KeysUnavailable(error)
    }
  }
}

/** Whether the key set was fetched and has no usable key for this token. */
function isAboutTheToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  )
}

/** The key set could not be fetched: a network error, an HTTP status, or a body that is not a key set. */
class KeysUnavailable extends Error {
  constructor(cause: unknown) {
    super(cause instanceof errors.JWKSTimeout ? 'it did not answer in time' : 'it did not answer with a key set', {
      cause,
    })
  }
}

function explain(error: unknown): Result<Caller> {
  if (error instanceof KeysUnavailable) return fail({ code: 'auth.issuer_unavailable', detail: error.message })
  if (error instanceof errors.JWTExpired) return fail({ code: 'auth.expired_token' })
  if (error instanceof errors.JOSEError) return fail({ code: 'auth.invalid_token' })
  throw error
}

function callerOf(payload: JWTPayload, { scopeClaim, defaultScopes, defaultLimits }: JwtSettings): Result<Caller> {
  const { exp } = payload
  // The library checks only that the claim is present. Cloudflare Access names its service tokens in another claim.
  const sub: unknown = payload.sub === '' ? payload['common_name'] : payload.sub
  if (typeof sub !== 'string' || sub.trim() === '' || sub.length > MAX_SUBJECT_CHARS || exp === undefined) {
    return fail({ code: 'auth.invalid_token' })
  }
  const restrictions = restrictionsOf(payload[LIMITS_CLAIM], defaultLimits)
  if (restrictions === 'unreadable') return fail({ code: 'auth.invalid_token' })
  const claim = claimOf(payload, scopeClaim)
  const scopes = claim === undefined ? new Set(defaultScopes) : scopesOf(claim)
  const expiresAtMs = (exp + CLOCK_TOLERANCE_SECONDS) * 1000
  return succeed({
    id: `jwt:${sub}`,
    scopes,
    expiresAtMs,
    key: null,
    keyMark: null,
    restrictions,
  })
}

/** The claim with the restrictions of a token: an object with the fields of a key record's `limits`. */
export const LIMITS_CLAIM = 'opend_limits'

/** The restrictions of the claim and the configured ones; where both are present, their intersection. */
function restrictionsOf(claim: unknown, defaultLimits: Restrictions | null): Restrictions | null | 'unreadable' {
  if (claim === undefined || claim === null) return defaultLimits
  const problems: string[] = []
  const own = parseRestrictions(JSON.stringify(claim), LIMITS_CLAIM, problems)
  const restrictions = own === null || defaultLimits === null ? own : tighter(own, defaultLimits)
  if (restrictions !== null) return restrictions
  // Logged for the operator: the caller cannot change the claim.
  const reason = problems.length > 0 ? problems.map(withoutSecrets).join(' ') : 'it contradicts JWT_DEFAULT_LIMITS'
  console.warn(`a token was refused because of its claim ${LIMITS_CLAIM}: ${reason}`)
  return 'unreadable'
}

/** A claim by its name, or by a path such as `custom.scope`, where Access puts the claims of the identity provider. */
function claimOf(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name]
  let value: unknown = payload
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[part]
  }
  return value
}

/** The scopes of this service. The claim may also contain those of others, which are ignored. */
function scopesOf(claim: unknown): ReadonlySet<Scope> {
  const names: readonly unknown[] = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : []
  return new Set(names.filter((name) => typeof name === 'string').filter(isScope))
}
