import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Answer, OrderRig, orderIdOf, PROTO } from './order-rig.ts'
import { SocketClient } from './socket-client.ts'

/** OpenD takes 15 orders of an account in 30 s, so most of the hundred requests are reads. */
const ORDERS = 10
const READS = 90
const SOCKETS = 10

type Json = Readonly<Record<string, unknown>>

async function make(rig: OrderRig, record: Json): Promise<string> {
  const made = await rig.worker.api('/api/admin/keys', record)
  assert.equal(made.status, 201, JSON.stringify(made.body))
  return String((made.body as Json)['key'])
}

async function read(rig: OrderRig, token: string): Promise<Answer> {
  const response = await rig.worker.fetch('/api/global-state', { headers: { Authorization: `Bearer ${token}` } })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Json }
}

test('a key that is revoked with a hundred requests and ten sockets under way: nothing starts after the answer', async (t) => {
  const rig = await OrderRig.start()
  t.after(() => rig.close())
  const token = await make(rig, { id: 'busy', scopes: ['qot:read', 'trade:simulate'] })
  const open = (): Promise<SocketClient> => SocketClient.open(rig.worker.url, { token })
  const sockets = await Promise.all(Array.from({ length: SOCKETS }, open))
  t.after(() => {
    for (const { socket } of sockets) socket.terminate()
  })
  await Promise.all(sockets.map((client) => client.inbox.type('hello')))

  const orders = Array.from({ length: ORDERS }, (_, n) => rig.place({ name: `busy-${n}`, token }))
  const reads = Array.from({ length: READS }, () => read(rig, token))
  // Some have been answered by now, the others are under way.
  await reads[0]
  assert.equal((await rig.worker.api('/api/admin/keys/busy/revoke', {})).status, 200)
  const placed = rig.opend.seen(PROTO.place)
  const late = [...Array.from({ length: 10 }, () => read(rig, token)), rig.place({ name: 'late', token })]
  assert.deepEqual([...new Set((await Promise.all(late)).map(({ status }) => status))], [401])

  const answers = await Promise.all([...orders, ...reads])
  const isRefused = ({ status, body }: Answer): boolean => status === 401 && body['code'] === 'auth.invalid_token'
  for (const answer of answers) assert.ok(answer.status === 200 || isRefused(answer), JSON.stringify(answer.body))
  const accepted = (await Promise.all(orders)).filter((answer) => orderIdOf(answer) !== undefined).length
  await rig.caughtUp()
  // Every order at OpenD is one whose caller was answered 200, and none was sent after the revocation.
  assert.equal(rig.account.orders.filter(({ remark }) => remark?.startsWith('busy-') === true).length, accepted)
  assert.equal(rig.opend.seen(PROTO.place), placed)
  await Promise.all(sockets.map((client) => client.inbox.closedWith(4403)))
})

suite('a key that changes while it is in use', () => {
  let rig: OrderRig
  before(async () => {
    rig = await OrderRig.start()
  })
  after(() => rig.close())

  const change = async (id: string, fields: Json): Promise<void> => {
    const changed = await rig.worker.api(`/api/admin/keys/${id}`, fields)
    assert.equal(changed.status, 200, JSON.stringify(changed.body))
  }

  test('a narrowed scope and a lowered cap apply to the next call', async () => {
    const token = await make(rig, { id: 'trader', scopes: ['qot:read', 'trade:simulate'], max_orders_per_minute: 5 })
    assert.equal((await rig.place({ name: 't1', token })).status, 200)
    await change('trader', { max_orders_per_minute: 1 })
    const capped = await rig.place({ name: 't2', token })
    assert.deepEqual([capped.status, capped.body['code']], [429, 'limits.rate'])
    assert.match(String(capped.body['error']), /1 orders in the last 60s \(cap 1\)/)
    await change('trader', { max_orders_per_minute: 9 })
    assert.equal((await rig.place({ name: 't3', token })).status, 200)
    await change('trader', { scopes: ['qot:read'] })
    const narrowed = await rig.place({ name: 't4', token })
    assert.deepEqual([narrowed.status, narrowed.body['code']], [403, 'auth.insufficient_scope'])
    assert.deepEqual(narrowed.body['required_scopes'], ['trade:real', 'trade:simulate'])
    assert.equal((await read(rig, token)).status, 200)
    // A wider scope works at once, too, although the isolate has the record of before.
    await change('trader', { scopes: ['qot:read', 'trade:simulate'] })
    assert.equal((await rig.place({ name: 't5', token })).status, 200)
  })

  test('the orders of two children and of their parent use one cap, also after a restart of the object', async () => {
    const parent = await make(rig, { id: 'desk', scopes: ['qot:read', 'trade:simulate'], max_orders_per_minute: 3 })
    const mint = async (): Promise<string> => {
      const headers = { Authorization: `Bearer ${parent}` }
      const body = JSON.stringify({ scopes: ['trade:simulate'], note: 'worker' })
      const response = await rig.worker.fetch('/api/tokens', { method: 'POST', headers, body })
      const minted = (await response.json()) as Json
      assert.equal(response.status, 201, JSON.stringify(minted))
      return String(minted['token'])
    }
    const [one, other] = [await mint(), await mint()]
    assert.equal((await rig.place({ name: 'd1', token: one })).status, 200)
    assert.equal((await rig.place({ name: 'd2', token: other })).status, 200)
    await rig.worker.evict()
    assert.equal((await rig.place({ name: 'd3', token: parent })).status, 200)
    for (const token of [one, other, parent]) {
      const refused = await rig.place({ name: `over-${token.slice(3, 9)}`, token })
      assert.deepEqual([refused.status, refused.body['code']], [429, 'limits.rate'])
    }
    const revoked = await rig.worker.api('/api/admin/keys/desk/revoke', {})
    assert.equal((revoked.body as { readonly revoked: readonly string[] }).revoked.length, 3)
    for (const token of [one, other, parent]) assert.equal((await read(rig, token)).status, 401)
  })

  test('a halt of the parent stops its children', async () => {
    const parent = await make(rig, { id: 'halted', scopes: ['trade:simulate'] })
    const headers = { Authorization: `Bearer ${parent}` }
    const body = JSON.stringify({ scopes: ['trade:simulate'] })
    const minted = (await (await rig.worker.fetch('/api/tokens', { method: 'POST', headers, body })).json()) as Json
    const child = String(minted['token'])
    await rig.worker.fetch('/api/trading/halt', { method: 'POST', headers, body: '{}' })
    const refused = await rig.place({ name: 'h1', token: child })
    assert.deepEqual([refused.status, refused.body['code']], [429, 'limits.halted'])
  })

  test('keys survive an eviction of the object', async () => {
    const token = await make(rig, { id: 'lasting', scopes: ['qot:read'] })
    await rig.worker.evict()
    assert.equal((await read(rig, token)).status, 200)
  })
})
