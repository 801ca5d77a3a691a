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
