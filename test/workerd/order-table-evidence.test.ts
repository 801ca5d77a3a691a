import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import type { MessageTypes } from '../../proto/messages.ts'
import { decodeMessage } from '../../src/wire/decode.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import type { Treat } from './man-in-the-middle.ts'
import { type Answer, orderIdOf, OrderRig, PROTO } from './order-rig.ts'

/** An order is decided by evidence about that order, and by nothing else; without any it stays undecided. */

const LIMIT = { timeout: 40_000 }

/** More later calls than are read to decide about an earlier one. */
const LATER_CALLS = 300

const DAY_MS = 86_400_000

type PlaceReply = MessageTypes['Trd_PlaceOrder.S2C']

/** A refusal. */
const BUSY = encodeMessage('Trd_PlaceOrder.Response', { retType: -1, retMsg: 'the account is busy' })

/** A rig that ends with the test, also when the test hangs. */
async function rigOf(t: TestContext): Promise<OrderRig> {
  const rig = await OrderRig.start([], { hasMiddle: true })
  t.after(() => rig.close())
  return rig
}

/** Places an order whose frame or reply is lost, and starts the object anew: so its caller is answered at once. */
async function placeAndEvict(rig: OrderRig, name: string, lost: 'request' | 'reply'): Promise<string> {
  const isLost = Promise.withResolvers<void>()
  const stop = rig.middle.lose(lost, PROTO.place, () => {
    isLost.resolve()
    return true
  })
  const placing = rig.place({ name })
  await isLost.promise
  await rig.worker.evict()
  stop()
  return undecidedIn(await placing)
}

/** Lists that are empty, as OpenD gives them after a restart. */
function hideOrders(rig: OrderRig): () => void {
  const empty =
    (name: 'Trd_GetOrderList.Response' | 'Trd_GetHistoryOrderList.Response'): Treat =>
    (body) => {
      const list = decodeMessage(name, body)
      assert.ok(list.ok && list.value.s2c !== undefined)
      return encodeMessage(name, { ...list.value, s2c: { ...list.value.s2c, orderList: [] } })
    }
  const stops = [
    rig.middle.treat('reply', PROTO.orders, empty('Trd_GetOrderList.Response')),
    rig.middle.treat('reply', PROTO.pastOrders, empty('Trd_GetHistoryOrderList.Response')),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

/** OpenD accepts an order with other ids than it has given it. */
function answering(ids: Partial<PlaceReply>): Treat {
  return (body) => {
    const reply = decodeMessage('Trd_PlaceOrder.Response', body)
    assert.ok(reply.ok && reply.value.s2c !== undefined)
    return encodeMessage('Trd_PlaceOrder.Response', { ...reply.value, s2c: { ...reply.value.s2c, ...ids } })
  }
}

describe('the outcome of an order', { concurrency: 4 }, () => {
  test('is not "absent" while OpenD may still get the order over the connection that carries it', LIMIT, async (t) => {
    const rig = await rigOf(t)
    const request = rig.middle.hold('request', PROTO.place)
    const placing = rig.place({ name: 'late' })
    await request.first
    // The first list is asked for when the reply has stayed away for the time of a call.
    await rig.opend.arrival(PROTO.orders)
    await rig.letTimePass()
    await rig.opend.arrival(PROTO.pastOrders)
    await rig.caughtUp()
    const intent = await rig.intentOf('late')
    assert.equal(intent?.['state'], 'unknown', JSON.stringify(intent))
    assert.match(String(intent['detail']), /the connection that carried the call still lives/)
    const again = await rig.place({ name: 'late' })
    assert.deepEqual([again.status, again.body['intent_id']], [202, intent['intent_id']])

    request.release()
    const answer = await placing
    const [order] = rig.upstream('late')
    assert.deepEqual([answer.status, orderIdOf(answer)], [200, order?.orderId])
    const replayed = await rig.place({ name: 'late' })
    assert.deepEqual([replayed.status, orderIdOf(replayed)], [200, order?.orderId])
    assert.equal(rig.upstream('late').length, 1)
  })

  test('stays unknown while the lists of OpenD lack an order that it has accepted before', LIMIT, async (t) => {
    const rig = await rigOf(t)
    const known = await rig.place({ name: 'known' })
    // OpenD's lists follow an order within 10 s.
    await rig.worker.sql(`UPDATE order_entries SET entry = json_set(entry, '$.updatedAtMs', ?)`, Date.now() - 60_000)
    // Nor is the order told of by a push.
    rig.middle.lose('reply', PROTO.orderPush)
    const showOrders = hideOrders(rig)
    const intentId = await placeAndEvict(rig, 'lost', 'reply')
    await lookAfterMinute(rig)
    const detail = `OpenD's list lacks ${known.headers.get('X-Order-Intent')}`
    const intent = await lookedAt(rig, intentId, detail, PROTO.pastOrders)
    assert.equal(intent['state'], 'unknown')

    showOrders()
    rig.middle.cut()
    const found = await rig.settled(intentId)
    assert.deepEqual([found['state'], found['order_id']], ['accepted', rig.upstream('lost')[0]?.orderId])
  })

  test('of a lost change is found out by the list of OpenD also after many later calls', LIMIT, async (t) => {
    const rig = await rigOf(t)
    const orderId = orderIdOf(await rig.place({ name: 'changed' }))
    const other = orderIdOf(await rig.place({ name: 'other' }))
    const intentId = await loseChange(rig, orderId)
    assert.equal((await change(rig, other, 'later', 400)).status, 200)
    await repeatEntry(rig, 'later')
    await lookAfterMinute(rig)
    assert.equal((await rig.settled(intentId))['state'], 'absent')
    assert.equal(rig.upstream('changed')[0]?.qty, 100)
  })

  test('of a lost change that many later ones have covered is decided by an operator', LIMIT, async (t) => {
    const rig = await rigOf(t)
    const orderId = orderIdOf(await rig.place({ name: 'changed' }))
    const intentId = await loseChange(rig, orderId)
    assert.equal((await change(rig, orderId, 'later', 400)).status, 200)
    await repeatEntry(rig, 'later')
    await lookAfterMinute(rig)
    const undecided = await lookedAt(rig, intentId, 'the order was changed again', PROTO.orders)
    assert.equal(undecided['state'], 'unknown')
    const decision = { state: 'lapsed', reason: 'the app shows the later change' }
    const resolved = await rig.post(`/api/admin/order-intents/${intentId}/resolve`, decision)
    assert.deepEqual([resolved.status, resolved.body['state']], [200, 'lapsed'], JSON.stringify(resolved.body))
  })

  test('that is unknown after a day still keeps its idempotency key from making a second order', LIMIT, async (t) => {
    const rig = await rigOf(t)
    rig.middle.lose('request', PROTO.orders)
    const intentId = await placeAndEvict(rig, 'old', 'request')
    const ageMs = DAY_MS + 3_600_000
    await rig.worker.sql(
      `UPDATE order_entries SET created_ms = created_ms - ?1, entry = json_set(entry,
           '$.createdAtMs', entry ->> '$.createdAtMs' - ?1, '$.updatedAtMs', entry ->> '$.updatedAtMs' - ?1)`,
      ageMs,
    )
    await rig.worker.evict()
    const again = await rig.place({ name: 'old' })
    assert.deepEqual([again.status, again.body['intent_id']], [202, intentId], JSON.stringify(again.body))
    assert.deepEqual([rig.middle.arrivals(PROTO.place), rig.upstream('old')], [[], []])
    assert.equal((await rig.intent(intentId))['state'], 'unknown')
  })

  test('is not a refusal when a push has shown the order', LIMIT, async (t) => {
    const rig = await rigOf(t)
    const pushed = Promise.withResolvers<void>()
    rig.middle.treat('reply', PROTO.orderPush, () => {
      pushed.resolve()
      return 'pass'
    })
    rig.middle.treat('reply', PROTO.place, async () => {
      await pushed.promise
      return BUSY
    })
    const lists = rig.middle.hold('request', PROTO.orders)
    const placing = rig.place({ name: 'refused' })
    // Answered already, the order was decided without being looked for.
    await Promise.race([lists.first, placing])
    const intent = await rig.intentOf('refused')
    assert.equal(intent?.['state'], 'unknown', JSON.stringify(intent))
    assert.match(String(intent['detail']), /the account is busy.*but a push showed it/)
    lists.release()
    const answer = await placing
    assert.deepEqual([answer.status, orderIdOf(answer)], [200, rig.upstream('refused')[0]?.orderId])
  })

  test('is corrected, for a person to see, when a push shows an order after its refusal', LIMIT, async (t) => {
    const rig = await rigOf(t)
    const push = rig.middle.hold('reply', PROTO.orderPush)
    rig.middle.treat('reply', PROTO.place, () => BUSY)
    const answer = await rig.place({ name: 'shown-later' })
    assert.deepEqual([answer.status, answer.body['code']], [400, 'opend.refused'])
    push.release()
    await rig.caughtUp()
    const intent = await rig.intent(answer.headers.get('X-Order-Intent') ?? '')
    assert.deepEqual([intent['state'], intent['order_id']], ['accepted', rig.upstream('shown-later')[0]?.orderId])
    assert.equal((intent['contradiction'] as Answer['body'] | null)?.['state'], 'rejected')
    const metrics = await (await rig.worker.fetch('/metrics')).text()
    assert.match(metrics, /^opend_edge_order_contradictions_total\{told="rejected"\} 1$/m)
    assert.equal(rig.upstream('shown-later').length, 1)
  })

  test('is not told by a reply that names no order, or one that the ledger already has', LIMIT, async (t) => {
    const rig = await rigOf(t)
    const other = await rig.place({ name: 'other' })
    const [held] = rig.upstream('other')
    assert.ok(held !== undefined && orderIdOf(other) === held.orderId)
    // The order is told of by nothing but its reply, until it is listed.
    rig.middle.lose('reply', PROTO.orderPush)
    const replies: Readonly<Record<string, Partial<PlaceReply>>> = {
      'no-ids': { orderID: undefined, orderIDEx: undefined },
      'empty-id': { orderIDEx: '' },
      'id-0': { orderID: 0n, orderIDEx: '0' },
      'ids-of-another-order': { orderID: BigInt(held.orderId), orderIDEx: held.orderIdEx },
    }
    for (const [name, ids] of Object.entries(replies)) {
      await t.test(name, async () => {
        const stop = rig.middle.treat('reply', PROTO.place, answering(ids))
        const lists = rig.middle.hold('request', PROTO.orders)
        const placing = rig.place({ name })
        // Answered already, the order was decided without being looked for.
        await Promise.race([lists.first, placing])
        assert.equal((await rig.intentOf(name))?.['state'], 'unknown')
        stop()
        lists.release()
        const answer = await placing
        const [order] = rig.upstream(name)
        assert.ok(order !== undefined)
        assert.deepEqual([answer.status, orderIdOf(answer)], [200, order.orderId])
        const intent = await rig.intentOf(name)
        assert.deepEqual([intent?.['order_id'], intent?.['detail']], [order.orderId, 'found by its tag'])
      })
    }
  })
})

/** Changes an order to that many shares at 210. */
function change(rig: OrderRig, order_id: unknown, name: string, qty: number): Promise<Answer> {
  const terms = { modify_order_op: 'Normal', qty, price: 210 }
  return rig.post('/api/modify-order', { header: rig.header, order_id, ...terms }, { name })
}

/** Changes an order, and loses the change. The object starts anew, so the caller is answered at once. */
async function loseChange(rig: OrderRig, orderId: unknown): Promise<string> {
  const isLost = Promise.withResolvers<void>()
  const stop = rig.middle.lose('request', PROTO.modify, () => {
    isLost.resolve()
    return true
  })
  const changing = change(rig, orderId, 'lost', 300)
  await isLost.promise
  await rig.worker.evict()
  stop()
  return undecidedIn(await changing)
}

/** The entry that a caller is told of while its outcome is not known. */
function undecidedIn({ status, body }: Answer): string {
  assert.equal(status, 202, JSON.stringify(body))
  return String(body['intent_id'])
}

/**
 * Ends the connection to OpenD and looks for every undecided entry over the next one, as if a minute had passed over it.
 * Time passes while the first look is held: its end and the next look come after that.
 */
async function lookAfterMinute(rig: OrderRig): Promise<void> {
  const link = rig.middle.hold('request', PROTO.connect)
  rig.middle.cut()
  await link.first
  const look = rig.middle.hold('request', PROTO.orders)
  link.release()
  await look.first
  await rig.letTimePass()
  look.release()
}

/** The entry once a look has left it undecided for that reason, or has decided it. `protoId`: the last call of a look. */
async function lookedAt(rig: OrderRig, id: string, detail: string, protoId: number): Promise<Answer['body']> {
  for (;;) {
    const looks = rig.opend.seen(protoId)
    await rig.caughtUp()
    const intent = await rig.intent(id)
    if (intent['state'] !== 'unknown' || String(intent['detail']).startsWith(detail)) return intent
    await rig.opend.arrival(protoId, looks)
  }
}

/** Writes that entry down many times more, as if the call had been made again and again. */
async function repeatEntry(rig: OrderRig, name: string): Promise<void> {
  const id = String((await rig.intentOf(name))?.['intent_id'])
  const columns = 'caller, acc_id, kind, state, created_ms, reply, target_order_id, target_order_id_ex'
  await rig.worker.sql(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${LATER_CALLS})
     INSERT INTO order_entries (id, entry, ${columns})
     SELECT 'later_' || i, json_set(entry, '$.id', 'later_' || i), ${columns}
     FROM n, (SELECT * FROM order_entries WHERE id = ?)`,
    id,
  )
}
