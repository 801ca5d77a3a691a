import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { SCOPES } from '../../src/auth/scope.ts'
import { API_ENDPOINTS, OPERATIONS } from '../../src/endpoints.ts'
import { keysJson, makeRig, readError, tokenOf } from './rig.ts'

/** A refusal of which nothing is written down. */
const NO_ENTRY = { intentId: null, state: 'refused', isReplay: false } as const

const PAGE = 'https://app.example.com'
const KEYS_JSON = keysJson({ id: 'bot', scopes: SCOPES })
const { gateway, send } = makeRig({ KEYS_JSON, ALLOWED_ORIGINS: `${PAGE}, http://localhost:5173` })
const token = tokenOf('bot')
const ASKS = { 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization,content-type' }

const preflight = (path: string, origin: string) => send(`OPTIONS ${path}`, { headers: { ...ASKS, Origin: origin } })

function corsHeaders({ headers }: Response): readonly string[] {
  return [...headers.keys()].filter((name) => name.startsWith('access-control-'))
}

function listOf({ headers }: Response, name: string): ReadonlySet<string> {
  return new Set((headers.get(name) ?? '').split(', ').map((one) => one.toLowerCase()))
}

test('the preflight of a listed origin is answered on every path, cached, without a token and without credentials', async () => {
  gateway.forget()
  for (const { path } of [...API_ENDPOINTS, ...OPERATIONS, { path: '/api/nothing' }]) {
    const response = await preflight(path, PAGE)
    assert.equal(response.status, 204, path)
    assert.equal(await response.text(), '')
    assert.equal(response.headers.get('Access-Control-Allow-Origin'), PAGE)
    assert.equal(response.headers.get('Access-Control-Allow-Methods'), 'GET, HEAD, POST')
    assert.equal(response.headers.get('Access-Control-Max-Age'), '7200')
    assert.equal(response.headers.get('Access-Control-Allow-Credentials'), null)
    assert.equal(response.headers.get('Vary'), 'Origin')
    assert.ok(response.headers.get('X-Request-Id'))
    const allowed = listOf(response, 'Access-Control-Allow-Headers')
    for (const name of ['authorization', 'content-type', 'idempotency-key']) assert.ok(allowed.has(name), name)
  }
  assert.equal(gateway.touched, 0)
})

test('a page of a listed origin reads answers and errors, and every header that they carry', async () => {
  gateway.forget()
  const headers = { Origin: PAGE }
  gateway.budget = { limit: 60, windowMs: 30_000, remaining: 1, resetMs: 5 }
  const order = { trd_env: 0, acc_id: 5, trd_market: 1, trd_side: 1, order_type: 1, code: '00700', qty: 100, price: 3 }
  const body = { symbols: ['HK.00700'] }
  const responses = [
    await send('POST /api/snapshot', { token, body, headers }),
    await send('POST /api/order', { token, body: order, headers }),
    await send('POST /api/snapshot', { body, headers }),
    await send('PUT /api/snapshot', { headers }),
    await send('GET /api/nothing', { headers }),
    await send('GET /health', { headers }),
  ]
  gateway.orderAnswer = { reply: { kind: 'unknown', intentId: 'oi_00000001', isReplay: true }, budgets: null }
  responses.push(await send('POST /api/order', { token, body: order, headers }))
  const failure = { code: 'limits.rate', text: 'x', retryAfterMs: 1 } as const
  gateway.orderAnswer = { reply: { kind: 'refused', failure, ...NO_ENTRY }, budgets: null }
  responses.push(await send('POST /api/order', { token, body: order, headers }))
  gateway.orderAnswer = null
  assert.deepEqual(
    responses.map(({ status }) => status),
    [200, 200, 401, 405, 404, 200, 202, 429],
  )
  const seen = new Set<string>()
  for (const response of responses) {
    assert.equal(response.headers.get('Access-Control-Allow-Origin'), PAGE)
    assert.equal(response.headers.get('Vary'), 'Origin')
    const exposed = listOf(response, 'Access-Control-Expose-Headers')
    for (const name of response.headers.keys()) {
      if (name.startsWith('access-control-') || ['cache-control', 'content-type', 'vary'].includes(name)) continue
      assert.ok(exposed.has(name), `${name} is not exposed`)
      seen.add(name)
    }
  }
  for (const name of ['ratelimit', 'retry-after', 'x-order-intent', 'idempotency-replayed', 'location', 'link']) {
    assert.ok(seen.has(name), `no answer of this test has ${name}`)
  }
})

test('a page of another origin gets no CORS header, and its preflight is 405', async () => {
  const others = ['https://evil.example.com', 'https://app.example.com:8443', 'http://app.example.com', 'null']
  for (const origin of [...others, 'http://localhost:3000', 'http://localhost', 'https://APP.example.com']) {
    const response = await preflight('/api/quote', origin)
    assert.deepEqual(corsHeaders(response), [], origin)
    await readError(response, 405)
    const answer = await send('GET /api/global-state', { token, headers: { Origin: origin } })
    assert.equal(answer.status, 200)
    assert.deepEqual(corsHeaders(answer), [], origin)
  }
})

test('OPTIONS without an origin, or without the method that a preflight asks for, is 405', async () => {
  const bare = await send('OPTIONS /api/quote')
  assert.deepEqual([corsHeaders(bare), bare.headers.get('Vary')], [[], null])
  await readError(bare, 405)
  await readError(await send('OPTIONS /api/quote', { headers: ASKS }), 405)
  const simple = await send('OPTIONS /api/quote', { headers: { Origin: PAGE } })
  assert.equal(simple.headers.get('Access-Control-Allow-Origin'), PAGE)
  await readError(simple, 405)
})

test('without ALLOWED_ORIGINS no origin is allowed', async () => {
  const { send: sendBare } = makeRig({ KEYS_JSON })
  const response = await sendBare('OPTIONS /api/quote', { headers: { ...ASKS, Origin: PAGE } })
  assert.deepEqual(corsHeaders(response), [])
  await readError(response, 405)
})

test('a bug and a wrong configuration: the page reads the one and learns nothing of the other', async (context) => {
  context.after(() => mock.restoreAll())
  mock.method(console, 'error', () => {})
  const { gateway: broken, send: sendBroken } = makeRig({ KEYS_JSON, ALLOWED_ORIGINS: PAGE })
  broken.call = () => Promise.reject(new Error('a test'))
  const bug = await sendBroken('GET /api/global-state', { token, headers: { Origin: PAGE } })
  assert.equal(bug.headers.get('Access-Control-Allow-Origin'), PAGE)
  await readError(bug, 500)
  const wrong = await send('GET /api/global-state', { token, headers: { Origin: PAGE }, env: {} })
  assert.deepEqual(corsHeaders(wrong), [])
  await readError(wrong, 500)
})

test('a preflight of an origin that is not listed is refused with the setting that lists it', async () => {
  const response = await preflight('/api/quote', 'https://other.example.com')
  assert.match((await readError(response, 405)).error, /add that origin to ALLOWED_ORIGINS\.$/)
})
