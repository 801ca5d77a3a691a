import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { OrderRig, PROTO } from './order-rig.ts'
import { TEST_KEY } from './harness.ts'

/** Hooks in the real runtime: an alert becomes an order, once, whatever happens in between. */

type Json = Readonly<Record<string, unknown>>

let rig: OrderRig

before(async () => {
  rig = await OrderRig.start()
})
after(() => rig.close())

interface Hook {
  readonly id: string
  readonly secret: string
}

async function createHook(settings: Json = {}): Promise<Hook> {
  const { status, body } = await rig.worker.api('/api/hooks', { acc_id: rig.account.profile.accId, ...settings })
  assert.equal(status, 201, JSON.stringify(body))
  return body as Hook
}

async function send({ id, secret }: Hook, body: Json | string): Promise<Json> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await rig.worker.fetch(`/hooks/${id}/${secret}`, { method: 'POST', body: text })
  const answer = (await response.json()) as Json
  assert.equal(response.status, 202, JSON.stringify(answer))
  return answer
}

/** The delivery once it does not wait any more: each look is behind a call over the link. */
async function settled({ id }: Hook, delivery: unknown): Promise<Json> {
  for (let look = 0; look < 1_000; look++) {
    const { status, body } = await rig.worker.api(`/api/hooks/${id}/deliveries/${String(delivery)}`)
    assert.equal(status, 200, JSON.stringify(body))
    if ((body as Json)['state'] !== 'waiting') return body as Json
    await rig.caughtUp()
  }
  return assert.fail('the delivery waits for ever')
}

const ALERT = { ticker: '700', exchange: 'HKEX', action: 'buy', contracts: '100' }

test('an alert of TradingView becomes an order of the ledger', async () => {
  const hook = await createHook()
  const received = await send(hook, { ...ALERT, alert_id: 'first' })
  assert.equal(received['state'], 'waiting')
  const delivery = await settled(hook, received['delivery_id'])
  assert.equal(delivery['state'], 'ordered', JSON.stringify(delivery))
  const [order] = delivery['orders'] as readonly Json[]
  const intent = await rig.intent(String(order?.['intent_id']))
  assert.equal(intent['state'], 'accepted')
  assert.equal(rig.account.orders.filter(({ remark }) => remark?.includes(hook.id)).length, 1)
})

test('the exits of an alert are those of its order', async () => {
  const hook = await createHook({ may_override: ['size', 'exits'] })
  const { delivery_id: id } = await send(hook, { ...ALERT, take_profit: '5%', stop_loss: '5%' })
  const delivery = await settled(hook, id)
  const [order] = delivery['orders'] as readonly Json[]
  const { exits } = (await rig.intent(String(order?.['intent_id']))) as {
    readonly exits: { readonly legs: readonly Json[] }
  }
  assert.deepEqual(
    exits.legs.map(({ type }) => type),
    ['stop_loss', 'take_profit'],
  )
})

test('the same alert four times, at once and one after the other, over an eviction and a deployment: one order', async () => {
  const hook = await createHook({ order_type: 'limit', may_override: ['size', 'order_type'], preset: 'plain' })
  const alert = { symbol: 'HK.00700', side: 'buy', qty: 100, price: 200, id: 'once' }
  const together = await Promise.all([send(hook, alert), send(hook, alert)])
  await rig.worker.evict()
  const third = await send(hook, alert)
  await rig.worker.redeploy({ LOG_LEVEL: 'error' })
  const fourth = await send(hook, alert)
  const answers = [...together, third, fourth]
  const first = answers.find(({ duplicate_of: of }) => of === null)
  assert.ok(first !== undefined)
  assert.equal(answers.filter(({ state }) => state === 'duplicate').length, 3, JSON.stringify(answers))
  const delivery = await settled(hook, first['delivery_id'])
  assert.equal(delivery['state'], 'ordered', JSON.stringify(delivery))
  assert.equal(rig.account.orders.filter(({ remark }) => remark?.includes(hook.id)).length, 1)
})

test('a wrong secret, a wrong id and no secret get the same answer, and nothing is stored', async () => {
  const hook = await createHook()
  const other = `hs_${'0'.repeat(64)}`
  const paths = [`/hooks/${hook.id}/${other}`, `/hooks/hk_0000000000000000/${hook.secret}`, `/hooks/${hook.id}`]
  const texts = new Set<string>()
  for (const path of paths) {
    const response = await rig.worker.fetch(path, { method: 'POST', body: JSON.stringify(ALERT) })
    const { request_id: _, ...answer } = (await response.json()) as Json
    assert.equal(response.status, 404)
    texts.add(JSON.stringify(answer))
  }
  assert.equal(texts.size, 1)
  const { body } = await rig.worker.api(`/api/hooks/${hook.id}/deliveries`)
  assert.deepEqual((body as Json)['deliveries'], [])
  const inBody = await rig.worker.fetch(`/hooks/${hook.id}`, {
    method: 'POST',
    body: JSON.stringify({ ...ALERT, secret: hook.secret }),
  })
  const { delivery_id: id } = (await inBody.json()) as Json
  assert.equal(inBody.status, 202)
  assert.ok(!JSON.stringify(await settled(hook, id)).includes(hook.secret), 'the secret is stored')
  const bearer = { Authorization: `Bearer ${TEST_KEY}` }
  const byKey = await rig.worker.fetch(`/hooks/${hook.id}`, { method: 'POST', headers: bearer, body: '{}' })
  assert.equal(byKey.status, 202)
  assert.ok(
    rig.worker.logs().every((line) => !line.includes(hook.secret)),
    'the secret is in the log',
  )
})

test('what cannot be carried out is recorded with the place and the expectation', async () => {
  const hook = await createHook()
  for (const [body, reason] of [
    ['{"ticker": "700"', /not valid JSON/],
    [{ ...ALERT, exchange: 'NOWHERE' }, /ticker.*exchange/],
    [{ ...ALERT, contracts: '{{strategy.order.contracts}}' }, /contracts/],
    [{ ...ALERT, wrong: 1 }, /wrong: unknown field/],
    [{ ...ALERT, timenow: '2020-01-01T00:00:00Z' }, /old/],
  ] as const) {
    const { delivery_id: id } = await send(hook, body)
    const delivery = await settled(hook, id)
    assert.equal(delivery['state'], 'refused', JSON.stringify(delivery))
    assert.match(String(delivery['reason']), reason)
  }
  assert.equal(rig.account.orders.filter(({ remark }) => remark?.includes(hook.id)).length, 0)
})

test('while OpenD is down the sender has its answer, and the alert is carried out when OpenD is back', async () => {
  const hook = await createHook({ order_type: 'limit', may_override: ['size', 'order_type'], preset: 'plain' })
  rig.opend.cutAll('down')
  const sentMs = performance.now()
  const { delivery_id: id } = await send(hook, { symbol: 'HK.00700', side: 'buy', qty: 100, price: 200, id: 'down' })
  assert.ok(performance.now() - sentMs < 5_000)
  const delivery = await settled(hook, id)
  assert.equal(delivery['state'], 'ordered', JSON.stringify(delivery))
  assert.equal(rig.account.orders.filter(({ remark }) => remark?.includes(hook.id)).length, 1)
})

test('a paused hook refuses, a dry run and a test send nothing, and a deleted hook is gone', async () => {
  const hook = await createHook()
  const placed = rig.opend.seen(PROTO.place)
  const { body: tried } = await rig.worker.api(`/api/hooks/${hook.id}/test`, ALERT)
  assert.equal((tried as Json)['would_send'], true, JSON.stringify(tried))
  assert.equal((await rig.worker.fetch(`/api/hooks/${hook.id}/pause`, authorized())).status, 200)
  const { state, reason, delivery_id: id } = await send(hook, ALERT)
  assert.deepEqual([state, String(reason).includes('paused')], ['refused', true])
  const dry = await rig.worker.fetch(`/api/hooks/${hook.id}/deliveries/${String(id)}/dry-run`, authorized())
  assert.equal(dry.status, 200, await dry.text())
  assert.equal((await rig.worker.fetch(`/api/hooks/${hook.id}/delete`, authorized())).status, 200)
  const gone = await rig.worker.fetch(`/hooks/${hook.id}/${hook.secret}`, { method: 'POST', body: '{}' })
  assert.equal(gone.status, 404)
  assert.equal(rig.opend.seen(PROTO.place), placed)
})

test('five hundred alerts in a moment over ten securities: none lost, limits exact, each security in order', async () => {
  const codes = ['00700', '00005', '09988', '00939', '01299', '00388', '03690', '02318', '00941', '01810']
  const fixed = { preset: 'plain', order_type: 'limit', may_override: ['size', 'order_type'] }
  const hook = await createHook({ ...fixed, limits: { max_orders_per_minute: 6 } })
  const alerts = Array.from({ length: 500 }, (_, index) => {
    const symbol = `HK.${codes[index % codes.length] ?? ''}`
    return { symbol, side: 'buy', qty: 4_000, price: 1, id: `crowd ${index}` }
  })
  const answers = await Promise.all(alerts.map((alert) => send(hook, alert)))
  assert.deepEqual(new Set(answers.map(({ state }) => state)), new Set(['waiting']))
  const all: Json[] = []
  for (const { delivery_id: id } of answers) all.push(await settled(hook, id))
  const counts = Map.groupBy(all, ({ state }) => state)
  const carriedOut = all.filter(({ orders }) => (orders as readonly Json[]).some(({ state }) => state !== 'refused'))
  assert.equal(carriedOut.length, 6, JSON.stringify([...counts].map(([state, list]) => [state, list.length])))
  for (const { state, reason } of all) {
    if (state === 'refused') assert.match(String(reason), /^limit check failed/)
  }
  for (const list of Map.groupBy(all, ({ symbol }) => symbol).values()) {
    const inOrder = list.toSorted((one, other) => Number(one['seq']) - Number(other['seq']))
    const last = inOrder.findLastIndex((one) => carriedOut.includes(one))
    assert.ok(
      inOrder.slice(0, last + 1).every((one) => carriedOut.includes(one)),
      'a later alert went first',
    )
  }
})

test('a rotation under load loses no alert, and the old secret ends with its overlap', async () => {
  const hook = await createHook({ preset: 'plain' })
  const alert = (index: number): Json => ({ symbol: 'HK.02800', side: 'close', id: `rotated ${index}` })
  const early = Array.from({ length: 20 }, (_, index) => send(hook, alert(index)))
  const init = { ...authorized(), body: '{"overlap_seconds": 3600}' }
  const rotated = await rig.worker.fetch(`/api/hooks/${hook.id}/rotate`, init)
  const fresh = { id: hook.id, secret: String(((await rotated.json()) as Json)['secret']) }
  const late = Array.from({ length: 20 }, (_, index) => send(index % 2 === 0 ? hook : fresh, alert(100 + index)))
  const answers = await Promise.all([...early, ...late])
  assert.equal(new Set(answers.map(({ delivery_id: id }) => id)).size, 40)
  await rig.worker.fetch(`/api/hooks/${hook.id}/rotate`, { ...authorized(), body: '{}' })
  for (const { secret } of [hook, fresh]) {
    const refused = await rig.worker.fetch(`/hooks/${hook.id}/${secret}`, { method: 'POST', body: '{}' })
    assert.equal(refused.status, 404)
  }
})

test('a position that the sender does not expect pauses the hook that says so, and nothing is sent', async () => {
  const hook = await createHook({ on_position_gap: 'pause' })
  const placed = rig.opend.seen(PROTO.place)
  const gapped = { ...ALERT, market_position: 'long', market_position_size: '70,000' }
  const delivery = await settled(hook, (await send(hook, gapped))['delivery_id'])
  assert.equal(delivery['state'], 'refused', JSON.stringify(delivery))
  const { expected, actual } = delivery['position_gap'] as { readonly expected: number; readonly actual: number }
  assert.ok(expected === 70_000 && actual >= 100 && actual < 70_000, `${actual}`)
  const { body } = await rig.worker.api(`/api/hooks/${hook.id}`)
  assert.equal((body as Json)['is_paused'], true)
  assert.equal(rig.opend.seen(PROTO.place), placed)
})

test('a hook cannot have more than its key, accepts its sources only, and ends with its key', async () => {
  const made = await rig.worker.api('/api/admin/keys', {
    id: 'desk',
    scopes: ['trade:simulate', 'acc:read'],
    max_orders_per_minute: 5,
  })
  const { key } = made.body as { readonly key: string }
  const withKey = (body: Json): RequestInit => ({
    method: 'POST',
    headers: { Authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
  })
  const accId = rig.account.profile.accId
  const more = await rig.worker.fetch('/api/hooks', withKey({ acc_id: accId, limits: { max_orders_per_minute: 6 } }))
  assert.equal(more.status, 403, await more.text())
  const made2 = await rig.worker.fetch('/api/hooks', withKey({ acc_id: accId, sources: ['tradingview'] }))
  const hook = (await made2.json()) as Hook
  const refused = await send(hook, ALERT)
  assert.match(String(refused['reason']), /sources/)
  await rig.worker.api('/api/admin/keys/desk/revoke', {})
  const ended = await send(hook, { ...ALERT, alert_id: 'after' })
  assert.deepEqual(ended['state'], 'refused')
})

function authorized(): RequestInit {
  return { method: 'POST', headers: { Authorization: `Bearer ${TEST_KEY}` } }
}
