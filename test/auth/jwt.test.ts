import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose'
import { mayTrade } from '../../src/auth/caller.ts'
import { CLOCK_TOLERANCE_SECONDS, createJwtVerifier } from '../../src/auth/jwt.ts'
import type { JwtSettings } from '../../src/auth/jwt-settings.ts'
import { parseRestrictions } from '../../src/auth/restrictions.ts'

const NOW_MS = Date.UTC(2026, 10, 22, 12)
const NOW_SECONDS = NOW_MS / 1000
const SECRET = new TextEncoder().encode('0123456789abcdef0123456789abcdef')
const CLAIMS = { iss: 'https://issuer.test', aud: 'opend-edge', sub: 'alice', exp: NOW_SECONDS + 60, scope: 'qot:read' }

const INVALID = { ok: false, failure: { code: 'auth.invalid_token' } }
const EXPIRED = { ok: false, failure: { code: 'auth.expired_token' } }

const SETTINGS: JwtSettings = {
  issuer: CLAIMS.iss,
  audience: CLAIMS.aud,
  algorithms: ['HS256'],
  key: { kind: 'secret', secret: SECRET },
  scopeClaim: 'scope',
  defaultScopes: [],
  defaultLimits: null,
}

function noFetch(): never {
  throw new Error('a shared secret needs no network')
}

const verifier = createJwtVerifier(SETTINGS, noFetch)
const verify = (token: string, nowMs = NOW_MS) => verifier.verify(token, nowMs)

function sign(claims: JWTPayload, alg = 'HS256', secret: Uint8Array = SECRET): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(secret)
}

function without(name: keyof typeof CLAIMS): JWTPayload {
  return Object.fromEntries(Object.entries(CLAIMS).filter(([claim]) => claim !== name))
}

test('a good token stands for its subject, with its scopes and its end', async () => {
  const outcome = await verify(await sign({ ...CLAIMS, scope: 'openid qot:read acc:read' }))
  assert.ok(outcome.ok)
  assert.equal(outcome.value.id, 'jwt:alice')
  assert.deepEqual([...outcome.value.scopes], ['qot:read', 'acc:read'])
  assert.equal(outcome.value.expiresAtMs, NOW_MS + 60_000 + CLOCK_TOLERANCE_SECONDS * 1000)
  assert.equal(outcome.value.key, null)
})

test('scopes may be a list, and another claim may hold them', async () => {
  const permissions = createJwtVerifier({ ...SETTINGS, scopeClaim: 'permissions' }, noFetch)
  const outcome = await permissions.verify(await sign({ ...CLAIMS, permissions: ['admin', 7, 'profile'] }), NOW_MS)
  assert.ok(outcome.ok)
  assert.deepEqual([...outcome.value.scopes], ['admin'])
})

test('a token without scopes is a caller who may nothing', async () => {
  for (const scope of [undefined, '', {}, 7]) {
    const outcome = await verify(await sign({ ...CLAIMS, scope }))
    assert.ok(outcome.ok)
    assert.equal(outcome.value.scopes.size, 0)
  }
})

test('expiry and not-before are held to, give or take the tolerance', async () => {
  const token = await sign({ ...CLAIMS, nbf: NOW_SECONDS })
  const expMs = CLAIMS.exp * 1000
  const toleranceMs = CLOCK_TOLERANCE_SECONDS * 1000
  assert.equal((await verify(token, expMs + toleranceMs - 1000)).ok, true)
  assert.deepEqual(await verify(token, expMs + toleranceMs), EXPIRED)
  assert.equal((await verify(token, NOW_MS - toleranceMs)).ok, true)
  assert.deepEqual(await verify(token, NOW_MS - toleranceMs - 1000), INVALID)
})

test('issuer, audience, expiry and subject must be there and right', async () => {
  const wrong: readonly JWTPayload[] = [
    { ...CLAIMS, iss: 'https://issuer.test/' },
    { ...CLAIMS, aud: 'another-service' },
    { ...CLAIMS, sub: '' },
    { ...CLAIMS, sub: 'a'.repeat(257) },
    without('iss'),
    without('aud'),
    without('exp'),
    without('sub'),
  ]
  for (const claims of wrong) assert.deepEqual(await verify(await sign(claims)), INVALID, JSON.stringify(claims))
  assert.equal((await verify(await sign({ ...CLAIMS, aud: ['another-service', 'opend-edge'] }))).ok, true)
})

test('an expired token of a wrong issuer is invalid, not expired', async () => {
  const token = await sign({ ...CLAIMS, iss: 'https://evil.test', exp: NOW_SECONDS - 60 })
  assert.deepEqual(await verify(token), INVALID)
})

test('an unsigned token and another HMAC than the pinned one are refused', async () => {
  assert.deepEqual(await verify(new UnsecuredJWT(CLAIMS).encode()), INVALID)
  const long = new TextEncoder().encode('0'.repeat(64))
  const wide = createJwtVerifier({ ...SETTINGS, key: { kind: 'secret', secret: long } }, noFetch)
  assert.deepEqual(await wide.verify(await sign(CLAIMS, 'HS512', long), NOW_MS), INVALID)
  assert.equal((await wide.verify(await sign(CLAIMS, 'HS256', long), NOW_MS)).ok, true)
})

test('a token signed with another secret, or changed on the way, is refused', async () => {
  const other = new TextEncoder().encode('fedcba9876543210fedcba9876543210')
  assert.deepEqual(await verify(await sign(CLAIMS, 'HS256', other)), INVALID)
  const [header, payload, signature] = (await sign(CLAIMS)).split('.')
  const forged = Buffer.from(JSON.stringify({ ...CLAIMS, scope: 'admin' })).toString('base64url')
  assert.deepEqual(await verify(`${header}.${forged}.${signature}`), INVALID)
  assert.deepEqual(await verify(`${header}.${payload}.`), INVALID)
  assert.deepEqual(await verify('a.b.c'), INVALID)
})

test("published keys: an HMAC made with the issuer's public key is refused", async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256' }
  const rsa = createJwtVerifier(
    { ...SETTINGS, algorithms: ['RS256'], key: { kind: 'jwks', url: 'https://issuer.test/jwks' } },
    async () => Response.json({ keys: [jwk] }),
  )
  const good = await new SignJWT(CLAIMS).setProtectedHeader({ alg: 'RS256', kid: 'k1' }).sign(privateKey)
  assert.equal((await rsa.verify(good, NOW_MS)).ok, true)

  const pem = new TextEncoder().encode(await exportSPKI(publicKey))
  const confused = await new SignJWT(CLAIMS).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(pem)
  assert.deepEqual(await rsa.verify(confused, NOW_MS), INVALID)
  assert.deepEqual(await rsa.verify(new UnsecuredJWT(CLAIMS).encode(), NOW_MS), INVALID)
})

test('a subject is a text that names somebody', async () => {
  for (const sub of [['alice'], { name: 'alice' }, 7, true, '', '  ', 'x'.repeat(300)]) {
    // The library's type has a string here; an issuer may write anything.
    const token = await sign({ ...CLAIMS, sub } as unknown as JWTPayload)
    assert.deepEqual(await verify(token), INVALID, JSON.stringify(sub))
  }
})

test('a token is held to the limits of its claim, to the configured ones, or to the tighter of both', async () => {
  const defaultLimits = parseRestrictions('{"max_orders_per_minute": 5, "allowed_markets": ["HK", "US"]}', 'test', [])
  const limited = createJwtVerifier({ ...SETTINGS, defaultLimits }, noFetch)
  const limitsOf = async (by: typeof verifier, claim: unknown): Promise<unknown> => {
    const outcome = await by.verify(await sign({ ...CLAIMS, opend_limits: claim }), NOW_MS)
    if (!outcome.ok) return outcome.failure.code
    const limits = outcome.value.restrictions?.limits ?? null
    return limits === null ? null : [limits.maxOrdersPerMinute, limits.allowedMarkets, limits.maxOrderValue]
  }
  assert.equal(await limitsOf(verifier, undefined), null)
  assert.deepEqual(await limitsOf(verifier, { max_order_value: 10 }), [null, null, 10])
  assert.deepEqual(await limitsOf(limited, undefined), [5, ['HK', 'US'], null])
  assert.deepEqual(await limitsOf(limited, { max_orders_per_minute: 9, allowed_markets: ['US', 'SG'] }), [
    5,
    ['US'],
    null,
  ])
})

test('a claim of limits that cannot be read, or contradicts the configured ones, refuses the token', async (context) => {
  const log = mock.method(console, 'warn', () => {})
  context.after(() => log.mock.restore())
  const defaultLimits = parseRestrictions('{"hours_window": "09:30-16:00"}', 'test', [])
  const limited = createJwtVerifier({ ...SETTINGS, defaultLimits }, noFetch)
  for (const claim of ['5 a minute', [], { max_order: 5 }, { max_order_value: -1 }, { hours_window: '10:00-11:00' }]) {
    const token = await sign({ ...CLAIMS, opend_limits: claim })
    assert.deepEqual(await limited.verify(token, NOW_MS), INVALID, JSON.stringify(claim))
  }
  assert.equal(log.mock.callCount(), 5)
})

test('a JWT trades real accounts only under limits, a key without', () => {
  const caller = { id: 'jwt:alice', scopes: new Set(['trade:real'] as const), expiresAtMs: null, key: null } as const
  assert.deepEqual(mayTrade({ ...caller, restrictions: null }), { simulate: true, real: false, lacksLimits: true })
  const restrictions = parseRestrictions('{}', 'test', [])
  assert.deepEqual(mayTrade({ ...caller, restrictions }), { simulate: true, real: true })
})
