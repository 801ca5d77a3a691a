import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { readKeyTable } from '../../src/auth/key-table.ts'
import { PUSH_SUBPROTOCOL, readSocketCaller, SOCKET_CALLER_HEADER } from '../../src/auth/socket-caller-header.ts'
import { keyMarkOf } from '../../src/auth/caller-standing.ts'
import type { Env } from '../../src/env.ts'
import { keysJson, LOCAL_ENV, makeRig, NOW_MS, readError, type Rig, type SendOptions, signJwt, tokenOf } from './rig.ts'

const UPGRADE = { Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Key': 'x', 'Sec-WebSocket-Version': '13' }
const KEYS_JSON = keysJson(
  {
    id: 'bot',
    scopes: ['qot:read', 'acc:read'],
    allowed_acc_ids: ['281756455988247813'],
    expires_at: '2027-01-01T00:00:00Z',
    subscription_quota: 40,
  },
  { id: 'trader', scopes: ['acc:read', 'trade:real'] },
)

function socketRig(env: Env = {}): Rig & { open: (path?: string, options?: SendOptions) => Promise<Response> } {
  const rig = makeRig({ KEYS_JSON, ...env })
  const open = (path = '/ws', options: SendOptions = {}) =>
    rig.send(`GET ${path}`, { ...options, headers: { ...UPGRADE, ...options.headers } })
  return { ...rig, open }
}

const PROTOCOLS = 'Sec-WebSocket-Protocol'

const [bot] = readKeyTable(KEYS_JSON, [])
assert.ok(bot)
const markOfBot = keyMarkOf(bot)

test('the token may come in the header, in the query or as a subprotocol, and goes no further', async () => {
  const token = tokenOf('bot')
  const ways: readonly (readonly [string, SendOptions])[] = [
    ['/ws', { token }],
    [`/ws?token=${token}`, {}],
    ['/ws', { headers: { [PROTOCOLS]: `${PUSH_SUBPROTOCOL}, bearer.${token}` } }],
    ['/ws', { headers: { [PROTOCOLS]: `bearer.${token},${PUSH_SUBPROTOCOL}` } }],
  ]
  for (const [path, options] of ways) {
    const { gateway, open } = socketRig()
    const response = await open(path, options)
    assert.equal(response.status, 200)
    const [request] = gateway.upgrades
    assert.ok(request)
    assert.doesNotMatch(`${request.url} ${JSON.stringify([...request.headers])}`, new RegExp(token))
    assert.doesNotMatch(JSON.stringify([...response.headers]), new RegExp(token))
    assert.deepEqual([...request.headers.keys()].toSorted(), [
      'upgrade',
      'x-opend-edge-caller',
      'x-opend-edge-network',
      'x-request-id',
    ])
    assert.deepEqual(readSocketCaller(request.headers), {
      id: 'key:bot',
      scopes: ['qot:read', 'acc:read'],
      expiresAtMs: Date.UTC(2027, 0, 1),
      accIds: [281756455988247813n],
      quotaShare: 40,
      keyMark: markOfBot,
    })
  }
})

test('the answer chooses our subprotocol when it was offered, and never the one with the token', async () => {
  const offered = await socketRig().open('/ws', {
    headers: { [PROTOCOLS]: `${PUSH_SUBPROTOCOL}, bearer.${tokenOf('bot')}` },
  })
  assert.equal(offered.headers.get(PROTOCOLS), PUSH_SUBPROTOCOL)
  const plain = await socketRig().open('/ws', { token: tokenOf('bot') })
  assert.equal(plain.headers.get(PROTOCOLS), null)
  assert.ok(plain.headers.get('X-Request-Id'))
})

test('a JWT opens a socket until it ends', async () => {
  const { gateway, open } = socketRig()
  await open(`/ws?token=${await signJwt(['qot:read'])}`)
  const [request] = gateway.upgrades
  assert.ok(request)
  const caller = readSocketCaller(request.headers)
  assert.ok(caller)
  const { id, expiresAtMs, accIds, quotaShare, keyMark } = caller
  assert.deepEqual([id, accIds, quotaShare, keyMark], ['jwt:alice', null, null, null])
  assert.ok(expiresAtMs !== null && expiresAtMs > NOW_MS)
})

test('a caller cannot say who it is: the header of a stranger is overwritten', async () => {
  const { gateway, open } = socketRig()
  const forged = encodeURIComponent('{"id":"key:trader","scopes":["admin"],"expiresAtMs":null,"accIds":null}')
  await open('/ws', { token: tokenOf('bot'), headers: { [SOCKET_CALLER_HEADER]: forged } })
  const [request] = gateway.upgrades
  assert.ok(request)
  assert.equal(readSocketCaller(request.headers)?.id, 'key:bot')
})

test('more than one token, or one that cannot be one, is malformed', async () => {
  const token = tokenOf('bot')
  const wrong: readonly (readonly [string, SendOptions])[] = [
    [`/ws?token=${token}`, { token }],
    [`/ws?token=${token}&token=${token}`, {}],
    [`/ws?token=${token}`, { headers: { [PROTOCOLS]: `bearer.${token}` } }],
    ['/ws?token=', {}],
    ['/ws?token=a%20b', {}],
    ['/ws', { headers: { [PROTOCOLS]: 'bearer.' } }],
    [`/ws?token=${token}`, { headers: { Authorization: 'Basic eA==' } }],
  ]
  for (const [path, options] of wrong) {
    const { gateway, open } = socketRig()
    assert.equal((await readError(await open(path, options), 400)).code, 'auth.malformed_token', path)
    assert.equal(gateway.touched, 0)
  }
})

test('a token without qot:read opens no socket', async () => {
  const { gateway, open } = socketRig()
  assert.equal((await readError(await open('/ws', { token: tokenOf('trader') }), 403)).code, 'auth.insufficient_scope')
  assert.equal(gateway.touched, 0)
})

test('pages of this host and of the own machine may connect, others may not', async () => {
  const connect = (Origin: string) =>
    socketRig().open('http://edge.test/ws', { token: tokenOf('bot'), headers: { Origin } })
  for (const origin of ['http://edge.test', 'http://localhost:3000', 'http://127.0.0.1', 'http://[::1]:8080']) {
    assert.equal((await connect(origin)).status, 200, origin)
  }
  for (const origin of [
    'https://evil.test',
    'http://edge.test.evil.test',
    'http://edge.test:8443',
    'null',
    '',
    'localhost',
  ]) {
    assert.equal((await readError(await connect(origin), 403)).code, 'auth.origin_not_allowed', origin)
  }
})

test('a plain request is told that this is a WebSocket', async () => {
  const { gateway, send } = socketRig()
  for (const headers of [{}, { Upgrade: 'h2c' }] as Record<string, string>[]) {
    const response = await send('GET /ws', { token: tokenOf('bot'), headers })
    assert.equal(response.headers.get('Upgrade'), 'websocket')
    assert.equal((await readError(response, 426)).code, 'request.upgrade_required')
  }
  assert.equal(gateway.touched, 0)
})

test('an object that takes no more sockets is told like every other failure', async () => {
  const { gateway, open } = socketRig()
  gateway.fetch = async () => new Response(null, { status: 503 })
  assert.equal((await readError(await open('/ws', { token: tokenOf('bot') }), 500)).code, 'gateway.busy')
})

test('what the socket itself has to know of the query is checked and passed on', async () => {
  const { gateway, open } = socketRig()
  const token = tokenOf('bot')
  for (const query of [
    'body=base64',
    'body=json',
    'batch=true&conflate_ms=250',
    'conflate_ms=0',
    'conflate_ms=10000',
  ]) {
    assert.equal((await open(`/ws?token=${token}&${query}`)).status, 200, query)
    assert.equal(new URL(gateway.upgrades.at(-1)?.url ?? '').search, `?${query}`)
  }
  gateway.forget()
  const wrong: Readonly<Record<string, RegExp>> = {
    'bdoy=base64': /^\?bdoy: unknown field \(did you mean body\?\)$/,
    'body=hex': /^\?body: expected one of base64, json$/,
    'batch=1': /^\?batch: expected true or false$/,
    'conflate_ms=10001': /^\?conflate_ms: expected a whole number from 0 to 10000$/,
    'conflate_ms=-1': /^\?conflate_ms: expected /,
    'conflate_ms=1e3': /^\?conflate_ms: expected /,
    'conflate_ms=5&conflate_ms=5': /^\?conflate_ms: expected this parameter once$/,
  }
  for (const [query, sentence] of Object.entries(wrong)) {
    assert.match((await readError(await open(`/ws?${query}`, { token }), 400)).error, sentence)
  }
  assert.equal(gateway.touched, 0)
})

test('a socket without a token is handed on as one whose caller is not known yet', async () => {
  const { gateway, open } = socketRig()
  assert.equal((await open('/ws?batch=true', { headers: { [PROTOCOLS]: PUSH_SUBPROTOCOL } })).status, 200)
  const [request] = gateway.upgrades
  assert.ok(request)
  assert.equal(readSocketCaller(request.headers), null)
  assert.deepEqual(gateway.calls, [], 'nobody is asked about the accounts of nobody')
  const stranger = await open('/ws', { headers: { Origin: 'https://evil.test' } })
  assert.equal((await readError(stranger, 403)).code, 'auth.origin_not_allowed')
  assert.equal((await readError(await open('/ws', { token: tokenOf('nobody') }), 401)).code, 'auth.invalid_token')
  assert.equal(gateway.upgrades.length, 1)
})

test('a socket without a token is nobody, even if it says in a header of ours who it is', async () => {
  const { gateway, open } = socketRig()
  const forged = encodeURIComponent('{"id":"key:bot","scopes":["qot:read"],"expiresAtMs":null,"accIds":null}')
  await open('/ws', { headers: { [SOCKET_CALLER_HEADER]: forged } })
  const [request] = gateway.upgrades
  assert.ok(request)
  assert.equal(readSocketCaller(request.headers), null)
})

test('the object learns the network of a client from the platform, never from the client', async () => {
  const { gateway, open } = socketRig()
  await open('/ws', { headers: { 'CF-Connecting-IP': '2001:db8::7', 'X-OpenD-Edge-Network': 'mine' } })
  await open('/ws', { headers: { 'X-OpenD-Edge-Network': 'mine' } })
  assert.deepEqual(
    gateway.upgrades.map(({ headers }) => headers.get('X-OpenD-Edge-Network')),
    ['2001:db8:0:0::/64', ''],
  )
})

test('one socket more than a key may have is a 429 that says so', async () => {
  const { gateway, open } = socketRig()
  gateway.fetch = async () => new Response(null, { status: 429 })
  assert.equal((await readError(await open('/ws', { token: tokenOf('bot') }), 429)).code, 'push.too_many_sockets')
})

test('with local open reads a socket of this machine is the local reader until it says otherwise', async () => {
  const { gateway, open } = socketRig({ ...LOCAL_ENV, KEYS_JSON: undefined })
  await open('http://localhost/ws')
  await open('http://edge.test/ws')
  const [local, remote] = gateway.upgrades
  assert.ok(local && remote)
  assert.equal(readSocketCaller(local.headers)?.id, 'local')
  assert.equal(readSocketCaller(remote.headers), null)
})

test('pages of listed origins may connect, by scheme, host and port', async () => {
  const ALLOWED_ORIGINS = 'https://app.example.com, http://desk.example.com:8080'
  const connect = (Origin: string) =>
    socketRig({ ALLOWED_ORIGINS }).open('http://edge.test/ws', { token: tokenOf('bot'), headers: { Origin } })
  for (const origin of ['https://app.example.com', 'http://desk.example.com:8080', 'http://edge.test']) {
    assert.equal((await connect(origin)).status, 200, origin)
  }
  for (const origin of [
    'http://app.example.com',
    'https://app.example.com:8443',
    'https://example.com',
    'https://app.example.com.evil.test',
    'https://desk.example.com:8080',
  ]) {
    assert.equal((await readError(await connect(origin), 403)).code, 'auth.origin_not_allowed', origin)
  }
})

test('a refused token is in no log and in no answer', async (context) => {
  const logs = (['log', 'info', 'warn', 'error', 'debug'] as const).map((level) =>
    mock.method(console, level, () => {}),
  )
  context.after(() => logs.forEach((log) => log.mock.restore()))
  const { open } = socketRig()
  const response = await open('/ws?token=fc_deadbeef')
  assert.equal((await response.text()).includes('fc_deadbeef'), false)
  assert.equal(
    logs.some((log) => log.mock.callCount() > 0),
    false,
  )
})
