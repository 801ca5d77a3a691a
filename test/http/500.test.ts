import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import type { GatewayFailureCode } from '../../src/base/failure.ts'
import { createApp } from '../../src/http/app.ts'
import { FakeGateway } from './fake-gateway.ts'
import { BASE_ENV, keyRig, keysJson, NOW_MS, readError, signJwt, tokenOf } from './rig.ts'

const BODY = { symbols: ['HK.00700'] }

/** Every stage at which the link can fail, and whether OpenD may have acted on the call by then. */
const GATEWAY_CODES: Readonly<Record<GatewayFailureCode, 'sent' | 'not sent' | 'as its detail says'>> = {
  'gateway.connect_failed': 'not sent',
  'gateway.connect_timeout': 'not sent',
  'gateway.init_timeout': 'not sent',
  'gateway.init_rejected': 'not sent',
  'gateway.disconnected': 'sent',
  'gateway.bad_frame': 'sent',
  'gateway.bad_digest': 'sent',
  'gateway.silent': 'sent',
  'gateway.call_timeout': 'sent',
  'gateway.not_ready': 'not sent',
  'gateway.busy': 'not sent',
  'gateway.parked': 'not sent',
  'gateway.object_restarted': 'as its detail says',
  'gateway.bad_reply': 'sent',
}

for (const [code, outcome] of Object.entries(GATEWAY_CODES) as [GatewayFailureCode, string][]) {
  test(`${code} is a 500 that says what happened to the call`, async () => {
    const { gateway, send } = keyRig(['qot:read'])
    gateway.answer('Qot_GetBasicQot', { code, detail: 'connection refused', retryInMs: 1500 })
    const error = await readError(await send('POST /api/quote', { body: BODY }), 500)
    assert.equal(error.code, code)
    assert.match(error.error, /\(connection refused\)/)
    assert.match(error.error, /next connection attempt starts in 2 s/)
    assert.equal(/not known|received the call/.test(error.error), outcome === 'sent', error.error)
  })
}

test('what OpenD could not answer is a 500 with the envelope in it', async () => {
  for (const retType of [-100, -200, -400, 7]) {
    const { gateway, send } = keyRig(['qot:read'])
    gateway.answer('Qot_GetBasicQot', { retType })
    const { code, ret_type, ret_msg, err_code, s2c, error } = await readError(
      await send('POST /api/quote', { body: BODY }),
      500,
    )
    assert.deepEqual(
      { code, ret_type, ret_msg, err_code, s2c },
      { code: 'opend.failed', ret_type: retType, ret_msg: null, err_code: null, s2c: null },
    )
    assert.match(error, new RegExp(`ret_type ${retType}`))
  }
})

test('a reply that is no such message is a 500, not half an answer', async () => {
  const { gateway, send } = keyRig(['qot:read'])
  gateway.answer('Qot_GetBasicQot', new Uint8Array([0x08, 0x00, 0x22, 0x7f, 0x01]))
  assert.equal((await readError(await send('POST /api/quote', { body: BODY }), 500)).code, 'gateway.bad_reply')
  gateway.answer('Qot_GetBasicQot', new Uint8Array())
  assert.equal((await readError(await send('POST /api/quote', { body: BODY }), 500)).code, 'opend.failed')
})

test('a bug is a 500 whose id stands in the log, and neither shows a secret', async (context) => {
  const log = mock.method(console, 'error', () => {})
  context.after(() => log.mock.restore())
  const jwt = await signJwt(['qot:read'])
  const { gateway, send } = keyRig(['qot:read'])
  gateway.call = () => Promise.reject(new Error(`cannot send ${tokenOf('bot')} or ${jwt}`))
  const response = await send('POST /api/quote', { body: BODY, headers: { 'X-Request-Id': 'find-me' } })
  const error = await readError(response, 500)
  assert.equal(error.code, 'server.bug')
  assert.equal(error.request_id, 'find-me')
  const logged = log.mock.calls.map(({ arguments: [line] }) => String(line)).join('\n')
  assert.match(logged, /find-me/)
  assert.match(logged, /cannot send \[redacted\] or \[redacted\]/)
  assert.doesNotMatch(logged + JSON.stringify(error), /fc_[0-9a-f]{8}|eyJ/)
  assert.doesNotMatch(error.error, /cannot send/)
})

test('a gateway that cannot even be opened is a bug with the same uniform answer', async (context) => {
  const log = mock.method(console, 'error', () => {})
  context.after(() => log.mock.restore())
  const open = (): FakeGateway => {
    throw new Error('no binding')
  }
  const app = createApp({ gateway: open, nowMs: () => NOW_MS, freshId: () => 'id', fetch })
  assert.equal((await readError(await app.request('/readyz', {}, BASE_ENV), 500)).code, 'server.bug')
  assert.equal((await app.request('/health', {}, BASE_ENV)).status, 200, 'which does not touch it')
})

test('what is wrong with a configuration is in the log, all of it at once, and in no answer', async (context) => {
  const log = mock.method(console, 'error', () => {})
  context.after(() => log.mock.restore())
  const { clock, send } = keyRig(['admin'])
  const key = tokenOf('pasted')
  const env = {
    OPEND_URL: 'opend:11111',
    KEYS_JSON: `{"${key}":1}`,
    JWT_SECRET: 'hunter2',
    ALLOWED_ORIGINS: 'stray.text',
  }
  for (const route of ['GET /api/accounts', 'GET /readyz', 'GET /metrics', 'GET /ws', 'GET /api/admin/status']) {
    const text = await (await send(route, { env })).text()
    assert.match(text, /configuration of this deployment is wrong.*log.*wrangler tail/, route)
    assert.doesNotMatch(text, /OPEND_URL|KEYS_JSON|hunter2|stray|fc_|problems/, route)
  }
  const logged = () => log.mock.calls.map(({ arguments: [line] }) => String(line))
  assert.equal(logged().length, 1, 'one line for all of them, or strangers could fill the log')
  for (const name of ['OPEND_URL', 'KEYS_JSON', 'JWT_ISSUER', 'stray.text']) assert.match(logged().join(), RegExp(name))
  assert.doesNotMatch(logged().join(), /hunter2|fc_[0-9a-f]/)
  clock.nowMs += 10_000
  await send('GET /readyz', { env })
  assert.equal(logged().length, 2, 'an operator who opens the log later reads it too')
})

test('texts of OpenD are cut in every answer, and have no control characters', async () => {
  const long = `no\u001b[2J\n\u202e${'x'.repeat(1_000_000)}`
  const { gateway, send } = keyRig(['qot:read', 'acc:read', 'admin'], { allowed_acc_ids: ['1'] })
  gateway.answer('Qot_GetBasicQot', { retType: -1, retMsg: long })
  gateway.answer('Trd_GetAccList', { retType: -1, retMsg: long })
  gateway.status_ = {
    ...gateway.status_,
    stage: 'waiting',
    lastFailure: { code: 'gateway.init_rejected', detail: long, retryInMs: null },
  }
  const answers = [
    await send('POST /api/quote', { body: BODY }),
    await send('GET /api/accounts'),
    await send('GET /readyz'),
    await send('GET /api/admin/status'),
  ]
  for (const answer of answers) {
    const text = await answer.text()
    assert.match(text, /no {1}.*x{400}/)
    assert.ok(text.length < 2_000, `${text.length} characters`)
    assert.doesNotMatch(text, /\\u00|\\n|\u202e/)
  }
})

test("the message of a success is OpenD's own", async () => {
  const { gateway, send } = keyRig(['qot:read'])
  const retMsg = 'y'.repeat(2_000)
  gateway.answer('Qot_GetBasicQot', { retType: 0, retMsg, s2c: {} })
  const body = (await (await send('POST /api/quote', { body: BODY })).json()) as Record<string, unknown>
  assert.equal(body['ret_msg'], retMsg)
})

test("when a JWT issuer's keys cannot be had, that is not the caller's fault", async () => {
  const gateway = new FakeGateway()
  const app = createApp({
    gateway: () => gateway,
    nowMs: () => NOW_MS,
    freshId: () => 'id',
    fetch: () => Promise.reject(new TypeError('fetch failed')),
  })
  const { JWT_SECRET: _, ...rest } = BASE_ENV
  const env = {
    ...rest,
    JWT_JWKS_URL: 'https://issuer.test/jwks',
    KEYS_JSON: keysJson({ id: 'bot', scopes: ['acc:read'] }),
  }
  const ask = async (token: string) =>
    app.request('/api/accounts', { headers: { Authorization: `Bearer ${token}` } }, env)
  const unsigned = [{ alg: 'RS256' }, { sub: 'alice' }].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  assert.equal((await readError(await ask(`${unsigned.join('.')}.AAAA`), 500)).code, 'auth.issuer_unavailable')
  assert.equal(gateway.touched, 0)
  assert.equal((await ask(tokenOf('bot'))).status, 200, 'keys work on')
})
