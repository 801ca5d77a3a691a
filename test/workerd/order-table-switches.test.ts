import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import type { MessageTypes } from '../../proto/messages.ts'
import { decodeMessage } from '../../src/wire/decode.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import { TEST_KEY } from './harness.ts'
import type { Treat } from './man-in-the-middle.ts'
import { orderIdOf, OrderRig, PROTO } from './order-rig.ts'
import { SocketClient } from './socket-client.ts'

/** The switches reach every order that is theirs, and no other one, whatever OpenD says and however long it takes. */

const ROBOT = { id: 'robot', key: `fc_${'d1'.repeat(32)}`, limits: {} }
const SAFE = { id: 'safe', key: `fc_${'d2'.repeat(32)}`, limits: {} }
const LIMIT = { timeout: 40_000 }

/** The shortest time that a cancel-after takes, and how much later it may fire. */
const SECONDS = 5
const TOLERANCE_MS = 5_000

/** A real account for Hong Kong, and the MD5 of the simulator's trade password, which unlocks it. */
const OTHER_ACCOUNT = 987_654n
const PASSWORD_MD5 = 'e10adc3949ba59abbe56e057f20f883e'

/** Orders on that account whose cancels are lost. */
const STUCK = ['stuck-1', 'stuck-2', 'stuck-3', 'stuck-4', 'stuck-5', 'stuck-6']

const HK = 1
const SUBMITTED = 5
const CANCELLED_ALL = 15

type Order = MessageTypes['Trd_Common.Order']

/** A rig that ends with the test, also when the test hangs. */
async function rigOf(t: TestContext): Promise<OrderRig> {
  const rig = await OrderRig.start([ROBOT, SAFE], { hasMiddle: true })
  t.after(() => rig.close())
  return rig
}

/** Changes the orders of every list. */
function listing(change: (orders: readonly Order[]) => Order[]): Treat {
  return (body) => {
    const list = decodeMessage('Trd_GetOrderList.Response', body)
    assert.ok(list.ok && list.value.s2c !== undefined)
    const { s2c } = list.value
    return encodeMessage('Trd_GetOrderList.Response', {
      ...list.value,
      s2c: { ...s2c, orderList: change(s2c.orderList ?? []) },
    })
  }
}

/** A reply without accounts, as OpenD gives it while it starts. */
const noAccounts: Treat = () => encodeMessage('Trd_GetAccList.Response', { retType: 0, s2c: { accList: [] } })

/** The ids of the orders that a cancel named, as they went to OpenD. */
function watchCancels(rig: OrderRig): bigint[] {
  const named: bigint[] = []
  rig.middle.treat('request', PROTO.modify, (body) => {
    const change = decodeMessage('Trd_ModifyOrder.Request', body)
    assert.ok(change.ok)
    named.push(change.value.c2s.orderID)
    return 'pass'
  })
  return named
}

describe('a switch', { concurrency: true }, () => {
  test('stays armed while OpenD lists neither accounts nor orders, and cancels in the end', LIMIT, async (t) => {
    const rig = await rigOf(t)
    await rig.place({ name: 'unlisted', token: ROBOT.key })
    const stopHiding = [
      rig.middle.treat('reply', PROTO.accounts, noAccounts),
      rig.middle.treat(
        'reply',
        PROTO.orders,
        listing(() => []),
      ),
    ]
    // The next link starts without the list that is known.
    rig.middle.cut()
    const armed = await rig.post('/api/trading/cancel-after', { seconds: SECONDS }, { token: ROBOT.key })
    assert.equal(armed.status, 200)
    const lists = rig.opend.seen(PROTO.orders)
    await rig.opend.arrival(PROTO.orders, lists + 2)
    await rig.caughtUp()
    assert.deepEqual(rig.middle.arrivals(PROTO.modify), [])
    assert.deepEqual(rig.statusesOf('unlisted'), [SUBMITTED])
    assert.equal(await rig.metric('opend_edge_switch_tasks_running'), 1)
    assert.ok((await rig.metric('opend_edge_switch_task_oldest_seconds')) > 0)
    const again = await rig.post('/api/trading/cancel-after', { seconds: 0 }, { token: ROBOT.key })
    assert.deepEqual([again.status, again.body['code']], [409, 'switch.fired'])

    const cancelled = rig.opend.arrival(PROTO.modify)
    for (const stop of stopHiding) stop()
    await cancelled
    assert.deepEqual(rig.statusesOf('unlisted'), [CANCELLED_ALL])
  })

  test('fires in time while the cancels of another key are lost on an account that hangs', LIMIT, async (t) => {
    const rig = await rigOf(t)
    rig.opend.opend.world.accounts.setLock(true, PASSWORD_MD5, null)
    const socket = await SocketClient.open(rig.worker.url, { token: TEST_KEY })
    await socket.subscribe(['HK.00700'], ['TICKER'])
    const header = { trd_env: 1, acc_id: OTHER_ACCOUNT.toString(), trd_market: HK }
    const stuck = STUCK.map((name) => rig.place({ name, token: ROBOT.key, fields: { header } }))
    for (const { status, body } of await Promise.all(stuck)) assert.equal(status, 200, JSON.stringify(body))
    await rig.place({ name: 'safe', token: SAFE.key })

    const lost = Promise.withResolvers<void>()
    const cancels: Uint8Array[] = []
    // The lists hang too, but for the one that the cancels are made from.
    rig.middle.lose('request', PROTO.orders, (body) => cancels.length > 0 && listsOtherAccount(body))
    rig.middle.lose('request', PROTO.modify, (body) => {
      const isLost = changesOtherAccount(body)
      if (isLost && cancels.push(body) === STUCK.length) lost.resolve()
      return isLost
    })
    const armed = await rig.post('/api/trading/cancel-after', { seconds: SECONDS }, { token: SAFE.key })
    const fired = rig.opend.arrival(PROTO.modify)
    const halting = rig.post('/api/trading/halt', { cancel_open_orders: true }, { token: ROBOT.key })
    await lost.promise
    assert.ok(Date.now() < Number(armed.body['fires_at_ms']), 'the other key hangs when the switch is due')
    await fired
    const lateMs = Date.now() - Number(armed.body['fires_at_ms'])
    assert.ok(lateMs >= 0 && lateMs < TOLERANCE_MS, `it fired ${lateMs} ms after its time`)
    assert.deepEqual(rig.statusesOf('safe'), [CANCELLED_ALL])
    const { inbox } = socket
    const count = (type: string): number => inbox.all.filter((message) => message['type'] === type).length
    const [ticks, pings] = [count('quote'), count('ping')]
    assert.equal((await socket.ask('ping'))['ok'], true)
    await inbox.take('new tick and ping', () => count('quote') > ticks && count('ping') > pings)
    // All that while not one of the other cancels was answered.
    assert.equal(rig.middle.arrivals(PROTO.modify).length, 1)
    assert.equal((await halting).body['cancelling'], true)
    socket.socket.terminate()
  })

  test('cancels the order that is ours, and not one that carries a copy of its remark', LIMIT, async (t) => {
    const rig = await rigOf(t)
    const ours = await rig.place({ name: 'ours', token: ROBOT.key })
    const copy = copyByHand(rig, 'ours')
    rig.middle.treat(
      'reply',
      PROTO.orders,
      listing((orders) => orders.toReversed()),
    )
    const named = watchCancels(rig)
    const halt = await rig.post('/api/trading/halt', { cancel_open_orders: true }, { token: ROBOT.key })
    const cancels = halt.body['cancels'] as readonly Readonly<Record<string, unknown>>[]
    assert.deepEqual(
      cancels.map(({ order_id, outcome }) => [order_id, outcome]),
      [[orderIdOf(ours), 'cancelled']],
    )
    assert.deepEqual(named, [BigInt(String(orderIdOf(ours)))])
    const statuses = rig.account.orders.map(({ orderId, status }) => [orderId, status])
    assert.deepEqual(statuses, [
      [orderIdOf(ours), CANCELLED_ALL],
      [copy, SUBMITTED],
    ])
  })
})

function listsOtherAccount(body: Uint8Array): boolean {
  const list = decodeMessage('Trd_GetOrderList.Request', body)
  return list.ok && list.value.c2s.header.accID === OTHER_ACCOUNT
}

function changesOtherAccount(body: Uint8Array): boolean {
  const change = decodeMessage('Trd_ModifyOrder.Request', body)
  return change.ok && change.value.c2s.header.accID === OTHER_ACCOUNT
}

/** Places an order like that one in the app, with the same remark; returns its id. */
function copyByHand(rig: OrderRig, name: string): string {
  const { accounts } = rig.opend.opend.world
  const [order] = rig.upstream(name)
  assert.ok(order !== undefined && order.price !== null)
  const price = 200
  const placed = accounts.place(
    rig.account,
    { ...order, price, auxPrice: null, ...BY_HAND },
    accounts.state.advancedToMs,
  )
  assert.ok('orderId' in placed, JSON.stringify(placed))
  rig.opend.reschedule()
  return placed.orderId
}

/** What an order in the app has beside what is seen of an order. */
const BY_HAND = { expireTime: null, adjustPrice: false, adjustSideAndLimit: 0 }
