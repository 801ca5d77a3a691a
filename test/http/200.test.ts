import assert from 'node:assert/strict'
import { test } from 'node:test'
import { API_ENDPOINTS } from '../../src/endpoints.ts'
import { LOCAL_KEY_ID } from '../../src/auth/caller.ts'
import { BASE_ENV, keyRig, keysJson, LOCAL_ENV, makeRig, readError, signJwt, tokenOf } from './rig.ts'

const TENCENT = { market: 1, code: '00700' }

async function readEnvelope(response: Response): Promise<Record<string, unknown>> {
  const text = await response.text()
  assert.equal(response.status, 200, text)
  assert.equal(response.headers.get('Content-Type'), 'application/json')
  assert.equal(response.headers.get('Cache-Control'), 'no-store')
  return JSON.parse(text)
}

test('the envelope has its four keys, and 64-bit ids keep every digit', async () => {
  const { gateway, send } = keyRig(['acc:read'])
  gateway.succeed('Trd_GetAccList', { accList: [{ trdEnv: 1, accID: 281756455988247813n, trdMarketAuthList: [1, 2] }] })
  assert.deepEqual(await readEnvelope(await send('GET /api/accounts')), {
    ret_type: 0,
    ret_msg: null,
    err_code: null,
    s2c: { acc_list: [{ trd_env: 1, acc_id: '281756455988247813', trd_market_auth_list: [1, 2], jp_acc_type: [] }] },
  })
})

test('a success without content has a null s2c', async () => {
  const { gateway, send } = keyRig(['qot:read'])
  gateway.answer('Qot_Sub', { retType: 0, retMsg: 'done' })
  const body = { security_list: [TENCENT], sub_type_list: [1], is_sub_or_un_sub: true }
  assert.deepEqual(await readEnvelope(await send('POST /api/subscribe', { body })), {
    ret_type: 0,
    ret_msg: 'done',
    err_code: null,
    s2c: null,
  })
})

test('the first example of the documentation works as printed: subscribe, then read', async () => {
  const { gateway, send } = keyRig(['qot:read'])
  const body = '{"security_list":[{"market":1,"code":"00700"}],"sub_type_list":[1]}'
  await readEnvelope(await send('POST /api/quote', { body, headers: { 'Content-Type': 'application/json' } }))
  const [subscribe, read, ...more] = gateway.calls
  assert.deepEqual(more, [])
  assert.deepEqual([subscribe?.protocol, read?.protocol], ['Qot_Sub', 'Qot_GetBasicQot'])
  const c2s = subscribe?.c2s as Record<string, unknown>
  assert.deepEqual(c2s['securityList'], [TENCENT])
  assert.deepEqual(c2s['subTypeList'], [1])
  assert.equal(c2s['isSubOrUnSub'], true)
  assert.equal('isRegOrUnRegPush' in c2s, false, 'an absent flag leaves push registrations alone')
  assert.deepEqual(read?.c2s, { securityList: [TENCENT] })
  assert.equal(subscribe?.caller, 'key:bot')
})

test('a subscription over REST wants its pushes, unless it says no', async () => {
  const { gateway, send } = keyRig(['qot:read'])
  const body = { security_list: [TENCENT], sub_type_list: [1], is_sub_or_un_sub: true }
  for (const more of [{}, { is_reg_or_un_reg_push: true }, { is_reg_or_un_reg_push: false }]) {
    await readEnvelope(await send('POST /api/subscribe', { body: { ...body, ...more } }))
  }
  const registered = gateway.calls.map(({ c2s }) => (c2s as Record<string, unknown>)['isRegOrUnRegPush'])
  assert.deepEqual(registered, [true, true, false])
})

test('a quote without types only reads, and a refused subscription is the answer', async () => {
  const { gateway, send } = keyRig(['qot:read'])
  for (const subTypes of [undefined, [], null]) {
    await readEnvelope(await send('POST /api/quote', { body: { symbols: ['HK.00700'], sub_type_list: subTypes } }))
  }
  assert.deepEqual(
    gateway.calls.map(({ protocol }) => protocol),
    ['Qot_GetBasicQot', 'Qot_GetBasicQot', 'Qot_GetBasicQot'],
  )
  gateway.calls.length = 0
  gateway.answer('Qot_Sub', { retType: -1, retMsg: 'quota exceeded' })
  const refused = await send('POST /api/quote', { body: { symbols: ['HK.00700'], sub_type_list: ['Ticker'] } })
  assert.match((await readError(refused, 400)).error, /quota exceeded/)
  gateway.only('Qot_Sub')
})

test('GET calls send what OpenD needs, and no more', async () => {
  const expected: Readonly<Record<string, object>> = {
    '/api/global-state': { userID: 0n },
    '/api/user-info': {},
    '/api/delay-statistics': { typeList: [1, 2, 3], segmentList: [] },
    '/api/sub-info': {},
    '/api/accounts': { userID: 0n, needGeneralSecAccount: true },
    '/api/list-accounts': { userID: 0n, needGeneralSecAccount: true },
  }
  for (const { path, protocol } of API_ENDPOINTS.filter(({ method }) => method === 'GET')) {
    const { gateway, send } = keyRig(['qot:read', 'acc:read'])
    await readEnvelope(await send(`GET ${path}`))
    assert.deepEqual(gateway.only(protocol), expected[path], path)
  }
})

test('HEAD is answered like GET, without the body', async () => {
  const { gateway, send } = keyRig(['acc:read'])
  const response = await send('HEAD /api/accounts')
  assert.equal(response.status, 200)
  assert.equal(await response.text(), '')
  assert.ok(response.headers.get('X-Request-Id'))
  gateway.only('Trd_GetAccList')
})

test('a POST without a body is a message without fields', async () => {
  const { gateway, send } = keyRig(['qot:read'])
  await readEnvelope(await send('POST /api/used-quota'))
  gateway.only('UsedQuota')
  await readEnvelope(await send('POST /api/query-subscription', { body: { is_req_all_conn: true } }))
  assert.deepEqual(gateway.calls[1]?.c2s, { isReqAllConn: true })
})

test('400 securities are a snapshot', async () => {
  const { gateway, send } = keyRig(['qot:read'])
  const symbols = Array.from({ length: 400 }, (_, index) => `HK.${10_000 + index}`)
  await readEnvelope(await send('POST /api/snapshot', { body: { symbols } }))
  assert.equal(gateway.only('Qot_GetSecuritySnapshot').securityList?.length, 400)
})

const ORDER = {
  header: { trd_env: 0, acc_id: '281756455988247813', trd_market: 1 },
  trd_side: 'BUY',
  order_type: 1,
  code: '00700',
  qty: 100,
  price: 300.5,
}

test('an order may come without a packet id, flat or in c2s, and its account keeps every digit', async () => {
  const { header, ...rest } = ORDER
  const bodies = [
    ORDER,
    { ...rest, ...header },
    { c2s: ORDER },
    { ...ORDER, packet_id: { conn_id: 12345, serial_no: 1 } },
  ]
  for (const body of bodies) {
    const { gateway, send } = keyRig(['trade:real'])
    gateway.succeed('Trd_PlaceOrder', { header: { trdEnv: 0, accID: 281756455988247813n, trdMarket: 1 }, orderID: 7n })
    await readEnvelope(await send('POST /api/order', { body }))
    const { packetID, header: sent, qty, trdSide } = gateway.only('Trd_PlaceOrder')
    assert.deepEqual(packetID, { connID: 0n, serialNo: 0 }, "a caller's packet id is not sent on")
    assert.equal(sent.accID, 281756455988247813n)
    assert.deepEqual([qty, trdSide], [100, 1])
  }
})

test('the gateway is told who asks and what they may trade', async () => {
  const rights = [
    [['trade:real'], { simulate: true, real: true }],
    [['trade:simulate'], { simulate: true, real: false }],
    [['trade:simulate', 'trade:real'], { simulate: true, real: true }],
  ] as const
  for (const [scopes, expected] of rights) {
    const { gateway, send } = keyRig(scopes)
    await readEnvelope(await send('POST /api/order', { body: ORDER, headers: { 'X-Request-Id': 'mine' } }))
    const [{ rights: given, caller, requestId, protoId, isDryRun } = assert.fail('no order call')] = gateway.orders
    assert.deepEqual(given, expected)
    assert.deepEqual([caller, requestId, protoId, isDryRun], ['key:bot', 'mine', 2202, false])
  }
})

test('a key and a JWT of one name are two callers', async () => {
  const { gateway, send } = makeRig({ KEYS_JSON: keysJson({ id: 'alice', scopes: ['acc:read'] }) })
  await readEnvelope(await send('GET /api/accounts', { token: tokenOf('alice') }))
  await readEnvelope(await send('GET /api/accounts', { token: await signJwt(['acc:read'], { sub: 'alice' }) }))
  assert.deepEqual(
    gateway.calls.map(({ caller }) => caller),
    ['key:alice', 'jwt:alice'],
  )
})

test('locally, reads are open without a token, and nothing else is', async () => {
  const { gateway, send } = makeRig(LOCAL_ENV)
  for (const host of ['localhost:22222', '127.0.0.1:22222', '[::1]:22222']) {
    await readEnvelope(await send(`GET http://${host}/api/accounts`))
  }
  await readEnvelope(await send('POST /api/quote', { body: { symbols: ['HK.00700'] } }))
  for (const site of ['same-origin', 'none']) {
    const headers = { 'Sec-Fetch-Site': site, Origin: 'http://localhost:8080' }
    await readEnvelope(await send('GET /api/accounts', { headers }))
  }
  assert.equal(gateway.calls[0]?.caller, 'local')
  gateway.calls.length = 0

  const closed: readonly (readonly [string, Parameters<typeof send>[1], number])[] = [
    ['POST /api/order', { body: ORDER }, 401],
    ['GET /api/admin/status', {}, 401],
    ['GET /api/accounts', { token: tokenOf('nobody') }, 401],
    ['GET /api/accounts', { headers: { Authorization: 'Basic eA==' } }, 400],
    ['GET http://opend.example/api/accounts', {}, 401],
    ['GET http://localhost.evil.test/api/accounts', {}, 401],
    ['GET /api/accounts', { headers: { Origin: 'https://evil.test' } }, 401],
    ['GET /api/accounts', { headers: { Origin: 'null' } }, 401],
    ['GET /api/accounts', { headers: { Host: 'evil.example' } }, 401],
    ['GET /api/accounts', { headers: { Host: 'evil.example:22222' } }, 401],
    ['GET /api/accounts', { headers: { Host: 'localhost/evil.example' } }, 401],
    ['GET /api/accounts', { headers: { Host: 'evil@localhost' } }, 401],
    ['GET /api/accounts', { headers: { Host: '' } }, 401],
    ['GET /api/accounts', { headers: { 'Sec-Fetch-Site': 'cross-site' } }, 401],
    ['GET /api/accounts', { headers: { 'Sec-Fetch-Site': 'same-site' } }, 401],
    ['GET /api/accounts', { headers: { 'X-Forwarded-For': '127.0.0.1' } }, 401],
    ['GET /api/accounts', { headers: { 'CF-Connecting-IP': '203.0.113.7' } }, 401],
  ]
  for (const [route, options, status] of closed) await readError(await send(route, options), status)
  assert.equal(gateway.touched, 0)
})

test('any configured caller closes the open reads', async () => {
  const keys = keysJson({ id: 'bot', scopes: ['qot:read'] })
  for (const env of [
    { KEYS_JSON: keys, ...LOCAL_ENV },
    { ...BASE_ENV, LOCAL_OPEN_READS: 'true' },
  ]) {
    const rig = makeRig(env)
    await readError(await rig.send('GET /api/accounts'), 401)
    assert.equal(rig.gateway.touched, 0)
  }
  const local = makeRig({ ...LOCAL_ENV, KEYS_JSON: keysJson({ id: LOCAL_KEY_ID, scopes: ['qot:read'] }) })
  await readEnvelope(await local.send('GET /api/accounts'))
})
