import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeRig, readError, signJwt } from './rig.ts'

const TEAM = 'https://team.cloudflareaccess.com'
const QUOTE = { body: { security_list: ['HK.00700'] } }
const ENV = { JWT_ISSUER: TEAM, JWT_SCOPE_CLAIM: 'custom.scope', ALLOWED_ORIGINS: 'https://app.example' }

function assertion(claims: Record<string, unknown> = {}): Promise<string> {
  return signJwt([], { iss: TEAM, scope: undefined, custom: { scope: 'qot:read' }, ...claims })
}

async function send(headers: Record<string, string>, token?: Promise<string>, env: Record<string, string> = ENV) {
  const rig = makeRig(env)
  const header = { 'Cf-Access-Jwt-Assertion': await (token ?? assertion()), ...headers }
  return { rig, response: await rig.send('POST /api/quote', { ...QUOTE, headers: header }) }
}

test('the assertion of Cloudflare Access is the token where its team is the issuer', async () => {
  const { rig, response } = await send({})
  assert.equal(response.status, 200)
  assert.equal(rig.gateway.calls[0]?.caller, 'jwt:alice')
  const other = await send({}, undefined, { JWT_SCOPE_CLAIM: 'custom.scope' })
  assert.equal((await readError(other.response, 401)).code, 'auth.missing_token')
})

test('a service token, which has no subject, is the caller of its client id', async () => {
  const { rig, response } = await send({}, assertion({ sub: '', common_name: 'e3b0.access' }))
  assert.equal(response.status, 200)
  assert.equal(rig.gateway.calls[0]?.caller, 'jwt:e3b0.access')
  const nameless = await send({}, assertion({ sub: '' }))
  assert.equal((await readError(nameless.response, 401)).code, 'auth.invalid_token')
})

test('a token without the claim has the default scopes, one with an empty claim has none', async () => {
  const env = { ...ENV, JWT_DEFAULT_SCOPES: 'qot:read' }
  assert.equal((await send({}, assertion({ custom: {} }), env)).response.status, 200)
  const empty = await send({}, assertion({ custom: { scope: '' } }), env)
  assert.equal((await readError(empty.response, 403)).code, 'auth.insufficient_scope')
})

test('a token of the client comes first, and is not replaced when it is wrong', async () => {
  const { response } = await send({ Authorization: `Bearer fc_${'0a'.repeat(32)}` })
  assert.equal((await readError(response, 401)).code, 'auth.invalid_token')
})

test('a page of another site cannot use the cookie with which Access lets its user in', async () => {
  const requests: readonly Record<string, string>[] = [
    { Origin: 'https://evil.example' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
  ]
  for (const headers of requests) {
    const { rig, response } = await send(headers)
    assert.equal((await readError(response, 403)).code, 'auth.origin_not_allowed')
    assert.equal(rig.gateway.touched, 0)
  }
  const listed = await send({ Origin: 'https://app.example', 'Sec-Fetch-Site': 'cross-site' })
  assert.equal(listed.response.status, 200)
})

test('an assertion that is changed or of another application opens nothing', async () => {
  const changed = assertion().then((token) => `${token}x`)
  assert.equal((await readError((await send({}, changed)).response, 401)).code, 'auth.invalid_token')
  const other = assertion({ aud: 'other-application' })
  assert.equal((await readError((await send({}, other)).response, 401)).code, 'auth.invalid_token')
})
