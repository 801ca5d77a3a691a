import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyRig } from './rig.ts'

const ROUTES = [
  'GET /health',
  'GET /nothing',
  'PUT /api/quote',
  'GET /api/accounts',
  'GET /metrics',
  'GET /readyz',
  'HEAD /health',
]

test("every response carries an id: the caller's own, or a fresh one", async () => {
  const { send } = keyRig(['acc:read'])
  for (const route of ROUTES) {
    const own = await send(route, { headers: { 'X-Request-Id': 'Abc-1.2_3' } })
    assert.equal(own.headers.get('X-Request-Id'), 'Abc-1.2_3', route)
    const fresh = await send(route)
    assert.match(fresh.headers.get('X-Request-Id') ?? '', /^fresh-\d+$/, route)
  }
})

test('an id that could disturb a log or a header is replaced', async () => {
  const { send } = keyRig([])
  for (const id of ['', 'a b', 'a'.repeat(65), '<script>', 'a"b', 'ü']) {
    const response = await send('GET /health', { headers: { 'X-Request-Id': id } })
    assert.match(response.headers.get('X-Request-Id') ?? '', /^fresh-\d+$/, id)
  }
})

test('order calls of one request id are told apart by an id that no client can choose', async () => {
  const { gateway, send } = keyRig(['trade:simulate'])
  const body = { trd_env: 0, acc_id: 5, trd_market: 1, trd_side: 1, order_type: 1, code: '00700', qty: 100, price: 300 }
  const headers = { 'X-Request-Id': 'mine' }
  for (let i = 0; i < 2; i++) assert.equal((await send('POST /api/order', { body, headers })).status, 200)
  assert.deepEqual(
    gateway.orders.map(({ requestId }) => requestId),
    ['mine', 'mine'],
  )
  assert.equal(new Set(gateway.orders.map(({ callId }) => callId)).size, 2)
  for (const { callId } of gateway.orders) assert.match(callId ?? '', /^fresh-\d+$/)
})
