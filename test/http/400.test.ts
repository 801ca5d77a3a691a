import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SCOPES } from '../../src/auth/scope.ts'
import { defaultedFields } from '../../src/http/request/default-times.ts'
import { API_ENDPOINTS } from '../../src/endpoints.ts'
import { messageType, type Field } from '../../src/wire/schema.ts'
import { jsonNameOf } from '../../src/wire/schema-row.ts'
import { keyRig, readError } from './rig.ts'
import { sampleBody } from './sample-message.ts'

const { gateway, send } = keyRig(SCOPES)

async function assertRefused(route: string, body: unknown, code: string, says: RegExp): Promise<void> {
  const error = await readError(await send(route, { body }), 400)
  assert.equal(error.code, code, error.error)
  assert.match(error.error, says)
  assert.equal(gateway.touched, 0, 'a bad request reached the gateway')
}

test('what is not JSON is refused with the place of the mistake', async () => {
  await assertRefused('POST /api/quote', '{"security_list":[', 'request.malformed_json', /line 1 column/)
  await assertRefused('POST /api/quote', '{"symbols":[],"symbols":[]}', 'request.malformed_json', /given twice/)
  await assertRefused('POST /api/quote', 'security_list=HK.00700', 'request.malformed_json', /not valid JSON/)
})

test('what is not UTF-8 is refused, not repaired', async () => {
  await assertRefused('POST /api/quote', new Uint8Array([0x7b, 0xff, 0x7d]), 'request.invalid_utf8', /UTF-8/)
})

test('the same with a declared length; the sign that stands for broken bytes has no use in a quote', async () => {
  const rig = keyRig(['qot:read'])
  const post = (path: string, body: Uint8Array) =>
    rig.send(`POST ${path}`, { body, headers: { 'Content-Length': String(body.length) } })
  const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
  const quote = (code: string): string => `{"security_list":[{"market":1,"code":"${code}"}]}`
  for (const body of [
    new Uint8Array([0x7b, 0xff, 0x7d]),
    utf8(quote('\uFFFD')),
    new Uint8Array([0x22, 0xf0, 0x9f, 0x98]),
  ]) {
    assert.equal((await readError(await post('/api/quote', body), 400)).code, 'request.invalid_utf8')
  }
  assert.equal((await post('/api/quote', utf8(quote('騰訊')))).status, 200)
  assert.equal((await post('/api/quote', utf8(`\uFEFF${quote('00700')}`))).status, 200, 'a byte order mark is no text')
  assert.equal((await post('/api/user-security', utf8('{"group_name":"\uFFFD"}'))).status, 200)
})

test('a body that is no object is refused', async () => {
  for (const body of ['[]', '"HK.00700"', '1', 'null', 'true']) {
    await assertRefused('POST /api/quote', body, 'request.invalid_value', /object/)
  }
})

test('an unknown field is named with its path and the nearest known name', async () => {
  const body = { security_list: [{ marke: 1, code: '00700' }] }
  await assertRefused(
    'POST /api/quote',
    body,
    'request.unknown_field',
    /^security_list\[0\]\.marke: unknown field \(did you mean market\?\)$/,
  )
  await assertRefused('POST /api/kline', { sub_type_list: [1] }, 'request.unknown_field', /^sub_type_list/)
})

test('a body with several mistakes is answered with all of them', async () => {
  const rig = keyRig(['acc:read', 'trade:simulate', 'admin'])
  const problemsOf = async (call: string, body?: object): Promise<unknown> => {
    const answer = await readError(await rig.send(call, { body }), 400)
    const { path, error, problems } = answer
    assert.ok(Array.isArray(problems))
    assert.deepEqual(problems[0], { path, error })
    return problems.map((problem: { path: string; error: string }) => problem.error)
  }
  assert.deepEqual(await problemsOf('POST /api/cancel-order', { trd_env: 0, acc_id: 1, trd_market: 1, qty: 'x' }), [
    'qty: unknown field',
    'order_id: required field is missing, expected order_id or order_id_ex',
  ])
  assert.deepEqual(await problemsOf('POST /api/trading/halt', { scop: 'all', acc_id: -1 }), [
    'scop: unknown field (did you mean scope?)',
    'acc_id: expected an account id: a JSON integer or a decimal string',
  ])
  assert.deepEqual(await problemsOf('POST /api/admin/order-intents/oi_00000000/resolve', { order_id: 'x' }), [
    'order_id: expected an order id: a JSON integer or a decimal string',
    'state: required field is missing, expected one of accepted, rejected, absent, lapsed',
    'reason: required field is missing, expected a text of 1 to 500 characters in one line, not blank',
  ])
  assert.deepEqual(await problemsOf('GET /api/order-intents?limit=0&all=yes&limit=1'), [
    '?limit: expected this parameter once',
    '?all: expected true or false',
  ])
})

const PACKET_ID = 'packetID'

test('every required field of every endpoint is missed when it is not there', async () => {
  for (const endpoint of API_ENDPOINTS.filter(({ method }) => method === 'POST')) {
    const required = messageType(`${endpoint.protocol}.C2S`).fields.filter(({ rule }) => rule === 'required')
    const settled = Object.keys(endpoint.fixedFields ?? {})
    const given = new Set([PACKET_ID, ...settled, ...defaultedFields(endpoint.protocol)])
    for (const { name } of required.filter((field) => !given.has(field.name))) {
      const { [jsonNameOf(name)]: _, ...body } = sampleBody(endpoint)
      await assertRefused(`POST ${endpoint.path}`, body, 'request.missing_field', new RegExp(jsonNameOf(name)))
    }
  }
})

/** A value that no field of that kind may take, by kind. */
const WRONG: Readonly<Record<Field['kind'], readonly unknown[]>> = {
  int32: ['1x', 1.5, 3e9, true, {}],
  uint32: [-1, 4294967296, '1x', []],
  int64: ['1.5', 1.5, '9223372036854775808', true],
  uint64: ['-1', -1, '18446744073709551616', 'abc'],
  double: ['abc', true, {}],
  float: ['abc', true, {}],
  bool: ['yes', 1, {}],
  string: [1, true, {}],
  bytes: ['***', 1, {}],
  message: [1, true, 'no security'],
}

test('every field of every endpoint refuses values of another type, by name', async () => {
  for (const endpoint of API_ENDPOINTS.filter(({ method }) => method === 'POST')) {
    for (const field of messageType(`${endpoint.protocol}.C2S`).fields) {
      for (const wrong of WRONG[field.kind]) {
        const body = { ...sampleBody(endpoint), [field.jsonName]: field.rule === 'repeated' ? [wrong] : wrong }
        const isTaken = endpoint.takenFields?.includes(field.name) ?? true
        const isKnown = isTaken || Object.hasOwn(endpoint.fixedFields ?? {}, field.name) || field.name === 'trdMarket'
        const code = isKnown ? 'request.invalid_value' : 'request.unknown_field'
        await assertRefused(`POST ${endpoint.path}`, body, code, new RegExp(field.jsonName))
      }
    }
  }
})

test('trd_env 2, which some documentation calls real, is refused with the truth', async () => {
  const header = { trd_env: 2, acc_id: 1, trd_market: 1 }
  await assertRefused('POST /api/funds', { header }, 'request.invalid_value', /trd_env.*0.*1/s)
})

test('a call for securities without any is refused here, not at OpenD', async () => {
  for (const endpoint of API_ENDPOINTS) {
    if (endpoint.needsOneOf?.includes('securityList') !== true) continue
    const { security_list: _, ...rest } = sampleBody(endpoint)
    await assertRefused(`POST ${endpoint.path}`, rest, 'request.missing_field', /security_list/)
    await assertRefused(
      `POST ${endpoint.path}`,
      { ...rest, security_list: [] },
      'request.missing_field',
      /security_list/,
    )
  }
})

test('static info of a market needs no list of securities', async () => {
  const rig = keyRig(['qot:read'])
  assert.equal((await rig.send('POST /api/static-info', { body: { market: 'HK_Security' } })).status, 200)
})

test('more securities than the bound are refused', async () => {
  const symbols = (count: number) => ({ symbols: Array.from({ length: count }, (_, index) => `HK.${10_000 + index}`) })
  await assertRefused('POST /api/quote', symbols(101), 'request.invalid_value', /100/)
  await assertRefused('POST /api/snapshot', symbols(401), 'request.invalid_value', /400/)
})

test('a query is refused wherever it would be ignored', async () => {
  for (const path of ['/api/cancel-order', '/api/cancel-all-order', '/api/funds', '/api/trading/halt']) {
    await assertRefused(`POST ${path}?dry_run=true`, {}, 'request.unknown_field', /^\?dry_run: unknown field/)
  }
  await assertRefused('POST /api/order?dry_rum=true', {}, 'request.unknown_field', /did you mean dry_run/)
  await assertRefused('GET /api/accounts?trd_env=0', undefined, 'request.unknown_field', /^\?trd_env: unknown field/)
  await assertRefused('POST /api/admin/shutdown?force', undefined, 'request.unknown_field', /^\?force/)
})

test('a body is refused by calls that take none', async () => {
  await assertRefused('POST /api/admin/reload', { keys: true }, 'request.unexpected_body', /no body/)
  const declared = await send('GET /api/accounts', { headers: { 'Content-Length': '2' } })
  assert.equal((await readError(declared, 400)).code, 'request.unexpected_body')
  assert.equal(gateway.touched, 0)
})

test("OpenD's own refusal is a 400 with the envelope in it", async () => {
  for (const retType of [-1, -500]) {
    const rig = keyRig(['qot:read'])
    rig.gateway.answer('Qot_GetBasicQot', { retType, retMsg: 'HK.00700 is not subscribed', errCode: 5 })
    const error = await readError(await rig.send('POST /api/quote', { body: { symbols: ['HK.00700'] } }), 400)
    assert.deepEqual(error, {
      error: 'OpenD refused the call: HK.00700 is not subscribed',
      code: 'opend.refused',
      request_id: error.request_id,
      ret_type: retType,
      ret_msg: 'HK.00700 is not subscribed',
      err_code: 5,
      s2c: null,
      securities: ['HK.00700'],
      expired: [],
    })
  }
})

test('an order for an unknown account, or for the other environment, is a 400', async () => {
  const order = API_ENDPOINTS.find(({ path }) => path === '/api/order')
  assert.ok(order)
  const cases = [
    [{ code: 'trade.unknown_account', accId: '7' }, /acc_id 7/],
    [
      { code: 'trade.environment_mismatch', accId: '7', accountEnv: 'simulate' },
      /must be 0 \(0 = simulate, 1 = real\)/,
    ],
    [{ code: 'trade.environment_mismatch', accId: '7', accountEnv: 'real' }, /must be 1 \(0 = simulate, 1 = real\)/],
  ] as const
  for (const [failure, says] of cases) {
    const rig = keyRig(['trade:real'])
    rig.gateway.answer('Trd_PlaceOrder', failure)
    const error = await readError(await rig.send('POST /api/order', { body: sampleBody(order) }), 400)
    assert.equal(error.code, failure.code)
    assert.match(error.error, says)
  }
})
