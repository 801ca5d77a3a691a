import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Answer, OrderRig, orderIdOf } from './order-rig.ts'

/** OpenD takes 15 orders of an account in 30 s, and not all of them from one caller. */
const ORDERS = 8

type Json = Readonly<Record<string, unknown>>

async function make(rig: OrderRig, record: Json): Promise<string> {
  const made = await rig.worker.api('/api/admin/keys', record)
  assert.equal(made.status, 201, JSON.stringify(made.body))
  return String((made.body as Json)['key'])
}

async function change(rig: OrderRig, id: string, fields: Json): Promise<void> {
  const changed = await rig.worker.api(`/api/admin/keys/${id}`, fields)
  assert.equal(changed.status, 200, JSON.stringify(changed.body))
}

async function read(rig: OrderRig, token: string): Promise<number> {
  return (await rig.worker.fetch('/api/global-state', { headers: { Authorization: `Bearer ${token}` } })).status
}

function inFlight(rig: OrderRig, name: string, token: string): readonly Promise<Answer>[] {
  return Array.from({ length: ORDERS }, (_, n) => rig.place({ name: `${name}-${n}`, token }))
}

/** Orders under way when the key changed: each reached OpenD and was answered so, or was refused and did not. */
async function checkInFlight(
  rig: OrderRig,
  name: string,
  orders: readonly Promise<Answer>[],
  codes: readonly string[],
) {
  const answers = await Promise.all(orders)
  for (const { status, body } of answers) {
    assert.ok(status === 200 || codes.includes(String(body['code'])), JSON.stringify(body))
  }
  await rig.caughtUp()
  const accepted = answers.filter((answer) => orderIdOf(answer) !== undefined).length
  const upstream = rig.account.orders.filter(({ remark }) => remark?.startsWith(`${name}-`) === true)
  assert.equal(upstream.length, accepted)
  return accepted
}

test('a scope that is taken away with orders under way: none starts after the answer, reads go on', async (t) => {
  const rig = await OrderRig.start()
  t.after(() => rig.close())
  const token = await make(rig, { id: 'narrowed', scopes: ['qot:read', 'trade:simulate'] })
  const orders = inFlight(rig, 'narrowed', token)
  const reads = Array.from({ length: 20 }, () => read(rig, token))
  await orders[0]
  await change(rig, 'narrowed', { scopes: ['qot:read'] })
  const late = await Promise.all(inFlight(rig, 'narrowed-late', token))
  assert.deepEqual(
    [...new Set(late.map(({ status, body }) => `${status} ${String(body['code'])}`))],
    ['403 auth.insufficient_scope'],
  )
  await checkInFlight(rig, 'narrowed', orders, ['auth.insufficient_scope', 'auth.invalid_token', 'auth.key_changed'])
  await checkInFlight(
    rig,
    'narrowed-late',
    late.map((answer) => Promise.resolve(answer)),
    ['auth.insufficient_scope'],
  )
  // The scope that it kept was never missing.
  assert.deepEqual([...new Set(await Promise.all(reads))], [200])
})

test('a cap that is lowered with orders under way: what was sent counts, and no order exceeds the new cap', async (t) => {
  const rig = await OrderRig.start()
  t.after(() => rig.close())
  const token = await make(rig, { id: 'lowered', scopes: ['trade:simulate'], max_orders_per_minute: 100 })
  const orders = inFlight(rig, 'lowered', token)
  await orders[0]
  await change(rig, 'lowered', { max_orders_per_minute: 1 })
  const late = await Promise.all(inFlight(rig, 'lowered-late', token))
  assert.deepEqual(
    [...new Set(late.map(({ status, body }) => `${status} ${String(body['code'])}`))],
    ['429 limits.rate'],
  )
  const accepted = await checkInFlight(rig, 'lowered', orders, ['limits.rate', 'auth.key_changed'])
  assert.ok(accepted >= 1)
  await change(rig, 'lowered', { max_orders_per_minute: accepted + 1 })
  const again = await Promise.all(inFlight(rig, 'lowered-again', token))
  assert.equal(again.filter(({ status }) => status === 200).length, 1, 'the budget has exactly what is left')
})
