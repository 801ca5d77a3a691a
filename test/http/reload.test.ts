import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createApp } from '../../src/http/app.ts'
import { FakeGateway } from './fake-gateway.ts'
import { BASE_ENV, NOW_MS } from './rig.ts'

const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
const jwk = { ...(await exportJWK(publicKey)), alg: 'RS256', kid: 'k1' }
const claims = {
  iss: BASE_ENV.JWT_ISSUER,
  aud: BASE_ENV.JWT_AUDIENCE,
  sub: 'alice',
  exp: NOW_MS / 1000 + 60,
  scope: 'acc:read admin',
}
const token = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k1' }).sign(privateKey)

function isolate(gateway: FakeGateway) {
  let fetched = 0
  const app = createApp({
    gateway: () => gateway,
    nowMs: () => NOW_MS,
    freshId: () => 'id',
    fetch: async () => {
      fetched++
      return Response.json({ keys: [jwk] })
    },
  })
  const { JWT_SECRET: _, ...rest } = BASE_ENV
  const env = { ...rest, JWT_JWKS_URL: 'https://issuer.test/jwks' }
  const ask = async (path: string, method = 'GET'): Promise<number> => {
    const response = await app.request(path, { method, headers: { Authorization: `Bearer ${token}` } }, env)
    assert.equal(response.status, 200, await response.text())
    return fetched
  }
  return { ask }
}

test('a reload makes the isolate that did it forget the keys of the issuer', async () => {
  const { ask } = isolate(new FakeGateway())
  assert.equal(await ask('/api/accounts'), 1)
  assert.equal(await ask('/api/accounts'), 1)
  await ask('/api/admin/reload', 'POST')
  assert.equal(await ask('/api/accounts'), 2)
})

test("another isolate's reload is noticed by the epoch of the next reply", async () => {
  const gateway = new FakeGateway()
  const { ask } = isolate(gateway)
  await ask('/api/accounts')
  gateway.epoch = 2
  assert.equal(await ask('/api/accounts'), 1, 'this reply carries the news')
  assert.equal(await ask('/api/accounts'), 2)
  gateway.epoch = 0
  await ask('/api/accounts')
  gateway.epoch = 2
  await ask('/api/accounts')
  assert.equal(await ask('/api/accounts'), 2, 'an older number is no news')
})
