import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyRig, keysJson, makeRig, NOW_MS, readError, signJwt, tokenOf } from './rig.ts'

const SNAPSHOT = { security_list: [{ market: 1, code: '00700' }] }
const BUDGET = { limit: 60, windowMs: 30_000, remaining: 59, resetMs: 29_001 }

test('a relayed answer says where it came from, and of when it is', async () => {
  const { gateway, send } = keyRig(['qot:read', 'acc:read'])
  gateway.asOfMs = Date.UTC(2026, 10, 22, 12, 0, 0, 7)
  for (const source of ['push', 'upstream', 'coalesced', 'cache'] as const) {
    gateway.source = source
    for (const route of ['GET /api/global-state', 'GET /api/accounts']) {
      const { headers } = await send(route)
      assert.equal(headers.get('X-Source'), source)
      assert.equal(headers.get('X-As-Of'), '2026-11-22T12:00:00.007Z')
      assert.equal(headers.get('RateLimit'), null, 'a call without a budget')
      assert.equal(headers.get('RateLimit-Policy'), null)
    }
  }
})

test("what is left of OpenD's limit, in whole seconds that are never too short", async () => {
  const { gateway, send } = keyRig(['qot:read'])
  const budgets: readonly (readonly [typeof BUDGET, string, string])[] = [
    [BUDGET, '"opend";q=60;w=30', '"opend";r=59;t=30'],
    [{ ...BUDGET, remaining: 0, resetMs: 1_000 }, '"opend";q=60;w=30', '"opend";r=0;t=1'],
    [{ limit: 10, windowMs: 30_000, remaining: 10, resetMs: 0 }, '"opend";q=10;w=30', '"opend";r=10'],
  ]
  for (const [budget, policy, state] of budgets) {
    gateway.budget = budget
    const { headers } = await send('POST /api/snapshot', { body: SNAPSHOT, headers: { Pragma: 'no-cache' } })
    assert.equal(headers.get('RateLimit-Policy'), policy)
    assert.equal(headers.get('RateLimit'), state)
  }
})

test("refusals carry the budget too: OpenD's own, the gateway's, and that of a subscription on the way", async () => {
  const { gateway, send } = keyRig(['qot:read'])
  gateway.budget = { ...BUDGET, remaining: 0 }
  const ask = (path: string, body: object) => send(`POST ${path}`, { body })

  gateway.answer('Qot_GetSecuritySnapshot', { retType: -1, retMsg: 'no' })
  const refused = await ask('/api/snapshot', SNAPSHOT)
  assert.equal((await readError(refused, 400)).code, 'opend.refused')
  assert.equal(refused.headers.get('RateLimit'), '"opend";r=0;t=30')
  assert.equal(refused.headers.get('X-Source'), 'upstream', 'OpenD did answer')

  const failure = { code: 'upstream.rate_limited', limit: 60, windowMs: 30_000, retryAfterMs: 29_001 } as const
  gateway.answer('Qot_GetSecuritySnapshot', failure).answer('Qot_Sub', failure)
  for (const [path, body] of [
    ['/api/snapshot', SNAPSHOT],
    ['/api/quote', { ...SNAPSHOT, sub_type_list: [1] }],
  ] as const) {
    const limited = await ask(path, body)
    assert.equal((await readError(limited, 429)).code, 'upstream.rate_limited')
    assert.equal(limited.headers.get('RateLimit-Policy'), '"opend";q=60;w=30')
    assert.equal(limited.headers.get('RateLimit'), '"opend";r=0;t=30')
    assert.equal(limited.headers.get('Retry-After'), '30')
    assert.equal(limited.headers.get('X-Source'), null, 'nothing was answered, so nothing has a source')
  }
})

test('a caller who wants the truth of now says so in the words of HTTP', async () => {
  const { gateway, send } = keyRig(['qot:read'])
  const isFresh = async (headers: Record<string, string>): Promise<boolean | undefined> => {
    gateway.forget()
    await send('GET /api/global-state', { headers })
    return gateway.calls[0]?.isFresh
  }
  for (const value of [
    'no-cache',
    'no-store',
    'No-Cache',
    'max-age=0, no-cache',
    'no-store,max-age=0',
    'no-cache ="x"',
  ]) {
    assert.equal(await isFresh({ 'Cache-Control': value }), true, value)
  }
  assert.equal(await isFresh({ Pragma: 'no-cache' }), true)
  for (const value of ['', 'max-age=0', 'no-transform', 'x-no-cache', 'no-cacheable', 'only-if-cached']) {
    assert.equal(await isFresh({ 'Cache-Control': value }), false, value)
  }
  assert.equal(await isFresh({ Pragma: 'x' }), false)
  assert.equal(await isFresh({}), false)
})

test("a key's share of the quota goes with each of its calls; a JWT has none, whatever it claims", async () => {
  const KEYS_JSON = keysJson(
    { id: 'half', scopes: ['qot:read'], subscription_quota: 50 },
    { id: 'free', scopes: ['qot:read'] },
  )
  const { gateway, send } = makeRig({ KEYS_JSON })
  const sharesOf = async (token: string): Promise<readonly (number | null)[]> => {
    gateway.forget()
    await send('POST /api/quote', { token, body: { ...SNAPSHOT, sub_type_list: [1] } })
    return gateway.calls.map(({ quotaShare }) => quotaShare)
  }
  assert.deepEqual(await sharesOf(tokenOf('half')), [50, 50])
  assert.deepEqual(await sharesOf(tokenOf('free')), [null, null])
  const jwt = await signJwt(['qot:read'], { subscription_quota: 5, exp: NOW_MS / 1000 + 60 })
  assert.deepEqual(await sharesOf(jwt), [null, null])
})
