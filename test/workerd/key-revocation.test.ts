import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Answer, OrderRig, orderIdOf, PROTO } from './order-rig.ts'
import { SocketClient } from './socket-client.ts'

const REQUESTS = 100
const SOCKETS = 10

type Json = Readonly<Record<string, unknown>>

suite('a key that changes while it is in use', () => {
  let rig: OrderRig
  before(async () => {
    rig = await OrderRig.start()
  })
  after(() => rig.close())

  const make = async (record: Json): Promise<string> => {
    const made = await rig.worker.api('/api/admin/keys', record)
    assert.equal(made.status, 201, JSON.stringify(made.body))
    return String((made.body as Json)['key'])
  }
  const change = async (id: string, fields: Json): Promise<void> => {
    const changed = await rig.worker.api(`/api/admin/keys/${id}`, fields)
    assert.equal(changed.status, 200, JSON.stringify(changed.body))
  }
  const read = async (token: string): Promise<Answer> => {
    const response = await rig.worker.fetch('/api/global-state', { headers: { Authorization: `Bearer ${token}` } })
    return { status: response.status, headers: response.headers, body: (await response.json()) as Json }
  }

  test('revoked with a hundred orders and ten sockets open: after the answer nothing more starts', async (t) => {
    const token = await make({ id: 'busy', scopes: ['qot:read', 'trade:simulate'] })
    const open = (): Promise<SocketClient> => SocketClient.open(rig.worker.url, { token })
    const sockets = await Promise.all(Array.from({ length: SOCKETS }, open))
    t.after(() => {
      for (const { socket } of sockets) socket.terminate()
    })
    await Promise.all(sockets.map((client) => client.inbox.type('hello')))

    let isOver = false
    const started: Promise<Answer>[] = []
    for (let n = 0; n < REQUESTS; n++) started.push(rig.place({ name: `busy-${n}`, token }))
    // Some orders have been answered, the others are under way.
    await started[0]
    const revoking = rig.worker.api('/api/admin/keys/busy/revoke', {})
    const { status } = await revoking
    assert.equal(status, 200)
    isOver = true
    const placedThen = rig.opend.seen(PROTO.place)
    const late = await Promise.all(Array.from({ length: 20 }, (_, n) => rig.place({ name: `late-${n}`, token })))
    assert.deepEqual([...new Set(late.map(({ status: code }) => code))], [401])
    assert.deepEqual([(await read(token)).status, isOver], [401, true])

    const answers = await Promise.all(started)
    for (const answer of answers) {
      const isAccepted = answer.status === 200 && orderIdOf(answer) !== undefined
      const isRefused = answer.status === 401 && answer.body['code'] === 'auth.invalid_token'
      assert.ok(isAccepted || isRefused, JSON.stringify(answer.body))
    }
    const accepted = answers.filter(({ status: code }) => code === 200).length
    await rig.caughtUp()
    // Every order that reached OpenD is one whose caller was answered 200, and none came after the revocation.
    assert.equal(rig.account.orders.filter(({ remark }) => remark?.startsWith('busy-') === true).length, accepted)
    assert.equal(rig.opend.seen(PROTO.place), placedThen)
    await Promise.all(sockets.map((client) => client.inbox.closedWith(4403)))
  })

  test('a narrowed scope and a lowered cap apply to the next call', async () => {
    const token = await make({ id: 'trader', scopes: ['qot:read', 'trade:simulate'], max_orders_per_minute: 5 })
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
    assert.equal((await read(token)).status, 200)
    // A wider scope works at once, too, although the isolate has the record of before.
    await change('trader', { scopes: ['qot:read', 'trade:simulate'] })
    assert.equal((await rig.place({ name: 't5', token })).status, 200)
  })

  test('the orders of two children and of their parent use one cap, also after a restart of the object', async () => {
    const parent = await make({ id: 'desk', scopes: ['qot:read', 'trade:simulate'], max_orders_per_minute: 3 })
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
    for (const token of [one, other, parent]) assert.equal((await read(token)).status, 401)
  })

  test('a halt of the parent stops its children', async () => {
    const parent = await make({ id: 'halted', scopes: ['trade:simulate'] })
    const headers = { Authorization: `Bearer ${parent}` }
    const body = JSON.stringify({ scopes: ['trade:simulate'] })
    const minted = (await (await rig.worker.fetch('/api/tokens', { method: 'POST', headers, body })).json()) as Json
    const child = String(minted['token'])
    await rig.worker.fetch('/api/trading/halt', { method: 'POST', headers, body: '{}' })
    const refused = await rig.place({ name: 'h1', token: child })
    assert.deepEqual([refused.status, refused.body['code']], [429, 'limits.halted'])
  })

  test('keys survive an eviction of the object', async () => {
    const token = await make({ id: 'lasting', scopes: ['qot:read'] })
    await rig.worker.evict()
    assert.equal((await read(token)).status, 200)
  })
})
