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
/** Sockets without a caller at the same time. */
const MOST_UNKNOWN = 256

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

test('sockets that do not say who they are are bounded, and take nothing from those that do', async () => {
  const unknown = await Promise.all(Array.from({ length: MOST_UNKNOWN }, () => SocketClient.open(rig.worker.url)))
  const oneTooMany = await SocketClient.open(rig.worker.url)
  await oneTooMany.inbox.closedWith(1013)
  const known = await rig.socket()
  assert.equal((await known.ask('ping'))['ok'], true)
  await Promise.all([...unknown, known].map((client) => client.close()))
})

test('no token is in the log', () => {
  assert.equal(
    rig.worker.logs().some((line) => line.includes(TEST_KEY) || line.includes(WRONG)),
    false,
  )
})
