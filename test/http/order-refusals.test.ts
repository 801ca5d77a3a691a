import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Failure } from '../../src/base/failure.ts'
import type { EntryState } from '../../src/orders/entry.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import { type ErrorBody, keyRig, readError } from './rig.ts'

const HEADER = { trd_env: 0, acc_id: 5, trd_market: 1 }
const ORDER = { header: HEADER, trd_side: 1, order_type: 1, code: '00700', qty: 100, price: 300 }
const INTENT = 'oi_abcd1234'
const ENTRY = { intent_id: INTENT, intent_url: `/api/order-intents/${INTENT}` }
const { gateway, send } = keyRig(['trade:simulate', 'trade:real'])

async function refusedWith(failure: Failure, state: EntryState, status: number, isReplay = false): Promise<ErrorBody> {
  gateway.orderAnswer = { reply: { kind: 'refused', failure, intentId: INTENT, state, isReplay }, budgets: null }
  return readError(await send('POST /api/order', { body: ORDER }), status)
}

/** OpenD refuses the call; `state` is that of the entry. */
function openDRefuses(isReplay = false, retMsg = 'not supported'): void {
  const body = encodeMessage('Trd_ModifyOrder.Response', { retType: -1, retMsg })
  const entry = { intentId: INTENT, state: 'rejected', isReplay } as const
  gateway.orderAnswer = { reply: { kind: 'answered', body, ...entry }, budgets: null }
}

const link = { detail: 'proxy request failed', retryInMs: 1_500 }

test('OpenD down while an order is placed: the answer says that nothing was sent, and names the entry', async () => {
  const cases = [
    ['gateway.connect_failed', 'refused'],
    ['gateway.connect_timeout', 'not_sent'],
    ['gateway.init_rejected', 'not_sent'],
    ['gateway.not_ready', 'not_sent'],
    ['gateway.parked', 'refused'],
    ['gateway.disconnected', 'not_sent'],
    ['gateway.silent', 'not_sent'],
  ] as const
  for (const [code, state] of cases) {
    const error = await refusedWith({ code, ...link }, state, 500)
    assert.match(error.error, /nothing was sent/i, code)
    assert.doesNotMatch(error.error, /not known/, code)
    const { error: _, code: told, request_id: __, ...facts } = error
    assert.deepEqual([told, facts], [code, { ...ENTRY, state }])
  }
  const failed: Failure = { code: 'opend.failed', retType: -100, retMsg: 'timed out', errCode: null }
  assert.match((await refusedWith(failed, 'refused', 500)).error, /timed out\. Nothing was sent\.$/)
})

test('every refusal of an order call with an entry names it: limits, halts and OpenD alike', async () => {
  const limit = { code: 'limits.rate', text: 'rate limit exceeded', retryAfterMs: 5 } as const
  const { error, retryable, ...rest } = await refusedWith(limit, 'refused', 429)
  assert.deepEqual([error, retryable], ['limit check failed: rate limit exceeded', true])
  assert.deepEqual([rest['intent_id'], rest['intent_url'], rest['state']], [INTENT, ENTRY.intent_url, 'refused'])
  openDRefuses()
  const body = await readError(await send('POST /api/order', { body: ORDER }), 400)
  assert.deepEqual([body.code, body['intent_id'], body['state']], ['opend.refused', INTENT, 'rejected'])
  assert.deepEqual([body['ret_type'], body['ret_msg'], body['s2c']], [-1, 'not supported', null])
  const conflict = await refusedWith({ code: 'order.idempotency_conflict', intentId: INTENT }, 'accepted', 409)
  assert.deepEqual([conflict['intent_id'], conflict['state']], [INTENT, 'accepted'])
})

test('a stored refusal that is given again says so in its body and in its header', async () => {
  for (const isReplay of [false, true]) {
    openDRefuses(isReplay)
    const response = await send('POST /api/order', { body: ORDER })
    assert.equal(response.headers.get('Idempotency-Replayed'), isReplay ? 'true' : null)
    assert.equal((await readError(response, 400))['replayed'], isReplay ? true : undefined)
    const lapsed = await refusedWith({ code: 'order.lapsed', intentId: INTENT }, 'lapsed', 409, isReplay)
    assert.equal(lapsed['replayed'], isReplay ? true : undefined)
  }
})

test('a cancel of all orders that OpenD refuses on a simulated account points to the halt that does it', async () => {
  openDRefuses()
  const all = { ...HEADER, modify_order_op: 2, order_id: 0, for_all: true }
  const simulated = [
    ['POST /api/cancel-all-order', HEADER],
    ['POST /api/modify-order', all],
  ] as const
  for (const [route, body] of simulated) {
    const { error } = await readError(await send(route, { body }), 400)
    assert.match(error, /POST \/api\/trading\/halt with \{"cancel_open_orders": true\}.*POST \/api\/trading\/resume/)
  }
  const others = [
    ['POST /api/cancel-all-order', { ...HEADER, trd_env: 1 }],
    ['POST /api/cancel-order', { ...HEADER, order_id: 7 }],
    ['POST /api/order', ORDER],
  ] as const
  for (const [route, body] of others) {
    assert.doesNotMatch((await readError(await send(route, { body }), 400)).error, /halt/)
  }
})

test('a refusal of a locked account names the call that unlocks it', async () => {
  for (const retMsg of ['Please unlock trade first', '请先解锁交易', '請先解鎖交易']) {
    openDRefuses(false, retMsg)
    const { error } = await readError(await send('POST /api/order', { body: ORDER }), 400)
    assert.match(error, /\. POST \/api\/unlock-trade with \{"unlock": true, "password": "\.\.\."\} unlocks/)
  }
  const unlock = keyRig(['trade:unlock'])
  unlock.gateway.answer('Trd_UnlockTrade', { retType: -1, retMsg: 'Unlock trade failed: wrong password' })
  const body = { unlock: true, password: '123456' }
  assert.doesNotMatch((await readError(await unlock.send('POST /api/unlock-trade', { body }), 400)).error, /POST/)
})

test('a refusal of market 7, which some documents call Japan, names the number of Japan', async () => {
  openDRefuses(false, 'no permission for this market')
  const order = { ...ORDER, header: { ...HEADER, trd_market: 7 } }
  assert.match((await readError(await send('POST /api/order', { body: order }), 400)).error, /Japan is 15/)
  const read = keyRig(['acc:read'])
  read.gateway.answer('Trd_GetPositionList', { retType: -1, retMsg: 'no permission for this market' })
  const positions = await read.send('POST /api/positions', { body: { ...HEADER, trd_market: 7 } })
  assert.match((await readError(positions, 400)).error, /trd_market 7 is crypto; Japan is 15/)
  const { code: _, ...uncoded } = ORDER
  const symbol = await send('POST /api/order', {
    body: { ...uncoded, header: { ...HEADER, trd_market: 7 }, symbol: 'JP.7203' },
  })
  assert.match((await readError(symbol, 400)).error, /^symbol: .*Japan is trd_market 15, not 7$/)
})

test('a failure of the link names its likely cause and what to check', async () => {
  const cases = [
    [
      'gateway.connect_failed',
      /^OpenD could not be reached \(proxy request failed\)\. Check that OpenD runs and that OPEND_URL/,
    ],
    ['gateway.connect_timeout', /firewall/],
    ['gateway.init_timeout', /API port of OpenD, not its WebSocket or telnet port/],
    ['gateway.init_rejected', /RSA key: OPEND_RSA_KEY must hold the private key .*must be unset when OpenD has no key/],
    ['gateway.bad_frame', /API port of OpenD/],
  ] as const
  for (const [code, says] of cases) {
    const read = keyRig(['qot:read'])
    read.gateway.answer('GetGlobalState', { code, ...link })
    const { error } = await readError(await read.send('GET /api/global-state'), 500)
    assert.match(error, says)
    assert.match(error, /The next connection attempt starts in 2 s\.$/)
  }
})
