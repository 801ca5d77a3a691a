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
import { withoutSecrets } from '../base/without-secrets.ts'
import type { Caller } from './caller.ts'
import type { JwtSettings } from './jwt-settings.ts'
import { parseRestrictions, type Restrictions, tighter } from './restrictions.ts'
import { isScope, type Scope } from './scope.ts'

/** How far the issuer's clock may be off, for `exp` and `nbf` alike. NTP keeps machines well within it. */
export const CLOCK_TOLERANCE_SECONDS = 5

/** A JWKS that takes longer is as good as none: the caller is waiting. */
const JWKS_TIMEOUT_MS = 5_000
/** An unknown `kid` makes us fetch the keys again, at most this often: a caller can invent one per request. */
const JWKS_COOLDOWN_MS = 30_000
/** How long fetched keys are used without asking again. */
const JWKS_MAX_AGE_MS = 600_000
/** A subject names a caller in subscriptions and in the order ledger, so it is kept short. */
const MAX_SUBJECT_CHARS = 256

/** Turns a JWT into the caller it stands for. */
export interface JwtVerifier {
  /** Failures: `auth.invalid_token`, `auth.expired_token`, `auth.issuer_unavailable`. */
  verify(token: string, nowMs: number): Promise<Result<Caller>>
}

type KeySource = (...args: Parameters<JWTVerifyGetKey>) => ReturnType<JWTVerifyGetKey>

/** Keys are cached inside the verifier: throw it away to forget them. `fetchKeys` is the platform's `fetch`. */
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

/** A token without a `kid` may fit several published keys, while an issuer changes them: each is tried. */
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

/** The key set was there, and it has no usable key for this token. */
function isAboutTheToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  )
}

/** The key set itself could not be had: network, status, or a body that is no key set. */
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

function callerOf(payload: JWTPayload, { scopeClaim, defaultLimits }: JwtSettings): Result<Caller> {
  const { exp } = payload
  // The library checks that the claim is there, not what it is.
  const sub: unknown = payload.sub
  if (typeof sub !== 'string' || sub.trim() === '' || sub.length > MAX_SUBJECT_CHARS || exp === undefined) {
    return fail({ code: 'auth.invalid_token' })
  }
  const restrictions = restrictionsOf(payload[LIMITS_CLAIM], defaultLimits)
  if (restrictions === 'unreadable') return fail({ code: 'auth.invalid_token' })
  const expiresAtMs = (exp + CLOCK_TOLERANCE_SECONDS) * 1000
  return succeed({ id: `jwt:${sub}`, scopes: scopesOf(payload[scopeClaim]), expiresAtMs, key: null, restrictions })
}

/** The claim in which an issuer restricts a token: an object with the fields of a key record's `limits`. */
export const LIMITS_CLAIM = 'opend_limits'

/** The claim's restrictions and the configured ones; where both are given, what holds under both. */
function restrictionsOf(claim: unknown, defaultLimits: Restrictions | null): Restrictions | null | 'unreadable' {
  if (claim === undefined || claim === null) return defaultLimits
  const problems: string[] = []
  const own = parseRestrictions(JSON.stringify(claim), LIMITS_CLAIM, problems)
  const restrictions = own === null || defaultLimits === null ? own : tighter(own, defaultLimits)
  if (restrictions !== null) return restrictions
  // The operator has to hear of it; the token's holder cannot change it.
  const reason = problems.length > 0 ? problems.map(withoutSecrets).join(' ') : 'it contradicts JWT_DEFAULT_LIMITS'
  console.warn(`a token was refused for its claim ${LIMITS_CLAIM}: ${reason}`)
  return 'unreadable'
}

/** Scopes of other services may stand in the same claim; they mean nothing here. */
function scopesOf(claim: unknown): ReadonlySet<Scope> {
  const names: readonly unknown[] = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : []
  return new Set(names.filter((name) => typeof name === 'string').filter(isScope))
}
