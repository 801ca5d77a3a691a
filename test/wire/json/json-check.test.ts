import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Failure } from '../../../src/base/failure.ts'
import { checkBody, type CheckOptions } from '../../../src/wire/json/json-check.ts'
import { parseJsonText, type JsonValue } from '../../../src/wire/json/json-text.ts'
import type { WireMessage } from '../../../src/wire/json/json-wire-value.ts'
import { messageType } from '../../../src/wire/schema.ts'

/** Order calls may leave out the packet id: the gateway sets its own. */
const ORDER: CheckOptions = { optionalFields: ['packetID'] }

function accept(messageName: string, body: JsonValue, options?: CheckOptions): WireMessage {
  const checked = checkBody(messageName, body, options)
  if (!checked.ok) assert.fail(JSON.stringify(checked.failure))
  return checked.value
}

function refuse(messageName: string, body: JsonValue, options?: CheckOptions): Failure {
  const checked = checkBody(messageName, body, options)
  if (checked.ok) assert.fail(`accepted: ${JSON.stringify(body)}`)
  return checked.failure
}

/** The problem that comes first, without the others. */
function firstOf(failure: Failure): object {
  const { others: _, ...first } = { others: null, ...failure }
  return first
}

/** `code path`, for tables. */
function verdict(failure: Failure): string {
  assert.ok('path' in failure)
  return `${failure.code.replace('request.', '')} ${failure.path}`
}

const HEADER = { trd_env: 0, acc_id: '281756455988258911', trd_market: 1 }
const ORDER_FIELDS = { trd_side: 1, order_type: 1, code: '00700', qty: 100, price: 300.0 }

test('the published order body becomes the message it says', () => {
  const parsed = parseJsonText(`{
    "packet_id": { "conn_id": 12345, "serial_no": 1 },
    "header":   { "trd_env": 1, "acc_id": 987654, "trd_market": 1 },
    "trd_side": 1,
    "order_type": 1,
    "code": "00700",
    "qty": 100,
    "price": 300.0,
    "sec_market": 1
  }`)
  assert.ok(parsed.ok)
  assert.deepEqual(accept('Trd_PlaceOrder.C2S', parsed.value), {
    packetID: { connID: 12345n, serialNo: 1 },
    header: { trdEnv: 1, accID: 987654n, trdMarket: 1 },
    trdSide: 1,
    orderType: 1,
    code: '00700',
    qty: 100,
    price: 300,
    secMarket: 1,
  })
})

test('the published quote body passes with the field that only the endpoint knows', () => {
  const subType = messageType('Qot_Sub.C2S').byName.get('subTypeList')
  assert.ok(subType !== undefined)
  const body = { security_list: [{ market: 1, code: '00700' }], sub_type_list: [1, 'kl_day'] }
  const options = { extraFields: [subType] }
  const expected = { securityList: [{ market: 1, code: '00700' }], subTypeList: [1, 6] }
  assert.deepEqual(accept('Qot_GetBasicQot.C2S', body, options), expected)
  assert.deepEqual(accept('Qot_GetBasicQot.C2S', { c2s: body }, options), expected)
  assert.deepEqual(refuse('Qot_GetBasicQot.C2S', body), {
    code: 'request.unknown_field',
    path: 'sub_type_list',
    nearest: null,
  })
  assert.deepEqual(refuse('Qot_GetBasicQot.C2S', { sub_typ_list: [1] }, options), {
    code: 'request.unknown_field',
    path: 'sub_typ_list',
    nearest: 'sub_type_list',
  })
  assert.equal(
    verdict(refuse('Qot_GetBasicQot.C2S', { sub_type_list: [1, 99] }, options)),
    'invalid_value sub_type_list[1]',
  )
})

test('an account id above 2^53 arrives to the last digit, as an integer and as a string', () => {
  for (const id of ['281756455988258911', '"281756455988258911"']) {
    const parsed = parseJsonText(`{"trd_env":0,"acc_id":${id},"trd_market":1}`)
    assert.ok(parsed.ok)
    const header = accept('Trd_GetFunds.C2S', parsed.value)['header']
    assert.deepEqual(header, { trdEnv: 0, accID: 281756455988258911n, trdMarket: 1 })
  }
})

test('trd_env 2 is refused with the true numbers, wherever it stands', () => {
  const expected = '0 (simulate) or 1 (real); documents with 1 = simulate and 2 = real are wrong'
  for (const [body, path] of [
    [{ ...HEADER, trd_env: 2 }, 'trd_env'],
    [{ header: { ...HEADER, trd_env: 2 } }, 'header.trd_env'],
    [{ c2s: { header: { trdEnv: 2 } } }, 'c2s.header.trdEnv'],
  ] as const) {
    assert.deepEqual(firstOf(refuse('Trd_GetFunds.C2S', body)), { code: 'request.invalid_value', path, expected })
  }
})

test('a security may be a string wherever the schema has one, and symbol names it where the message has that field', () => {
  const tencent = { market: 1, code: '00700' }
  assert.deepEqual(accept('Qot_GetRT.C2S', { symbol: 'HK.00700' }), { security: tencent })
  assert.deepEqual(accept('Qot_GetRT.C2S', { security: 'hk.00700' }), { security: tencent })
  assert.deepEqual(accept('Qot_GetRT.C2S', { symbol: tencent }), { security: tencent })
  assert.deepEqual(accept('Qot_GetBasicQot.C2S', { symbols: ['HK.00700', { market: 'us_security', code: 'AAPL' }] }), {
    securityList: [tencent, { market: 11, code: 'AAPL' }],
  })
  assert.deepEqual(accept('Qot_GetPlateSecurity.C2S', { plate: 'HK.BK1001' }), {
    plate: { market: 1, code: 'BK1001' },
  })
})

for (const [messageName, body, expected] of [
  // Names.
  ['Qot_GetBasicQot.C2S', { security_list: [{ marke: 1 }] }, 'unknown_field security_list[0].marke'],
  ['Qot_GetRT.C2S', { symbols: ['HK.00700'] }, 'unknown_field symbols'],
  ['Qot_GetBasicQot.C2S', { symbol: 'HK.00700' }, 'unknown_field symbol'],
  ['Qot_GetPlateSecurity.C2S', { symbol: 'HK.BK1001' }, 'unknown_field symbol'],
  ['Qot_GetRT.C2S', { trd_env: 0 }, 'unknown_field trd_env'],
  ['Qot_GetRT.C2S', { Security: 'HK.00700' }, 'unknown_field Security'],
  ['Qot_GetRT.C2S', { toString: null }, 'unknown_field toString'],
  ['Qot_GetRT.C2S', { 'a b': 1 }, 'unknown_field ["a b"]'],
  ['Qot_GetRT.C2S', { '': 1 }, 'unknown_field [""]'],
  ['Qot_GetRT.C2S', { 'x.y[0]\n': 1 }, 'unknown_field ["x.y[0]\\n"]'],
  // One field, one place.
  ['Qot_GetRT.C2S', { security: 'HK.00700', symbol: 'HK.00700' }, 'invalid_value symbol'],
  ['Qot_GetKL.C2S', { klType: 2, kl_type: 2 }, 'invalid_value kl_type'],
  ['Trd_GetFunds.C2S', { header: HEADER, acc_id: 1 }, 'invalid_value acc_id'],
  ['Trd_GetFunds.C2S', { accID: 1, header: HEADER }, 'invalid_value header.acc_id'],
  ['Trd_GetFunds.C2S', { accID: 1, acc_id: 1 }, 'invalid_value acc_id'],
  // The shape of the body.
  ['Qot_GetRT.C2S', [], 'invalid_value body'],
  ['Qot_GetRT.C2S', null, 'invalid_value body'],
  ['Qot_GetRT.C2S', 'HK.00700', 'invalid_value body'],
  ['Qot_GetRT.C2S', { c2s: null }, 'invalid_value c2s'],
  ['Qot_GetRT.C2S', { c2s: [{ security: 'HK.00700' }] }, 'invalid_value c2s'],
  ['Qot_GetRT.C2S', { c2s: {}, security: 'HK.00700' }, 'invalid_value security'],
  ['Qot_GetRT.C2S', { c2s: { c2s: {} } }, 'unknown_field c2s.c2s'],
  // What is missing.
  ['Qot_GetRT.C2S', {}, 'missing_field security'],
  ['Qot_GetRT.C2S', { c2s: {} }, 'missing_field c2s.security'],
  ['Qot_GetRT.C2S', { security: null }, 'missing_field security'],
  ['Qot_GetRT.C2S', { security: { market: 1 } }, 'missing_field security.code'],
  ['Qot_GetRT.C2S', { security: { market: 1, code: null } }, 'missing_field security.code'],
  ['Trd_GetFunds.C2S', {}, 'missing_field header'],
  ['Trd_GetFunds.C2S', { header: null }, 'missing_field header'],
  ['Trd_GetFunds.C2S', { header: {} }, 'missing_field header.trd_env'],
  ['Trd_GetFunds.C2S', { header: { trd_env: 0 }, trd_market: 1 }, 'missing_field header.acc_id'],
  ['Trd_GetFunds.C2S', { trd_env: 0, trd_market: 1 }, 'missing_field acc_id'],
  ['Trd_GetFunds.C2S', { c2s: { trd_env: 0, trd_market: 1 } }, 'missing_field c2s.acc_id'],
  ['Trd_GetHistoryOrderList.C2S', HEADER, 'missing_field filter_conditions'],
  // Types.
  ['Qot_GetRT.C2S', { security: 'XX.00700' }, 'invalid_value security'],
  ['Qot_GetRT.C2S', { security: 'HK.\ud800' }, 'invalid_value security'],
  ['Qot_GetRT.C2S', { security: ['HK.00700'] }, 'invalid_value security'],
  ['Qot_GetRT.C2S', { security: { market: 3, code: '1' } }, 'invalid_value security.market'],
  ['Qot_GetBasicQot.C2S', { security_list: 'HK.00700' }, 'invalid_value security_list'],
  ['Qot_GetBasicQot.C2S', { security_list: ['HK.00700', null] }, 'invalid_value security_list[1]'],
  ['Trd_GetFunds.C2S', { header: 'real' }, 'invalid_value header'],
  ['Trd_GetFunds.C2S', { ...HEADER, refresh_cache: 1 }, 'invalid_value refresh_cache'],
  ['Trd_GetFunds.C2S', { ...HEADER, trd_market: 999 }, 'invalid_value trd_market'],
  ['Trd_GetFunds.C2S', { ...HEADER, acc_id: 1e17 }, 'invalid_value acc_id'],
  ['Qot_RequestHistoryKL.C2S', { next_req_key: 'a' }, 'invalid_value next_req_key'],
  ['Qot_StockFilter.C2S', { base_filter_list: [{}, 1] }, 'missing_field base_filter_list[0].field_name'],
  // The first problem in the order of the body; what is missing comes last.
  ['Qot_GetKL.C2S', { zzz: 1, kl_type: 99 }, 'unknown_field zzz'],
  ['Qot_GetKL.C2S', { kl_type: 99, zzz: 1 }, 'invalid_value kl_type'],
  ['Trd_GetFunds.C2S', { header: { trd_env: 0 }, currency: 'XYZ' }, 'invalid_value currency'],
] as const satisfies readonly (readonly [string, JsonValue, string])[]) {
  test(`${messageName} ${JSON.stringify(body)}: ${expected}`, () => {
    assert.equal(verdict(refuse(messageName, body)), expected)
  })
}

test('refusals say what was expected and what was probably meant', () => {
  assert.deepEqual(firstOf(refuse('Qot_GetBasicQot.C2S', { security_list: [{ marke: 1 }] })), {
    code: 'request.unknown_field',
    path: 'security_list[0].marke',
    nearest: 'market',
  })
  const expectations: Record<string, string> = {
    qty: 'a finite number',
    acc_id: 'an unsigned 64-bit integer (a JSON integer or a decimal string)',
    trd_side: 'one of Unknown=0, Buy=1, Sell=2, SellShort=3, BuyBack=4 (name or number)',
    adjust_price: 'true or false',
    code: 'a string of valid Unicode',
    header: 'an object with trd_env, acc_id and trd_market, or these three fields next to the other fields',
  }
  for (const [path, expected] of Object.entries(expectations)) {
    const failure = firstOf(refuse('Trd_PlaceOrder.C2S', { [path]: [] }))
    assert.deepEqual(failure, { code: 'request.invalid_value', path, expected })
  }
  assert.deepEqual(refuse('Trd_SubAccPush.C2S', { acc_id_list: '1' }), {
    code: 'request.invalid_value',
    path: 'acc_id_list',
    expected: 'a list, each element an unsigned 64-bit integer (a JSON integer or a decimal string)',
  })
})

test('an endless unknown name does not come back in full', () => {
  const failure = refuse('Qot_GetRT.C2S', { ['n'.repeat(200_000)]: 1 })
  assert.ok('path' in failure && failure.path.length < 100)
})

test('header members may stand flat, nested, or some here and some there', () => {
  const header = { trdEnv: 0, accID: 281756455988258911n, trdMarket: 1, jpAccType: 1 }
  const bodies: JsonValue[] = [
    { header: { ...HEADER, jp_acc_type: 1 } },
    { ...HEADER, jp_acc_type: 1 },
    { jp_acc_type: 1, header: HEADER },
    { header: { trd_env: 'simulate', acc_id: HEADER.acc_id }, trdMarket: 'HK', jpAccType: 1 },
    { header: null, ...HEADER, jp_acc_type: 1 },
  ]
  for (const body of bodies) {
    assert.deepEqual(accept('Trd_GetFunds.C2S', body), { header })
  }
})

test('a flat trd_market of modify-order is its own field and fills the header only where that lacks one', () => {
  const rest = { order_id: '7', modify_order_op: 'cancel' }
  const wire = { orderID: 7n, modifyOrderOp: 2 }
  const account = { trdEnv: 0, accID: 281756455988258911n }
  assert.deepEqual(accept('Trd_ModifyOrder.C2S', { ...HEADER, ...rest }, ORDER), {
    ...wire,
    trdMarket: 1,
    header: { ...account, trdMarket: 1 },
  })
  assert.deepEqual(accept('Trd_ModifyOrder.C2S', { header: HEADER, trd_market: 'US', ...rest }, ORDER), {
    ...wire,
    trdMarket: 2,
    header: { ...account, trdMarket: 1 },
  })
  assert.deepEqual(accept('Trd_ModifyOrder.C2S', { header: HEADER, ...rest }, ORDER), {
    ...wire,
    header: { ...account, trdMarket: 1 },
  })
  assert.equal(
    verdict(refuse('Trd_ModifyOrder.C2S', { header: HEADER, trd_market: 9, ...rest }, ORDER)),
    'invalid_value trd_market',
  )
})

test('the packet id may be left out only where the caller says so, and is whole when given', () => {
  const body = { ...HEADER, ...ORDER_FIELDS }
  assert.equal(Object.hasOwn(accept('Trd_PlaceOrder.C2S', body, ORDER), 'packetID'), false)
  assert.equal(verdict(refuse('Trd_PlaceOrder.C2S', body)), 'missing_field packet_id')
  assert.equal(
    verdict(refuse('Trd_PlaceOrder.C2S', { ...body, packet_id: { conn_id: 1 } }, ORDER)),
    'missing_field packet_id.serial_no',
  )
})

function securities(count: number): JsonValue {
  return { symbols: Array.from({ length: count }, () => 'HK.00700') }
}

function accounts(count: number): JsonValue {
  return { acc_id_list: Array.from({ length: count }, (_, index) => index) }
}

test('lists are bounded: securities by the endpoint, everything else at 400', () => {
  accept('Qot_GetBasicQot.C2S', securities(100))
  assert.deepEqual(refuse('Qot_GetBasicQot.C2S', securities(101)), {
    code: 'request.invalid_value',
    path: 'symbols',
    expected: 'at most 100 securities',
  })
  accept('Qot_GetSecuritySnapshot.C2S', securities(400), { maxSecurities: 400 })
  refuse('Qot_GetSecuritySnapshot.C2S', securities(401), { maxSecurities: 400 })
  accept('Trd_SubAccPush.C2S', accounts(400))
  assert.deepEqual(refuse('Trd_SubAccPush.C2S', accounts(401)), {
    code: 'request.invalid_value',
    path: 'acc_id_list',
    expected: 'at most 400 elements',
  })
})

test('names of the prototype are unknown fields at every level and change nothing', () => {
  for (const [text, path] of [
    ['{"__proto__":{"security":"HK.00700"}}', '__proto__'],
    ['{"constructor":{"prototype":{"polluted":1}}}', 'constructor'],
    ['{"security":{"__proto__":{"market":1,"code":"1"}}}', 'security.__proto__'],
    ['{"c2s":{"hasOwnProperty":1}}', 'c2s.hasOwnProperty'],
  ] as const) {
    const parsed = parseJsonText(text)
    assert.ok(parsed.ok)
    const first = firstOf(refuse('Qot_GetRT.C2S', parsed.value))
    assert.deepEqual(first, { code: 'request.unknown_field', path, nearest: null })
  }
  assert.equal('polluted' in {}, false)
  assert.equal('market' in {}, false)
})
