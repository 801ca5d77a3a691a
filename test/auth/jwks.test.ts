import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose'
import { createJwtVerifier, type JwtVerifier } from '../../src/auth/jwt.ts'

const CLAIMS = { iss: 'https://issuer.test', aud: 'opend-edge', sub: 'alice', exp: Date.now() / 1000 + 3_600 }
const UNAVAILABLE = 'auth.issuer_unavailable'

interface SigningKey {
  readonly jwk: JWK
  readonly sign: (header?: { kid?: string }) => Promise<string>
}

async function makeKey(kid?: string): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), alg: 'ES256', ...(kid === undefined ? {} : { kid }) }
  const header = { alg: 'ES256', ...(kid === undefined ? {} : { kid }) }
  return { jwk, sign: (extra = {}) => new SignJWT(CLAIMS).setProtectedHeader({ ...header, ...extra }).sign(privateKey) }
}

function verifierOf(url: string, fetchKeys: typeof fetch = fetch): JwtVerifier {
  const settings = {
    issuer: CLAIMS.iss,
    audience: CLAIMS.aud,
    algorithms: ['ES256'],
    scopeClaim: 'scope',
    defaultScopes: [],
    defaultLimits: null,
  }
  return createJwtVerifier({ ...settings, key: { kind: 'jwks', url } }, fetchKeys)
}

async function codeOf(verifier: JwtVerifier, token: string): Promise<string> {
  const outcome = await verifier.verify(token, Date.now())
  return outcome.ok ? 'ok' : outcome.failure.code
}

/** An issuer on the loopback interface that publishes a key set and counts how often it is asked. */
async function issuer(context: TestContext, keys: JWK[]): Promise<{ url: string; asked: () => number }> {
  let asked = 0
  const server: Server = createServer((_request, response) => {
    asked++
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ keys }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`, asked: () => asked }
}

test('keys are fetched once and used for every token after it', async (context) => {
  const key = await makeKey('k1')
  const { url, asked } = await issuer(context, [key.jwk])
  const verifier = verifierOf(url)
  assert.equal(await codeOf(verifier, await key.sign()), 'ok')
  assert.equal(await codeOf(verifier, await key.sign()), 'ok')
  assert.equal(asked(), 1)
})

test('invented key ids do not make us ask the issuer for each of them', async (context) => {
  const key = await makeKey('k1')
  const { url, asked } = await issuer(context, [key.jwk])
  const verifier = verifierOf(url)
  for (let i = 0; i < 5; i++)
    assert.equal(await codeOf(verifier, await key.sign({ kid: `k${i + 2}` })), 'auth.invalid_token')
  assert.equal(asked(), 1)
})

test('a fresh verifier asks again: that is how a reload forgets keys', async (context) => {
  const key = await makeKey('k1')
  const { url, asked } = await issuer(context, [key.jwk])
  for (let i = 0; i < 2; i++) assert.equal(await codeOf(verifierOf(url), await key.sign()), 'ok')
  assert.equal(asked(), 2)
})

test('a token without a key id is tried against each published key', async (context) => {
  const [first, second, stranger] = await Promise.all([makeKey(), makeKey(), makeKey()])
  const { url } = await issuer(context, [first.jwk, second.jwk])
  const verifier = verifierOf(url)
  assert.equal(await codeOf(verifier, await first.sign()), 'ok')
  assert.equal(await codeOf(verifier, await second.sign()), 'ok')
  assert.equal(await codeOf(verifier, await stranger.sign()), 'auth.invalid_token')
})

test('when the keys cannot be had, nothing is said about the token', async () => {
  const token = await (await makeKey('k1')).sign()
  const answers: readonly (() => Promise<Response>)[] = [
    () => Promise.reject(new TypeError('fetch failed')),
    () => Promise.reject(new DOMException('timed out', 'TimeoutError')),
    async () => new Response('busy', { status: 503 }),
    async () => new Response(null, { status: 302, headers: { Location: 'https://evil.test/jwks' } }),
    async () => new Response('<html>'),
    async () => Response.json({ keys: 'none' }),
  ]
  for (const answer of answers)
    assert.equal(await codeOf(verifierOf('https://issuer.test/jwks', answer), token), UNAVAILABLE)
})

test('an issuer that was away is asked again by the next token', async () => {
  const key = await makeKey('k1')
  const answers = [async () => new Response(null, { status: 500 }), async () => Response.json({ keys: [key.jwk] })]
  const verifier = verifierOf('https://issuer.test/jwks', () => (answers.shift() ?? assert.fail('asked too often'))())
  assert.equal(await codeOf(verifier, await key.sign()), UNAVAILABLE)
  assert.equal(await codeOf(verifier, await key.sign()), 'ok')
})

test('the issuer changes its keys in the middle of traffic: tokens of both keys verify, those of a removed key end', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const [old, fresh] = [await makeKey('k1'), await makeKey('k2')]
  const published = [old.jwk]
  const { url, asked } = await issuer(context, published)
  const verifier = verifierOf(url)
  const [before, after] = [await old.sign(), await fresh.sign()]
  const seen = (): Promise<readonly string[]> => Promise.all([before, after].map((token) => codeOf(verifier, token)))
  assert.equal(await codeOf(verifier, before), 'ok')
  published.push(fresh.jwk)
  // A token with a key id that is not known makes the verifier ask again, at most every 30 s.
  context.mock.timers.tick(30_001)
  assert.deepEqual(await seen(), ['ok', 'ok'])
  published.shift()
  context.mock.timers.tick(500_000)
  assert.deepEqual(await seen(), ['ok', 'ok'])
  // The fetched keys are used for ten minutes.
  context.mock.timers.tick(100_000)
  assert.deepEqual(await seen(), ['auth.invalid_token', 'ok'])
  assert.equal(asked(), 3)
})
