import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { TEST_KEY } from './harness.ts'
import { PushRig, sampleKey } from './push-rig.ts'
import { openInBrowser, refusedUpgrade, SocketClient } from './socket-client.ts'

/** Who gets in by `/ws`, and how, in the real runtime. */

const READER = { id: 'reader', key: sampleKey('c1'), scopes: ['qot:read'] }
const TRADER = { id: 'trader', key: sampleKey('c2'), scopes: ['trade:simulate'] }
const WRONG = sampleKey('cf')
const UNKNOWN_AFTER_MS = 10_000
/** Sockets without a caller from one address at the same time. */
const MOST_UNKNOWN = 32
/** Sockets of one key. */
const MOST_OF_KEY = 200

let rig: PushRig

before(async () => {
  rig = await PushRig.start({ keys: [READER, TRADER], vars: { ALLOWED_ORIGINS: 'https://app.example.com' } })
})
after(() => rig.close())

test('never saying who it is gets a socket closed with 4401 after ten seconds', { concurrency: true }, async (t) => {
  const openedAtMs = performance.now()
  const silent = await SocketClient.open(rig.worker.url)
  const ended = silent.inbox.closedWith(4401)

  await t.test('a token in the header, and every socket begins with hello', async () => {
    const client = await SocketClient.open(rig.worker.url, { token: TEST_KEY })
    const hello = await client.inbox.type('hello')
    assert.deepEqual(
      [hello['caller'], hello['heartbeat_s'], hello['body'], hello['batch'], hello['conflate_ms']],
      ['key:local', 30, 'json', false, 50],
    )
    assert.match(String(hello['run']), /^[0-9a-f]{8}$/)
    await client.close()
  })

  await t.test('a token in the address', async () => {
    const { socket, inbox } = await openInBrowser(rig.worker.url, `?token=${TEST_KEY}`, [])
    assert.equal((await inbox.type('hello'))['caller'], 'key:local')
    socket.close()
    await inbox.ended
  })

  await t.test('a token among the subprotocols, as pages send it; it is never echoed', async () => {
    const { socket, inbox } = await openInBrowser(rig.worker.url, '', ['opend-edge.v1', `bearer.${TEST_KEY}`])
    assert.equal(socket.protocol, 'opend-edge.v1')
    assert.equal((await inbox.type('hello'))['caller'], 'key:local')
    socket.close()
    await inbox.ended
  })

  await t.test('a token in the first message', async () => {
    const { socket, inbox } = await openInBrowser(rig.worker.url, '', [])
    socket.send('{"op":"subscribe","id":1,"symbols":["HK.00700"],"types":["Basic"]}')
    assert.equal((await inbox.type('reply'))['code'], 'auth.missing_token', 'nothing is open before it')
    socket.send(`{"op":"auth","id":2,"token":"${WRONG}"}`)
    const wrong = await inbox.type('reply')
    assert.deepEqual([wrong['id'], wrong['code']], [2, 'auth.invalid_token'])
    socket.send(`{"op":"auth","id":3,"token":"${TRADER.key}"}`)
    assert.equal((await inbox.type('reply'))['code'], 'auth.insufficient_scope')
    assert.deepEqual(
      inbox.all.filter(({ type }) => type === 'hello'),
      [],
    )

    socket.send(`{"op":"auth","id":4,"token":"${READER.key}"}`)
    assert.equal((await inbox.type('hello'))['caller'], 'key:reader')
    const reply = await inbox.type('reply')
    assert.deepEqual([reply['ok'], reply['caller']], [true, 'key:reader'])
    socket.send('{"op":"subscribe","id":5,"symbols":["HK.00700"],"types":["Basic"]}')
    assert.equal((await inbox.type('reply'))['ok'], true)
    await inbox.push('1:1_00700')

    // The socket is its caller's: another one has to open its own.
    socket.send(`{"op":"auth","id":6,"token":"${TEST_KEY}"}`)
    await inbox.closedWith(4409)
  })

  await t.test('what is refused before there is a socket', async () => {
    const upgrade = (query: string, headers: Readonly<Record<string, string>> = {}) =>
      refusedUpgrade(rig.worker.url, query, headers)
    const bearer = { Authorization: `Bearer ${TEST_KEY}` }
    assert.deepEqual(await upgrade(`?token=${WRONG}`), { status: 401, code: 'auth.invalid_token' })
    assert.deepEqual(await upgrade('', { Authorization: `Bearer ${TRADER.key}` }), {
      status: 403,
      code: 'auth.insufficient_scope',
    })
    assert.deepEqual(await upgrade(`?token=${TEST_KEY}`, bearer), { status: 400, code: 'auth.malformed_token' })
    assert.deepEqual(await upgrade('', { ...bearer, Origin: 'https://evil.example' }), {
      status: 403,
      code: 'auth.origin_not_allowed',
    })
    assert.deepEqual(await upgrade('', { Origin: 'https://evil.example' }), {
      status: 403,
      code: 'auth.origin_not_allowed',
    })
    assert.equal((await upgrade('', { ...bearer, Origin: 'https://app.example.com' })).status, 101)
    assert.deepEqual(await upgrade('?body=xml', bearer), { status: 400, code: 'request.invalid_value' })
    const plain = await rig.call('/ws')
    assert.deepEqual([plain.status, plain.body['code']], [426, 'request.upgrade_required'])
  })

  await ended
  const openMs = performance.now() - openedAtMs
  assert.ok(openMs >= UNKNOWN_AFTER_MS - 100, `closed after ${openMs} ms`)
})

test('a new token of the same key keeps a socket open', async () => {
  const client = await rig.socket({ token: READER.key })
  await client.inbox.type('hello')
  const reply = await client.ask('auth', { token: READER.key })
  assert.deepEqual([reply['ok'], reply['caller']], [true, 'key:reader'])
  await client.close()
})

test('sockets without a token are bounded: a new one closes the oldest and is not shut out', async () => {
  const oldest = await SocketClient.open(rig.worker.url)
  const others = await Promise.all(Array.from({ length: MOST_UNKNOWN - 1 }, () => SocketClient.open(rig.worker.url)))
  const known = await rig.socket()
  const page = await SocketClient.open(rig.worker.url)
  await oldest.inbox.closedWith(1013)
  assert.equal((await page.ask('auth', { token: READER.key }))['ok'], true)
  assert.equal((await known.ask('ping'))['ok'], true)
  await Promise.all([...others, page, known].map((client) => client.close()))
})

test('a key has so many sockets and no more, whichever way it shows its token, and other keys have theirs', async () => {
  const { key: token } = READER
  const sockets: SocketClient[] = []
  while (sockets.length < MOST_OF_KEY) {
    sockets.push(...(await Promise.all(Array.from({ length: 20 }, () => SocketClient.open(rig.worker.url, { token })))))
  }
  const tooMany = { status: 429, code: 'push.too_many_sockets' }
  assert.deepEqual(await refusedUpgrade(rig.worker.url, '', { Authorization: `Bearer ${token}` }), tooMany)
  const page = await SocketClient.open(rig.worker.url)
  assert.equal((await page.ask('auth', { token }))['code'], 'push.too_many_sockets')
  assert.equal((await page.ask('auth', { token: TEST_KEY }))['ok'], true)
  // A new token on an open socket is no new socket.
  assert.equal((await sockets[0]?.ask('auth', { token }))?.['ok'], true)
  await sockets.pop()?.close()
  const next = await SocketClient.open(rig.worker.url, { token })
  assert.equal((await next.ask('ping'))['ok'], true)
  await Promise.all([...sockets, page, next].map((client) => client.close()))
})

test('no token is in the log', () => {
  assert.equal(
    rig.worker.logs().some((line) => line.includes(TEST_KEY) || line.includes(WRONG)),
    false,
  )
})

test('a page of a listed origin calls REST, in the real runtime', async () => {
  const Origin = 'https://app.example.com'
  const asks = { Origin, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization' }
  const preflight = await rig.worker.fetch('/api/snapshot', { method: 'OPTIONS', headers: asks })
  assert.deepEqual([preflight.status, preflight.headers.get('Access-Control-Allow-Origin')], [204, Origin])
  for (const [origin, allowed] of [
    [Origin, Origin],
    ['https://other.example.com', null],
  ] as const) {
    const headers = { Authorization: `Bearer ${TEST_KEY}`, Origin: origin }
    const response = await rig.worker.fetch('/api/global-state', { headers })
    assert.deepEqual([response.status, response.headers.get('Access-Control-Allow-Origin')], [200, allowed])
    await response.text()
  }
})
