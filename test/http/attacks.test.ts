import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SignJWT, UnsecuredJWT } from 'jose'
import { BASE_ENV, keysJson, makeRig, NOW_MS, readError, type Rig, signJwt, tokenOf } from './rig.ts'

/**
 * Attacks on the checks of tokens, each with the answer that it gets. None of them reaches OpenD. What is specific to JWTs
 * is in `test/auth/jwt.test.ts`, to sockets in `test/workerd/push-doors.test.ts`, and to caches in `cached-reads.test.ts`.
 */

const KEY = tokenOf('bot')
const QUOTE = { security_list: ['HK.00700'] }
const KEYS_JSON = keysJson({ id: 'bot', scopes: ['qot:read'] }, { id: 'root', scopes: ['admin'] })

interface Attack {
  readonly what: string
  readonly route?: string
  /** The value of `Authorization`; absent for a request without it. */
  readonly authorization?: string | Promise<string>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly status: number
  readonly code: string
}

const bearer = async (token: Promise<string> | string): Promise<string> => `Bearer ${await token}`
const claims = { iss: BASE_ENV.JWT_ISSUER, aud: BASE_ENV.JWT_AUDIENCE, sub: 'alice', exp: NOW_MS / 1000 + 600 }
const unsigned = (): string => new UnsecuredJWT({ ...claims, scope: 'qot:read admin' }).encode()
const signedAs = (alg: string): Promise<string> =>
  new SignJWT({ ...claims, scope: 'admin' })
    .setProtectedHeader({ alg })
    .sign(new TextEncoder().encode(`${BASE_ENV.JWT_SECRET}${BASE_ENV.JWT_SECRET}`))

const INVALID = { status: 401, code: 'auth.invalid_token' } as const
const MALFORMED = { status: 400, code: 'auth.malformed_token' } as const
const MISSING = { status: 401, code: 'auth.missing_token' } as const
const UNKNOWN_PATH = { status: 404, code: 'request.unknown_path' } as const

const ATTACKS: readonly Attack[] = [
  { what: 'a JWT that is not signed (alg none)', authorization: bearer(unsigned()), ...INVALID },
  { what: 'a JWT with another algorithm than the pinned one', authorization: bearer(signedAs('HS512')), ...INVALID },
  { what: 'a JWT with another secret', authorization: bearer(signJwt(['qot:read'], {}, 'y'.repeat(32))), ...INVALID },
  { what: 'a JWT for another service', authorization: bearer(signJwt(['qot:read'], { aud: 'other' })), ...INVALID },
  {
    what: 'a JWT of another issuer',
    authorization: bearer(signJwt(['qot:read'], { iss: 'https://evil' })),
    ...INVALID,
  },
  {
    what: 'a JWT whose time is over',
    authorization: bearer(signJwt(['qot:read'], { exp: NOW_MS / 1000 - 60 })),
    status: 401,
    code: 'auth.expired_token',
  },
  { what: 'a token of 100 KB', authorization: bearer('x'.repeat(100_000)), ...MALFORMED },
  { what: 'two tokens in one header', authorization: `Bearer ${KEY}, Bearer ${KEY}`, ...MALFORMED },
  {
    what: 'a path with encoded slashes at its start',
    route: 'GET http://localhost/%2f%2fapi/admin/status',
    authorization: bearer(KEY),
    ...UNKNOWN_PATH,
  },
  {
    what: 'a path with a doubly encoded letter',
    route: 'GET /api/%2561dmin/status',
    authorization: bearer(KEY),
    ...UNKNOWN_PATH,
  },
  { what: 'another scheme', authorization: `Basic ${KEY}`, ...MALFORMED },
  { what: 'a key in capitals', authorization: bearer(KEY.toUpperCase()), ...INVALID },
  { what: 'a key with one digit less', authorization: bearer(KEY.slice(0, -1)), ...INVALID },
  { what: 'the hash of a key as the key', authorization: bearer(`fc_${'0a'.repeat(32)}`), ...INVALID },
  { what: 'the id of a key as the key', authorization: bearer('bot'), ...INVALID },
  { what: 'the token in the query', route: `POST /api/quote?token=${KEY}`, ...MISSING },
  { what: 'the token in the query under its OAuth name', route: `POST /api/quote?access_token=${KEY}`, ...MISSING },
  { what: 'the token in the body', body: { ...QUOTE, token: KEY, access_token: KEY }, ...MISSING },
  { what: 'the token in a cookie', headers: { Cookie: `Authorization=Bearer ${KEY}; token=${KEY}` }, ...MISSING },
  {
    what: 'the token in another header',
    headers: { 'X-Api-Key': KEY, 'Proxy-Authorization': `Bearer ${KEY}` },
    ...MISSING,
  },
  {
    what: 'a caller in the header that the object trusts',
    headers: { 'X-OpenD-Edge-Caller': encodeURIComponent('{"id":"key:root","scopes":["admin"],"accIds":null}') },
    ...MISSING,
  },
  {
    what: 'another method in a header',
    route: 'GET /api/subscribe',
    headers: { 'X-HTTP-Method-Override': 'POST' },
    authorization: bearer(KEY),
    status: 405,
    code: 'request.method_not_allowed',
  },
  {
    what: 'a path with two slashes',
    route: 'GET http://localhost//api/admin/status',
    authorization: bearer(KEY),
    ...UNKNOWN_PATH,
  },
  { what: 'a path in capitals', route: 'GET /API/admin/status', authorization: bearer(KEY), ...UNKNOWN_PATH },
  {
    what: 'a path with a slash at its end',
    route: 'GET /api/admin/status/',
    authorization: bearer(KEY),
    ...UNKNOWN_PATH,
  },
  {
    what: 'a path with an encoded slash',
    route: 'GET /api/admin%2fstatus',
    authorization: bearer(KEY),
    ...UNKNOWN_PATH,
  },
  {
    what: 'a path with dots, which is the path that it leads to',
    route: 'GET http://localhost/health/../api/admin/status',
    authorization: bearer(KEY),
    status: 403,
    code: 'auth.insufficient_scope',
  },
  {
    what: 'the same with encoded dots',
    route: 'GET http://localhost/health/%2e%2e/api/admin/status',
    authorization: bearer(KEY),
    status: 403,
    code: 'auth.insufficient_scope',
  },
  {
    what: 'a path with an encoded letter, which is not another way past the scope',
    route: 'GET /api/%61dmin/status',
    authorization: bearer(KEY),
    status: 403,
    code: 'auth.insufficient_scope',
  },
  {
    what: 'a page of another origin',
    headers: { Origin: 'https://evil.example', Cookie: 'a=b' },
    ...MISSING,
  },
]

for (const { what, route = 'POST /api/quote', authorization, headers = {}, body, status, code } of ATTACKS) {
  test(what, async () => {
    const rig = makeRig({ KEYS_JSON })
    const given: Record<string, string> = authorization === undefined ? {} : { Authorization: await authorization }
    const sent = route.startsWith('POST') ? { body: body ?? QUOTE } : {}
    const response = await rig.send(route, { headers: { ...headers, ...given }, ...sent })
    assert.equal(response.headers.get('Access-Control-Allow-Origin'), null)
    assert.equal(response.headers.get('Cache-Control'), 'no-store')
    const error = await readError(response, status)
    assert.equal(error.code, code)
    assert.ok(!JSON.stringify(error).includes(KEY), 'the token is in the answer')
    assert.equal(rig.gateway.touched, 0)
  })
}

test('a request id with the end of a header in it is replaced', async () => {
  const rig = makeRig({ KEYS_JSON })
  for (const id of ['a%0d%0aSet-Cookie: x=1', 'a b', '<script>', 'x'.repeat(65)]) {
    const response = await rig.send('GET /health', { headers: { 'X-Request-Id': id } })
    assert.match(response.headers.get('X-Request-Id') ?? '', /^fresh-\d+$/)
    assert.equal(response.headers.get('Set-Cookie'), null)
  }
})

test('the id of a key with signs of markup and of paths in it is data everywhere', async () => {
  const rig = makeRig({ KEYS_JSON })
  const root = { token: tokenOf('root') }
  const id = '../<b>"\\%2f?#'
  const made = await rig.send('POST /api/admin/keys', { ...root, body: { id, scopes: [] } })
  assert.equal(made.status, 201)
  const shown = await rig.send(`GET /api/admin/keys/${encodeURIComponent(id)}`, root)
  assert.equal(((await shown.json()) as { readonly id: string }).id, id)
  const unknown = await rig.send(`GET /api/admin/keys/${encodeURIComponent('<img>\u001b[31m')}`, root)
  assert.ok(!(await readError(unknown, 404)).error.includes('\u001b'))
})

test('two headers with a token each, as the runtime joins them, are no token', async () => {
  const rig = makeRig({ KEYS_JSON })
  for (const [first, second] of [
    [KEY, tokenOf('root')],
    [tokenOf('wrong'), KEY],
  ]) {
    const headers = new Headers([
      ['Authorization', `Bearer ${first}`],
      ['Authorization', `Bearer ${second}`],
    ])
    const joined = { Authorization: headers.get('Authorization') ?? '' }
    const response = await rig.send('POST /api/quote', { headers: joined, body: QUOTE })
    assert.equal((await readError(response, 400)).code, 'auth.malformed_token')
  }
  assert.equal(rig.gateway.touched, 0)
})

const STORED_HASH = (id: string): unknown => JSON.parse(keysJson({ id, scopes: [] })).keys[0].hash

/** Puts a key into the service whose token is `tokenOf(id)`. */
async function importKey(rig: Rig, record: Readonly<Record<string, unknown>>): Promise<void> {
  const body = { version: 1, keys: [record] }
  assert.equal((await rig.send('POST /api/admin/key-file', { token: tokenOf('root'), body })).status, 200)
}

test('a record that an isolate has cached does not speak for the key that has the token now', async () => {
  const here = makeRig({ KEYS_JSON })
  const there = makeRig({ KEYS_JSON }, here.gateway)
  const token = tokenOf('first')
  const hash = STORED_HASH('first')
  await importKey(here, { id: 'first', hash, scopes: ['qot:read', 'admin'] })
  const read = (rig: Rig): Promise<Response> => rig.send('POST /api/quote', { token, body: QUOTE })
  for (const rig of [here, there]) assert.equal((await read(rig)).status, 200)
  await here.send('POST /api/admin/keys/first/revoke', { token: tokenOf('root') })
  await importKey(here, { id: 'second', hash, scopes: ['acc:read'] })
  const calls = here.gateway.calls.length
  for (const rig of [there, here]) {
    assert.equal((await readError(await read(rig), 403)).code, 'auth.insufficient_scope')
    assert.equal((await rig.send('GET /api/admin/keys', { token })).status, 403)
    const me = (await (await rig.send('GET /api/me', { token })).json()) as { readonly key_id: string }
    assert.equal(me.key_id, 'second')
  }
  assert.equal(here.gateway.calls.length, calls)
})

test('a child of a key that was revoked stays refused, also when the key comes back with its id and its token', async () => {
  const here = makeRig({ KEYS_JSON })
  const there = makeRig({ KEYS_JSON }, here.gateway)
  const record = { id: 'desk', hash: STORED_HASH('desk'), scopes: ['qot:read'] }
  await importKey(here, record)
  const body = { scopes: ['qot:read'] }
  const minted = await here.send('POST /api/tokens', { token: tokenOf('desk'), body })
  const { token } = (await minted.json()) as { readonly token: string }
  const read = (rig: Rig): Promise<Response> => rig.send('POST /api/quote', { token, body: QUOTE })
  for (const rig of [here, there]) assert.equal((await read(rig)).status, 200)
  await here.send('POST /api/admin/keys/desk/revoke', { token: tokenOf('root') })
  await importKey(here, record)
  for (const rig of [there, here]) {
    assert.equal((await rig.send('POST /api/quote', { token: tokenOf('desk'), body: QUOTE })).status, 200)
    assert.equal((await readError(await read(rig), 401)).code, 'auth.invalid_token')
  }
})
