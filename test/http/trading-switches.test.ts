import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keysJson, makeRig, readError, signJwt, tokenOf } from './rig.ts'

const KEYS_JSON = keysJson(
  { id: 'bot', scopes: ['trade:simulate'] },
  { id: 'other', scopes: ['trade:real'] },
  { id: 'boss', scopes: ['admin'] },
  { id: 'reader', scopes: ['acc:read', 'qot:read', 'trade:unlock'] },
)
const { gateway, send } = makeRig({ KEYS_JSON })

const post = (path: string, id: string, body?: unknown) => send(`POST ${path}`, { token: tokenOf(id), body })

async function answered(path: string, id: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await post(path, id, body)
  const text = await response.text()
  assert.equal(response.status, 200, text)
  return JSON.parse(text)
}

test('a trader halts and resumes its own key, with or without naming it', async () => {
  gateway.forget()
  for (const body of [undefined, {}, { scope: 'key' }, { key: 'bot' }, { scope: 'key', key: 'key:bot' }]) {
    assert.deepEqual(await answered('/api/trading/halt', 'bot', body), {
      halted: true,
      scope: 'key',
      caller: 'key:bot',
      stored: true,
      cancelling: false,
      cancels: [],
    })
    assert.deepEqual(await answered('/api/trading/resume', 'bot', body), {
      halted: false,
      scope: 'key',
      caller: 'key:bot',
      halts: [],
    })
    const own = { kind: 'caller', caller: 'key:bot' }
    assert.deepEqual(gateway.halts.pop()?.scope, own)
    assert.deepEqual(gateway.resumes.pop(), own)
  }
})

test('an administrator halts any key, any subject, an account or everything', async () => {
  gateway.forget()
  const cases = [
    [{ key: 'other' }, { kind: 'caller', caller: 'key:other' }],
    [{ key: 'jwt:alice' }, { kind: 'caller', caller: 'jwt:alice' }],
    [{}, { kind: 'caller', caller: 'key:boss' }],
    [
      { scope: 'account', acc_id: '281756455988247813' },
      { kind: 'account', accId: '281756455988247813' },
    ],
    [
      { scope: 'account', acc_id: 5 },
      { kind: 'account', accId: '5' },
    ],
    [{ scope: 'all' }, { kind: 'all' }],
  ] as const
  for (const [body, scope] of cases) {
    await answered('/api/trading/halt', 'boss', body)
    await answered('/api/trading/resume', 'boss', body)
    assert.deepEqual([gateway.halts.pop()?.scope, gateway.resumes.pop()], [scope, scope])
  }
})

test('whoever is no administrator halts and resumes nobody else, and learns of no other key', async () => {
  gateway.forget()
  const bodies = [
    { key: 'other' },
    { key: 'nobody' },
    { key: 'jwt:bot' },
    { scope: 'account', acc_id: 5 },
    { scope: 'all' },
  ]
  for (const path of ['/api/trading/halt', '/api/trading/resume']) {
    for (const body of bodies) {
      const error = await readError(await post(path, 'bot', body), 403)
      assert.deepEqual([error.code, error['required_scopes']], ['auth.insufficient_scope', ['admin']])
    }
    await readError(await post(path, 'reader', {}), 403)
  }
  assert.equal(gateway.touched, 0)
})

test('a JWT is its subject, not the key of that name', async () => {
  gateway.forget()
  const token = await signJwt(['trade:real'], { sub: 'bot' })
  assert.equal((await send('POST /api/trading/halt', { token })).status, 200)
  assert.deepEqual(gateway.halts[0]?.scope, { kind: 'caller', caller: 'jwt:bot' })
  assert.equal((await send('POST /api/trading/halt', { token, body: { key: 'bot' } })).status, 403)
})

test('the halt of a key that was removed since can be ended by an administrator, and no new one begun', async () => {
  gateway.forget()
  await readError(await post('/api/trading/halt', 'boss', { key: 'removed' }), 400)
  await answered('/api/trading/resume', 'boss', { key: 'removed' })
  assert.deepEqual(gateway.resumes.pop(), { kind: 'caller', caller: 'key:removed' })
  await readError(await post('/api/trading/resume', 'bot', { key: 'removed' }), 403)
})

test('a halt may cancel what is open, and says what became of each order', async () => {
  gateway.forget()
  const line = { code: '00700', outcome: 'refused', detail: 'locked' } as const
  gateway.haltReport = {
    isStored: false,
    isCancelling: true,
    cancels: [{ accId: '5', orderId: '7', orderIdEx: 'FT7', ...line, isPending: true }],
  }
  const headers = { 'X-Request-Id': 'mine' }
  const options = { token: tokenOf('bot'), body: { cancel_open_orders: true }, headers }
  const answer = (await (await send('POST /api/trading/halt', options)).json()) as Record<string, unknown>
  assert.deepEqual([answer['stored'], answer['cancelling']], [false, true])
  assert.deepEqual(answer['cancels'], [{ acc_id: '5', order_id: '7', order_id_ex: 'FT7', ...line, pending: true }])
  const [{ scope: _, ...rest } = assert.fail('no halt')] = gateway.halts
  const by = { caller: 'key:bot', requestId: 'mine' }
  assert.deepEqual(rest, { isByAdmin: false, cancelsOpenOrders: true, includesForeign: false, ...by })
  gateway.haltReport = { isStored: true, isCancelling: false, cancels: [] }
  await answered('/api/trading/halt', 'bot', { cancel_open_orders: null })
  assert.equal(gateway.halts[1]?.cancelsOpenOrders, false)
})

test('orders that did not go through the gateway are cancelled for an administrator, by account or everywhere', async () => {
  gateway.forget()
  const all = { cancel_open_orders: true, include_foreign: true }
  const error = await readError(await post('/api/trading/halt', 'bot', all), 403)
  assert.deepEqual(error['required_scopes'], ['admin'])
  for (const body of [all, { scope: 'all', include_foreign: true }]) {
    const refused = await readError(await post('/api/trading/halt', 'boss', body), 400)
    assert.match(refused.error, /^include_foreign: expected this field only with/)
  }
  assert.equal(gateway.touched, 0)
  await answered('/api/trading/halt', 'boss', { scope: 'account', acc_id: 5, ...all })
  await answered('/api/trading/halt', 'boss', { scope: 'all', ...all })
  await answered('/api/trading/halt', 'bot', { cancel_open_orders: true, include_foreign: false })
  assert.deepEqual(
    gateway.halts.map(({ includesForeign }) => includesForeign),
    [true, true, false],
  )
})

test('what an administrator halted, the key itself cannot resume', async () => {
  gateway.forget()
  gateway.isHaltedByAdmin = true
  const error = await readError(await post('/api/trading/resume', 'bot'), 403)
  assert.equal(error.code, 'auth.insufficient_scope')
  await answered('/api/trading/resume', 'boss', { key: 'bot' })
  gateway.isHaltedByAdmin = false
})

test('a switch that would not do what it says is refused', async () => {
  gateway.forget()
  const cases = [
    [{ scope: 'keys' }, 'request.invalid_value', /^scope: expected one of key, account, all/],
    [{ key: 'typo' }, 'request.invalid_value', /^key: expected the id of a key/],
    [{ key: 5 }, 'request.invalid_value', /^key/],
    [{ scope: 'all', key: 'bot' }, 'request.invalid_value', /^key: expected this field only with "scope": "key"/],
    [{ acc_id: 5 }, 'request.invalid_value', /^acc_id: expected this field only with "scope": "account"/],
    [{ scope: 'account' }, 'request.missing_field', /^acc_id/],
    [{ scope: 'account', acc_id: 'five' }, 'request.invalid_value', /^acc_id/],
    [
      { all: true },
      'request.unknown_field',
      /^all: unknown field \(allowed: scope, key, acc_id, cancel_open_orders, include_foreign\)$/,
    ],
    [{ cancel_open_order: true }, 'request.unknown_field', /did you mean cancel_open_orders/],
    [{ cancel_open_orders: 'true' }, 'request.invalid_value', /^cancel_open_orders: expected true or false/],
    [[], 'request.invalid_value', /^body: expected a JSON object/],
  ] as const
  for (const [body, code, says] of cases) {
    const error = await readError(await post('/api/trading/halt', 'boss', body), 400)
    assert.equal(error.code, code, error.error)
    assert.match(error.error, says)
  }
  const strays = await readError(await post('/api/trading/resume', 'boss', { cancel_open_orders: true }), 400)
  assert.equal(strays.code, 'request.unknown_field')
  // The id of a key is looked up; nothing else happens.
  assert.deepEqual([gateway.halts, gateway.resumes, gateway.calls], [[], [], []])
})

test("a cancel-after is the caller's own; it is armed, renewed and disarmed", async () => {
  gateway.forget()
  const firesAt = '2026-11-22T12:01:00.000Z'
  assert.deepEqual(await answered('/api/trading/cancel-after', 'bot', { seconds: 60 }), {
    armed: true,
    stored: true,
    fires_at: firesAt,
    fires_at_ms: Date.parse(firesAt),
  })
  for (const seconds of [0, null]) {
    assert.deepEqual(await answered('/api/trading/cancel-after', 'bot', { seconds }), {
      armed: false,
      stored: true,
      fires_at: null,
      fires_at_ms: null,
    })
  }
  gateway.hasFired = true
  assert.equal(
    (await readError(await post('/api/trading/cancel-after', 'bot', { seconds: 60 }), 409)).code,
    'switch.fired',
  )
  gateway.hasFired = false
  await answered('/api/trading/cancel-after', 'other', { seconds: 86_400 })
  assert.deepEqual(
    gateway.timers.map(({ caller, seconds }) => [caller, seconds]),
    [
      ['key:bot', 60],
      ['key:bot', null],
      ['key:bot', null],
      ['key:other', 86_400],
    ],
  )
})

test('a cancel-after that guards nothing is refused, and so is who cannot trade', async () => {
  gateway.forget()
  for (const seconds of [1, 4, 86_401, -5, 5.5, '60', true]) {
    const error = await readError(await post('/api/trading/cancel-after', 'bot', { seconds }), 400)
    assert.match(error.error, /^seconds: expected a whole number from 5 to 86400, or 0 or null to switch it off/)
  }
  assert.equal((await readError(await post('/api/trading/cancel-after', 'bot'), 400)).code, 'request.missing_field')
  for (const id of ['boss', 'reader']) {
    await readError(await post('/api/trading/cancel-after', id, { seconds: 60 }), 403)
  }
  assert.equal(gateway.touched, 0)
})
