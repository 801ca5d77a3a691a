import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeMessage } from '../../src/wire/encode.ts'
import type { LedgerEntry } from '../../src/orders/entry.ts'
import { keysJson, makeRig, NOW_MS, readError, signJwt, tokenOf } from './rig.ts'

const HEADER = { trdEnv: 0, accID: 281756455988247813n, trdMarket: 1 }

function entry(id: string, caller: string, changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    id,
    caller,
    payers: [],
    requestId: 'req-1',
    callId: 'call-1',
    idempotencyKey: 'key:abc',
    bodyHash: 'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    call: {
      protoId: 2202,
      kind: 'place',
      accId: '281756455988247813',
      trdEnv: 0,
      trdMarket: 1,
      symbol: 'HK.00700',
      side: 'BUY',
      qty: 100,
      price: 300.5,
      op: null,
      forAll: false,
      targetOrderId: null,
      targetOrderIdEx: null,
    },
    tag: id.slice(3),
    state: 'accepted',
    reservation: { id, atMs: NOW_MS, currency: 'HKD', value: 30_050_000_000_000n, day: '2026-11-22' },
    isValued: true,
    holds: 'rate_and_value',
    sentAs: { connId: '7418311293381240001', serial: 12 },
    sentAtMs: NOW_MS,
    contradiction: null,
    resolution: null,
    orderId: '14862735488205987840',
    orderIdEx: 'FT77',
    reply: encodeMessage('Trd_PlaceOrder.Response', { retType: 0, s2c: { header: HEADER, orderID: 7n } }),
    detail: null,
    refusal: null,
    createdAtMs: NOW_MS,
    updatedAtMs: NOW_MS + 250,
    pollAttempts: 0,
    nextPollAtMs: NOW_MS,
    ...changes,
  }
}

const MINE = entry('oi_mine0001', 'key:bot')
const OTHER = entry('oi_other001', 'key:other')

const rig = makeRig({
  KEYS_JSON: keysJson(
    { id: 'bot', scopes: ['trade:simulate'] },
    { id: 'reader', scopes: ['acc:read'] },
    { id: 'boss', scopes: ['admin'] },
  ),
})
rig.gateway.entries = [MINE, OTHER]

const get = (path: string, id: string) => rig.send(`GET ${path}`, { token: tokenOf(id) })

async function listed(path: string, id: string): Promise<readonly unknown[]> {
  const response = await get(path, id)
  const { intents } = (await response.json()) as { intents: readonly { readonly intent_id: string }[] }
  return intents.map(({ intent_id: intentId }) => intentId)
}

test("an entry shows all but the hash of its body and the Worker's own id of the call, ids and amounts as text", async () => {
  rig.gateway.shownOrder = { orderStatus: 15, isFinal: true, atMs: 1_795_348_800_100 }
  const response = await get('/api/order-intents/oi_mine0001', 'bot')
  rig.gateway.shownOrder = null
  assert.equal(response.status, 200)
  assert.deepEqual(await response.json(), {
    intent_id: 'oi_mine0001',
    intent_url: '/api/order-intents/oi_mine0001',
    state: 'accepted',
    code: null,
    detail: null,
    caller: 'key:bot',
    request_id: 'req-1',
    idempotency_key: 'abc',
    packet_id: null,
    exit_of: null,
    kind: 'place',
    acc_id: '281756455988247813',
    trd_env: 0,
    trd_market: 1,
    symbol: 'HK.00700',
    side: 'BUY',
    qty: 100,
    price: 300.5,
    modify_order_op: null,
    for_all: false,
    target_order_id: null,
    target_order_id_ex: null,
    order_id: '14862735488205987840',
    order_id_ex: 'FT77',
    tag: 'mine0001',
    contradiction: null,
    resolution: null,
    sent_as: { conn_id: '7418311293381240001', serial_no: 12 },
    reservation: { amount: '30050.00', currency: 'HKD', day: '2026-11-22', holds: 'rate_and_value' },
    reply: {
      ret_type: 0,
      ret_msg: null,
      err_code: null,
      s2c: { header: { trd_env: 0, acc_id: '281756455988247813', trd_market: 1 }, order_id: '7' },
    },
    created_at: '2026-11-22T12:00:00.000Z',
    created_at_ms: NOW_MS,
    updated_at: '2026-11-22T12:00:00.250Z',
    updated_at_ms: NOW_MS + 250,
    poll_attempts: 0,
    next_poll_at: null,
    next_poll_at_ms: null,
    order: { order_status: 15, is_final: true, at: '2026-11-22T12:00:00.100Z', at_ms: 1_795_348_800_100 },
    exits: null,
  })
})

test('an unknown entry says when it is looked for next; a refusal shows as OpenD said it', async () => {
  const reply = encodeMessage('Trd_ModifyOrder.Response', { retType: -1, retMsg: 'too late' })
  const call = { ...MINE.call, protoId: 2205, kind: 'cancel', op: 2 } as const
  rig.gateway.entries = [
    entry('oi_00000001', 'key:bot', { state: 'unknown', reply: null, orderId: null, nextPollAtMs: NOW_MS + 1000 }),
    entry('oi_00000002', 'key:bot', { state: 'rejected', reply, call, reservation: null, idempotencyKey: 'pid:1:2' }),
  ]
  const response = await get('/api/order-intents', 'bot')
  const { intents } = (await response.json()) as { intents: readonly Record<string, unknown>[] }
  const [unknown, rejected] = intents
  assert.deepEqual([unknown?.['reply'], unknown?.['next_poll_at']], [null, '2026-11-22T12:00:01.000Z'])
  assert.deepEqual(rejected?.['reply'], { ret_type: -1, ret_msg: 'too late', err_code: null, s2c: null })
  const { idempotency_key: key, packet_id: packetId, reservation } = rejected
  assert.deepEqual([key, packetId, reservation], [null, '1:2', null])
  rig.gateway.entries = [MINE, OTHER]
})

test('a refused call says what refused it, as its caller was told; a value that nobody knows is null', async () => {
  const refusal = { code: 'limits.rate', text: 'rate limit exceeded: 3 orders in the last 60s (cap 3)' } as const
  rig.gateway.entries = [
    entry('oi_00000001', 'key:bot', {
      ...{ state: 'refused', refusal: { ...refusal, retryAfterMs: 900 }, reply: null, reservation: null },
      ...{ tag: null, holds: 'nothing', isValued: false, orderId: null, orderIdEx: null, sentAs: null },
    }),
    entry('oi_00000002', 'key:bot', { isValued: false }),
  ]
  const response = await get('/api/order-intents?state=refused', 'bot')
  const { intents } = (await response.json()) as { intents: readonly Record<string, unknown>[] }
  const [refused, unvalued] = intents
  const { state, code, detail, reply, tag } = refused ?? {}
  assert.deepEqual([state, code, reply, tag], ['refused', 'limits.rate', null, null])
  assert.equal(detail, `limit check failed: ${refusal.text}`)
  assert.deepEqual(unvalued?.['reservation'], {
    ...{ amount: null, currency: 'HKD', day: '2026-11-22', holds: 'rate_and_value' },
  })
  rig.gateway.entries = [MINE, OTHER]
})

test("another's entry and one that never was are the same 404; an administrator sees both", async () => {
  const errors = []
  for (const id of ['oi_other001', 'oi_nobody00', 'x', 'a%2fb', 'oi_mine0001x']) {
    const error = await readError(await get(`/api/order-intents/${id}`, 'bot'), 404)
    assert.equal(error.code, 'order.unknown_intent')
    errors.push(error.error.replace(decodeURIComponent(id), 'ID'))
  }
  assert.equal(new Set(errors).size, 1)
  assert.equal((await get('/api/order-intents/oi_mine0001', 'reader')).status, 404)
  assert.equal((await get('/api/order-intents/oi%5Fmine0001', 'bot')).status, 200, 'an escaped id is the same id')
  for (const id of ['oi_mine0001', 'oi_other001']) {
    assert.equal((await get(`/api/order-intents/${id}`, 'boss')).status, 200)
  }
})

test("the list is the caller's own; all=true is an administrator's", async () => {
  assert.deepEqual(await listed('/api/order-intents', 'bot'), ['oi_mine0001'])
  assert.deepEqual(await listed('/api/order-intents', 'boss'), [])
  assert.deepEqual(await listed('/api/order-intents?all=true', 'boss'), ['oi_mine0001', 'oi_other001'])
  rig.gateway.forget()
  for (const id of ['bot', 'reader']) {
    const error = await readError(await get('/api/order-intents?all=true', id), 403)
    assert.deepEqual(error['required_scopes'], ['admin'])
  }
  assert.equal(rig.gateway.touched, 0)
})

test('a JWT of the same name sees nothing of a key', async () => {
  const { gateway, send } = makeRig()
  gateway.entries = [entry('oi_00000001', 'key:alice'), entry('oi_00000002', 'jwt:alice')]
  const token = await signJwt(['trade:real'])
  assert.equal((await send('GET /api/order-intents/oi_00000001', { token })).status, 404)
  assert.equal((await send('GET /api/order-intents/oi_00000002', { token })).status, 200)
})

test('the filters reach the ledger, and a full page says where the next begins', async () => {
  rig.gateway.forget()
  await get('/api/order-intents', 'bot')
  await get('/api/order-intents?state=unknown&acc_id=281756455988247813&before=oi_zzzzzzzz&limit=200&all=false', 'bot')
  assert.deepEqual(rig.gateway.pages, [
    { caller: 'key:bot', state: null, accId: null, before: null, limit: 50 },
    { caller: 'key:bot', state: 'unknown', accId: '281756455988247813', before: 'oi_zzzzzzzz', limit: 200 },
  ])
  for (const [limit, next] of [
    [1, 'oi_mine0001'],
    [2, 'oi_other001'],
    [3, null],
  ]) {
    const response = await get(`/api/order-intents?all=true&limit=${limit}`, 'boss')
    assert.equal(((await response.json()) as { next_before: unknown }).next_before, next)
  }
})

test('a filter that makes no sense is refused by name', async () => {
  rig.gateway.forget()
  const queries = [
    ['state=lost', /^\?state: expected one of reserved, accepted/],
    ['acc_id=1e3', /^\?acc_id: expected an account id/],
    ['acc_id=18446744073709551616', /^\?acc_id/],
    ['before=7', /^\?before/],
    ['limit=0', /^\?limit: expected a whole number from 1 to 200/],
    ['limit=201', /^\?limit/],
    ['limit=1.5', /^\?limit/],
    ['limit=5&limit=6', /^\?limit/],
    ['all=yes', /^\?all: expected true or false/],
    ['sate=unknown', /^\?sate: unknown field \(did you mean state\?\)/],
  ] as const
  for (const [query, says] of queries) {
    assert.match((await readError(await get(`/api/order-intents?${query}`, 'boss'), 400)).error, says)
  }
  await readError(await get('/api/order-intents/oi_mine0001?all=true', 'boss'), 400)
  assert.equal(rig.gateway.touched, 0)
})

test('an administrator decides what OpenD left undecided, and the entry names who and why', async () => {
  const { gateway, send } = rig
  gateway.entries = [entry('oi_lost0001', 'key:bot', { state: 'unknown', reply: null, orderId: null, orderIdEx: null })]
  const resolve = (body: unknown) =>
    send('POST /api/admin/order-intents/oi_lost0001/resolve', { token: tokenOf('boss'), body })
  const reason = 'seen in the app as filled'
  const accepted = await resolve({ state: 'accepted', reason, order_id: '14862735488205987840', order_id_ex: 'FT77' })
  assert.equal(accepted.status, 200)
  const view = (await accepted.json()) as Record<string, unknown>
  assert.deepEqual(
    [view['intent_id'], view['state'], view['order_id']],
    ['oi_lost0001', 'accepted', '14862735488205987840'],
  )
  const { by, reason: told } = view['resolution'] as Record<string, unknown>
  assert.deepEqual([by, told], ['key:boss', reason])
  for (const state of ['rejected', 'absent', 'lapsed']) assert.equal((await resolve({ state, reason })).status, 200)
  const none = { orderId: null, orderIdEx: null, by: 'key:boss', reason, id: 'oi_lost0001' }
  assert.deepEqual(gateway.decisions, [
    { ...none, state: 'accepted', orderId: '14862735488205987840', orderIdEx: 'FT77' },
    { ...none, state: 'rejected' },
    { ...none, state: 'absent' },
    { ...none, state: 'lapsed' },
  ])
  gateway.entries = [MINE, OTHER]
})

test('a decision that is not whole, or not possible, changes nothing', async () => {
  const { gateway, send } = rig
  gateway.forget()
  const url = (id: string) => `POST /api/admin/order-intents/${id}/resolve`
  const whole = { state: 'absent', reason: 'the app does not list it' }
  const cases = [
    [{}, 'request.missing_field', /^state/],
    [{ state: 'absent' }, 'request.missing_field', /^reason/],
    [{ ...whole, state: null }, 'request.missing_field', /^state/],
    [{ ...whole, reason: null }, 'request.missing_field', /^reason/],
    [{ ...whole, reason: ' ' }, 'request.invalid_value', /^reason/],
    [{ ...whole, reason: 'a\nb' }, 'request.invalid_value', /^reason/],
    [{ ...whole, reason: 'x'.repeat(501) }, 'request.invalid_value', /^reason: expected a text of 1 to 500/],
    [{ ...whole, state: 'unknown' }, 'request.invalid_value', /^state: expected one of accepted/],
    [{ ...whole, order_id: '7' }, 'request.invalid_value', /^order_id: expected this field only with/],
    [{ ...whole, order_id_ex: 'FT7' }, 'request.invalid_value', /^order_id_ex: expected this field only with/],
    [{ ...whole, state: 'accepted', order_id: 1.5 }, 'request.invalid_value', /^order_id: expected an order id/],
    [{ ...whole, states: 1 }, 'request.unknown_field', /did you mean state/],
  ] as const
  for (const [body, code, says] of cases) {
    const error = await readError(await send(url('oi_mine0001'), { token: tokenOf('boss'), body }), 400)
    assert.equal(error.code, code, error.error)
    assert.match(error.error, says)
  }
  await readError(await send(`${url('oi_mine0001')}?force=true`, { token: tokenOf('boss'), body: whole }), 400)
  await readError(await send(url('oi_mine0001'), { token: tokenOf('bot'), body: whole }), 403)
  await readError(await send(url('7'), { token: tokenOf('boss'), body: whole }), 404)
  assert.equal(gateway.touched, 0)
  const missing = await send(url('oi_00000000'), { token: tokenOf('boss'), body: whole })
  assert.equal((await readError(missing, 404)).code, 'order.unknown_intent')
  const decided = await send(url('oi_mine0001'), { token: tokenOf('boss'), body: whole })
  assert.equal((await readError(decided, 409)).code, 'order.already_decided')
})
