import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MOST_WRONG_TOKENS } from '../../src/auth/wrong-tokens.ts'
import { keysJson, makeRig, NOW_MS, readError, type Rig, signJwt, tokenOf } from './rig.ts'

type Json = Readonly<Record<string, unknown>>

const KEYS_JSON = keysJson({ id: 'root', scopes: ['admin'] }, { id: 'reader', scopes: ['qot:read'] })
const ADMIN = { token: tokenOf('root') }
const QUOTE = { security_list: ['HK.00700'] }

/** Several isolates of one deployment. */
function isolates(count: number): readonly Rig[] {
  const first = makeRig({ KEYS_JSON })
  return [first, ...Array.from({ length: count - 1 }, () => makeRig({ KEYS_JSON }, first.gateway))]
}

async function jsonOf(response: Response, status: number): Promise<Json> {
  const text = await response.text()
  assert.equal(response.status, status, text)
  return JSON.parse(text) as Json
}

async function make(rig: Rig, record: Json): Promise<string> {
  const made = await jsonOf(await rig.send('POST /api/admin/keys', { ...ADMIN, body: record }), 201)
  return String(made['key'])
}

const read = (rig: Rig, token: string): Promise<Response> => rig.send('POST /api/quote', { token, body: QUOTE })

test('a new key is shown once and only its hash reaches the gateway', async () => {
  const rig = makeRig({ KEYS_JSON })
  const token = await make(rig, { id: 'ann', scopes: ['qot:read'], allowed_acc_ids: ['281756455988247813'] })
  assert.match(token, /^fc_[0-9a-f]{64}$/)
  const shown = await jsonOf(await rig.send('GET /api/admin/keys/ann', ADMIN), 200)
  assert.deepEqual(shown['allowed_acc_ids'], ['281756455988247813'])
  assert.deepEqual([shown['key'], shown['hash']], [undefined, undefined])
  const stored = JSON.stringify(rig.gateway.keyService.export())
  assert.ok(!stored.includes(token) && stored.includes('sha256:'))
})

test('wrong fields of a record are named, and those of the service cannot be given', async () => {
  const rig = makeRig({ KEYS_JSON })
  const refuse = async (body: Json): Promise<unknown> =>
    (await readError(await rig.send('POST /api/admin/keys', { ...ADMIN, body }), 400))['path']
  assert.equal(await refuse({ scopes: [] }), 'id')
  assert.equal(await refuse({ id: 'ann', scopes: ['all'] }), 'scopes[0]')
  assert.equal(await refuse({ id: 'ann', scopes: [], allowed_cidrs: ['10.0.0.1/8'] }), 'allowed_cidrs[0]')
  assert.equal(await refuse({ id: 'ann', scopes: [], hash: '0a'.repeat(32) }), 'hash')
  assert.equal(await refuse({ id: 'ann', scopes: [], max_order_per_minute: 1 }), 'max_order_per_minute')
})

test('every isolate that has the record of before follows a revocation, a narrowed and a widened scope at once', async () => {
  const [here, ...others] = isolates(3)
  assert.ok(here)
  const token = await make(here, { id: 'ann', scopes: ['qot:read'] })
  for (const rig of [here, ...others]) assert.equal((await read(rig, token)).status, 200)
  const change = (body: Json): Promise<Response> => here.send('POST /api/admin/keys/ann', { ...ADMIN, body })

  await jsonOf(await change({ scopes: ['acc:read'] }), 200)
  for (const rig of others) {
    assert.deepEqual((await readError(await read(rig, token), 403))['required_scopes'], ['qot:read'])
    assert.equal((await rig.send('GET /api/accounts', { token })).status, 200)
  }
  await jsonOf(await change({ scopes: ['qot:read', 'acc:read'] }), 200)
  for (const rig of others) assert.equal((await read(rig, token)).status, 200)
  await jsonOf(await change({ allowed_cidrs: ['192.0.2.0/24'] }), 200)
  for (const rig of others)
    assert.equal((await readError(await read(rig, token), 403)).code, 'auth.address_not_allowed')
  await jsonOf(await change({ allowed_cidrs: null }), 200)
  for (const rig of others) assert.equal((await read(rig, token)).status, 200)

  const calls = here.gateway.calls.length
  await jsonOf(await here.send('POST /api/admin/keys/ann/revoke', ADMIN), 200)
  for (const rig of [here, ...others]) {
    assert.equal((await readError(await read(rig, token), 401)).code, 'auth.invalid_token')
    // What another key has in the cache of the isolate is not given to a revoked one.
    assert.equal((await read(rig, tokenOf('reader'))).status, 200)
    assert.equal((await read(rig, token)).status, 401)
  }
  assert.equal(here.gateway.calls.length, calls + 3)
})

test('a key with a record in the cache costs no lookup for each call', async () => {
  const rig = makeRig({ KEYS_JSON })
  const token = await make(rig, { id: 'ann', scopes: ['qot:read'] })
  for (let n = 0; n < 10; n++) assert.equal((await read(rig, token)).status, 200)
  assert.equal(rig.gateway.lookups.length, 1)
})

test('after a rotation with an overlap both secrets work, without one only the new one', async () => {
  const rig = makeRig({ KEYS_JSON })
  const first = await make(rig, { id: 'ann', scopes: ['qot:read'] })
  const rotate = async (body: Json): Promise<string> =>
    String((await jsonOf(await rig.send('POST /api/admin/keys/ann/rotate', { ...ADMIN, body }), 200))['key'])
  const second = await rotate({ overlap_seconds: 60 })
  for (const token of [first, second]) assert.equal((await read(rig, token)).status, 200)
  rig.clock.nowMs += 60_000
  rig.gateway.nowMs += 60_000
  assert.equal((await read(rig, first)).status, 401)
  const third = await rotate({})
  assert.equal((await read(rig, second)).status, 401)
  assert.equal((await read(rig, third)).status, 200)
})

test('a child token does what was asked for, and a 403 names what its parent lacks', async () => {
  const rig = makeRig({ KEYS_JSON })
  const parent = await make(rig, { id: 'ann', scopes: ['qot:read', 'acc:read'], max_orders_per_minute: 5 })
  const mint = (body: Json): Promise<Response> => rig.send('POST /api/tokens', { token: parent, body })
  const refused = await readError(await mint({ scopes: ['qot:read', 'admin'], max_orders_per_minute: 6 }), 403)
  assert.deepEqual(refused['exceeded'], ['scopes admin', 'max_orders_per_minute 6 (at most 5)'])
  for (const field of ['id', 'hash', 'expires_at', 'time_zone', 'limits']) {
    assert.equal((await readError(await mint({ scopes: [], [field]: 'x' }), 400))['path'], field)
  }
  assert.equal(
    (await readError(await mint({ scopes: [], expires_in_seconds: 86_401 }), 400))['path'],
    'expires_in_seconds',
  )

  const minted = await jsonOf(await mint({ scopes: ['qot:read'], expires_in_seconds: 60 }), 201)
  const child = String(minted['token'])
  assert.equal(minted['expires_at'], new Date(NOW_MS + 60_000).toISOString())
  assert.equal((await read(rig, child)).status, 200)
  assert.equal((await rig.send('GET /api/accounts', { token: child })).status, 403)
  const listed = await jsonOf(await rig.send('GET /api/tokens', { token: parent }), 200)
  assert.deepEqual(
    (listed['tokens'] as readonly Json[]).map(({ id }) => id),
    [minted['id']],
  )
  const jwt = await signJwt(['qot:read'])
  assert.equal(
    (await readError(await rig.send('POST /api/tokens', { token: jwt, body: {} }), 403)).code,
    'auth.key_needed',
  )
})

test('a child is not accepted after the revocation of its parent, nor after its time', async () => {
  const rig = makeRig({ KEYS_JSON })
  const parent = await make(rig, { id: 'ann', scopes: ['qot:read'] })
  const mint = async (seconds: number): Promise<string> => {
    const body = { scopes: ['qot:read'], expires_in_seconds: seconds }
    return String((await jsonOf(await rig.send('POST /api/tokens', { token: parent, body }), 201))['token'])
  }
  const [short, long] = [await mint(1), await mint(3_600)]
  for (const token of [short, long]) assert.equal((await read(rig, token)).status, 200)
  rig.clock.nowMs += 1_000
  rig.gateway.nowMs += 1_000
  assert.equal((await read(rig, short)).status, 401)
  await jsonOf(await rig.send('POST /api/admin/keys/ann/revoke', ADMIN), 200)
  for (const token of [long, parent])
    assert.equal((await readError(await read(rig, token), 401)).code, 'auth.invalid_token')
})

test('a caller learns who it is and what is left', async () => {
  const rig = makeRig({ KEYS_JSON })
  const token = await make(rig, { id: 'ann', scopes: ['qot:read', 'trade:simulate'], max_orders_per_minute: 5 })
  const me = await jsonOf(await rig.send('GET /api/me', { token }), 200)
  assert.deepEqual(
    [me['caller'], me['key_id'], me['source'], me['scopes'], me['accounts'], me['expires_at']],
    ['key:ann', 'ann', 'service', ['qot:read', 'trade:simulate'], null, null],
  )
  const [budget] = me['budgets'] as readonly Json[]
  assert.deepEqual(budget?.['orders_per_minute'], { cap: 5, used: 0, left: 5 })
  const jwt = await jsonOf(await rig.send('GET /api/me', { token: await signJwt(['qot:read']) }), 200)
  assert.deepEqual([jwt['caller'], jwt['key_id'], jwt['source']], ['jwt:alice', null, 'jwt'])
})

test('a key that is limited to addresses works from them only', async () => {
  const rig = makeRig({ KEYS_JSON: keysJson({ id: 'bot', scopes: ['qot:read'], allowed_cidrs: ['192.0.2.0/24'] }) })
  const from = (address: string): Promise<Response> =>
    rig.send('POST /api/quote', { token: tokenOf('bot'), body: QUOTE, headers: { 'CF-Connecting-IP': address } })
  assert.equal((await from('192.0.2.9')).status, 200)
  assert.equal((await readError(await from('192.0.3.9'), 403)).code, 'auth.address_not_allowed')
})

test('an address that tries many tokens is slowed down; the keys that work there go on', async () => {
  const rig = makeRig({ KEYS_JSON })
  const headers = { 'CF-Connecting-IP': '192.0.2.1' }
  const send = (token: string, address = '192.0.2.1'): Promise<Response> =>
    rig.send('POST /api/quote', { token, body: QUOTE, headers: { ...headers, 'CF-Connecting-IP': address } })
  const known = await make(rig, { id: 'ann', scopes: ['qot:read'] })
  assert.equal((await send(known)).status, 200)
  for (let n = 0; n < MOST_WRONG_TOKENS; n++) {
    assert.equal((await send(tokenOf(`wrong ${n}`))).status, 401)
    rig.clock.nowMs += 100
  }
  const lookups = rig.gateway.lookups.length
  const slowed = await send(tokenOf('one more'))
  assert.equal(slowed.headers.get('Retry-After'), '57')
  assert.equal((await readError(slowed, 429)).code, 'auth.too_many_failures')
  assert.equal((await send(known)).status, 200)
  assert.equal((await send(tokenOf('reader'))).status, 200)
  assert.equal((await send(tokenOf('one more'), '192.0.2.2')).status, 401)
  assert.equal(rig.gateway.lookups.length, lookups + 1)
})

test('a key file is exported as it was imported, and an import that is refused names the place', async () => {
  const rig = makeRig({ KEYS_JSON })
  const file = keysJson({ id: 'old', scopes: ['qot:read'], limits: { max_orders_per_minute: 1 } })
  await jsonOf(await rig.send('POST /api/admin/key-file', { ...ADMIN, body: file }), 200)
  assert.equal(await (await rig.send('GET /api/admin/key-file', ADMIN)).text(), file)
  assert.equal((await read(rig, tokenOf('old'))).status, 200)
  const wrong = keysJson({ id: 'new', scopes: ['none' as never] })
  const refused = await readError(await rig.send('POST /api/admin/key-file', { ...ADMIN, body: wrong }), 400)
  assert.equal(refused['path'], 'keys[0].scopes[0]')
  const taken = keysJson({ id: 'root', scopes: [] })
  assert.equal(
    (await readError(await rig.send('POST /api/admin/key-file', { ...ADMIN, body: taken }), 409)).code,
    'key.id_taken',
  )
})

test('every change names its caller and its request', async () => {
  const rig = makeRig({ KEYS_JSON })
  await rig.send('POST /api/admin/keys', {
    ...ADMIN,
    body: { id: 'ann', scopes: [] },
    headers: { 'X-Request-Id': 'r-7' },
  })
  assert.deepEqual(rig.gateway.keyChanges, [
    { kind: 'created', ids: ['ann'], by: { caller: 'key:root', requestId: 'r-7' } },
  ])
})
