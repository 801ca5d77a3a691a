import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Failure } from '../../src/base/failure.ts'
import type { Budgets } from '../../src/limits/limit-state.ts'
import type { OrderReply } from '../../src/orders/request.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import { keyRig, makeRig, readError, type Rig, signJwt } from './rig.ts'

const HEADER = { trd_env: 0, acc_id: 5, trd_market: 1 }
const ORDER = { header: HEADER, trd_side: 1, order_type: 1, code: '00700', qty: 100, price: 300 }
const INTENT = 'oi_abcd1234'
const LINK = `</api/order-intents/${INTENT}>; rel="status"`

async function sentKey(rig: Rig, body: object, headers: Record<string, string> = {}): Promise<string | null> {
  const response = await rig.send('POST /api/order', { body, headers })
  assert.equal(response.status, 200, await response.text())
  const order = rig.gateway.orders.at(-1)
  assert.ok(order)
  return order.idempotencyKey
}

test('the idempotency key is the header, else the packet id, else none; the two kinds are never the same', async () => {
  const rig = keyRig(['trade:simulate'])
  const packet = { packet_id: { conn_id: '18446744073709551615', serial_no: 7 } }
  assert.equal(await sentKey(rig, ORDER), null)
  assert.equal(await sentKey(rig, { ...ORDER, ...packet }), 'pid:18446744073709551615:7')
  assert.equal(await sentKey(rig, { ...ORDER, packet_id: { conn_id: 0, serial_no: 0 } }), null)
  assert.equal(await sentKey(rig, { ...ORDER, ...packet }, { 'Idempotency-Key': 'abc' }), 'key:abc')
  assert.equal(await sentKey(rig, ORDER, { 'Idempotency-Key': 'pid:1:1' }), 'key:pid:1:1')
})

test('a packet id changes nothing of the bytes, so one order has one body', async () => {
  const rig = keyRig(['trade:simulate'])
  await sentKey(rig, ORDER)
  await sentKey(rig, { c2s: { ...ORDER, packetID: { connID: 9, serialNo: 9 } } })
  const { header, ...rest } = ORDER
  await sentKey(rig, { ...header, ...rest, packet_id: { conn_id: 0, serial_no: 0 } })
  const [first, ...others] = rig.gateway.orders.map(({ body }) => body)
  for (const body of others) assert.deepEqual(body, first)
})

test('an idempotency key of another form is refused before anything is sent', async () => {
  const { gateway, send } = keyRig(['trade:simulate'])
  for (const key of ['', 'a b', 'one, two', 'é', 'x'.repeat(129)]) {
    const response = await send('POST /api/order', { body: ORDER, headers: { 'Idempotency-Key': key } })
    const error = await readError(response, 400)
    assert.equal(error.code, 'request.invalid_value')
    assert.match(error.error, /^Idempotency-Key: expected 1 to 128 visible ASCII/)
  }
  assert.equal(gateway.touched, 0)
  for (const key of ['x'.repeat(128), '!"#~']) {
    assert.equal((await send('POST /api/order', { body: ORDER, headers: { 'Idempotency-Key': key } })).status, 200)
  }
})

test('an answered order names its entry, and a replay says that it is one', async () => {
  const { gateway, send } = keyRig(['trade:simulate'])
  const ok = encodeMessage('Trd_PlaceOrder.Response', { retType: 0 })
  const refusal = encodeMessage('Trd_PlaceOrder.Response', { retType: -1, retMsg: 'no' })
  for (const isReplay of [false, true]) {
    for (const [bytes, status] of [
      [ok, 200],
      [refusal, 400],
    ] as const) {
      gateway.orderAnswer = {
        reply: {
          kind: 'answered',
          body: bytes,
          intentId: INTENT,
          state: status === 200 ? 'accepted' : 'rejected',
          isReplay,
        },
        budgets: null,
      }
      const response = await send('POST /api/order', { body: ORDER })
      assert.equal(response.status, status)
      assert.equal(response.headers.get('X-Order-Intent'), INTENT)
      assert.equal(response.headers.get('Link'), LINK)
      assert.equal(response.headers.get('Idempotency-Replayed'), isReplay ? 'true' : null)
      assert.equal(response.headers.get('Location'), null)
    }
  }
})

test('an order whose outcome is not known is a 202 that says where to look', async () => {
  const { gateway, send } = keyRig(['trade:simulate'])
  gateway.orderAnswer = { reply: { kind: 'unknown', intentId: INTENT, isReplay: true }, budgets: null }
  const response = await send('POST /api/order', { body: ORDER, headers: { 'X-Request-Id': 'mine' } })
  assert.equal(response.status, 202)
  assert.equal(response.headers.get('Location'), `/api/order-intents/${INTENT}`)
  assert.equal(response.headers.get('Idempotency-Replayed'), 'true')
  const { message, ...body } = (await response.json()) as Record<string, unknown>
  assert.match(String(message), /not known.*does not send the order again/)
  assert.deepEqual(body, {
    intent_id: INTENT,
    state: 'unknown',
    intent_url: `/api/order-intents/${INTENT}`,
    request_id: 'mine',
  })
})

async function refusedWith(failure: Failure, intentId: string | null = null): Promise<Response> {
  const { gateway, send } = keyRig(['trade:simulate'])
  const state = intentId === null ? null : 'accepted'
  const reply: OrderReply = { kind: 'refused', failure, intentId, state, isReplay: false }
  gateway.orderAnswer = { reply, budgets: null }
  return send('POST /api/order', { body: ORDER })
}

test('what the ledger refuses is told with the entry that is in the way', async () => {
  const cases = [
    ['order.idempotency_conflict', 409, /another order.*new key/],
    ['order.in_flight', 409, /not been answered yet/],
    ['order.absent', 500, /do not contain the order: nothing was traded, and it may be sent again/],
  ] as const
  for (const [code, status, says] of cases) {
    const response = await refusedWith({ code, intentId: INTENT }, INTENT)
    assert.equal(response.headers.get('X-Order-Intent'), INTENT)
    assert.equal(response.headers.get('Link'), LINK)
    const error = await readError(response, status)
    assert.equal(error.code, code)
    assert.match(error.error, says)
    assert.equal(error['intent_id'], INTENT)
    assert.equal(error['intent_url'], `/api/order-intents/${INTENT}`)
  }
})

test('a limit is a 429 with the known words, and Retry-After exactly when waiting helps', async () => {
  const cases: readonly (readonly [Failure & { text: string }, boolean, string | null])[] = [
    [
      { code: 'limits.rate', text: 'rate limit exceeded: 3 orders in the last 60s (cap 3)', retryAfterMs: 11_001 },
      true,
      '12',
    ],
    [
      { code: 'limits.hours', text: 'outside trading hours: 03:00 is not in 09:30-16:00 UTC', retryAfterMs: 0 },
      true,
      '1',
    ],
    [
      { code: 'limits.symbol', text: 'symbol not allowed: HK.00700 (allowed: US.AAPL)', retryAfterMs: null },
      false,
      null,
    ],
    [{ code: 'limits.halted', text: 'trading is halted for everybody', retryAfterMs: null }, false, null],
  ]
  for (const [failure, retryable, retryAfter] of cases) {
    const response = await refusedWith(failure)
    assert.equal(response.headers.get('Retry-After'), retryAfter)
    assert.equal(response.headers.get('X-Order-Intent'), null)
    const error = await readError(response, 429)
    assert.equal(error.error, `limit check failed: ${failure.text}`)
    assert.equal(error.code, failure.code)
    assert.equal(error['retryable'], retryable)
  }
})

const BUDGETS: Budgets = {
  rate: { cap: 3, used: 2, resetMs: 0 },
  day: '2026-11-22',
  dayEndsInMs: 43_200_000,
  usedToday: new Map([['HKD', 27_000_500_000_000n]]),
}

test('the RateLimit headers tell what is left of the own budget, whatever the answer is', async () => {
  const cases = [
    [{ cap: 3, used: 2, resetMs: 0 }, '"orders";r=1'],
    [{ cap: 3, used: 3, resetMs: 11_001 }, '"orders";r=0;t=12'],
    [{ cap: 3, used: 5, resetMs: null }, '"orders";r=0'],
  ] as const
  const failure = { code: 'limits.rate', text: 'x', retryAfterMs: 1 } as const
  const replies: readonly OrderReply[] = [
    {
      kind: 'answered',
      body: encodeMessage('Trd_PlaceOrder.Response', { retType: 0 }),
      intentId: INTENT,
      state: 'accepted',
      isReplay: false,
    },
    { kind: 'unknown', intentId: INTENT, isReplay: false },
    { kind: 'refused', failure, intentId: null, state: 'refused', isReplay: false },
  ]
  const { gateway, send } = keyRig(['trade:simulate'])
  for (const [rate, expected] of cases) {
    for (const reply of replies) {
      gateway.orderAnswer = { reply, budgets: { ...BUDGETS, rate } }
      const { headers } = await send('POST /api/order', { body: ORDER })
      assert.equal(headers.get('RateLimit-Policy'), '"orders";q=3;w=60')
      assert.equal(headers.get('RateLimit'), expected)
    }
  }
  gateway.orderAnswer = { reply: replies[0] ?? assert.fail(), budgets: { ...BUDGETS, rate: null } }
  const { headers } = await send('POST /api/order', { body: ORDER })
  assert.equal(headers.has('RateLimit') || headers.has('RateLimit-Policy'), false)
})

test('the limits of a key go along with its orders; a JWT has none', async () => {
  const { gateway, send } = keyRig(['trade:real'], { max_orders_per_minute: 3, allowed_markets: ['HK'] })
  await send('POST /api/modify-order', { body: { header: HEADER, order_id: '7', modify_order_op: 'Cancel' } })
  const [{ limits, protoId } = assert.fail('no order call')] = gateway.orders
  assert.deepEqual([limits?.maxOrdersPerMinute, limits?.allowedMarkets, protoId], [3, ['HK'], 2205])

  const jwt = makeRig()
  await jwt.send('POST /api/order', { body: ORDER, token: await signJwt(['trade:real']) })
  assert.equal(jwt.gateway.orders[0]?.limits, null)
})
