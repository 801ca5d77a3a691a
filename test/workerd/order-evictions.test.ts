import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Fault } from '../../src/simulator/session/fault-script.ts'
import { type Answer, orderIdOf, OrderRig, PROTO } from './order-rig.ts'

/**
 * The gateway object is taken out of memory between every two steps of placing an order. The ledger ends at what OpenD
 * has, and the same idempotency key never makes a second order.
 */

/** A key whose orders are valued, so that a price is looked up on the way. */
const VALUED = { id: 'valued', key: `fc_${'ca'.repeat(32)}`, limits: { max_order_value: 1_000_000 } }

const LIMIT = { timeout: 30_000 }

let rig: OrderRig

before(async () => {
  rig = await OrderRig.start([VALUED])
})
after(() => rig.close())

/** Places an order, and ends the object as soon as OpenD has seen a call of that id, which meets the fault. */
async function evictAt(name: string, protoId: number, fault: Fault, token?: string): Promise<Answer> {
  rig.break([{ id: protoId, nth: 1, fault }])
  const arrived = rig.opend.arrival(protoId)
  const placing = rig.place({ name, token })
  await arrived
  await rig.worker.evict()
  rig.break([])
  return placing
}

/** Before the order is written down nothing of it exists, and the caller is told so. */
function assertNothingSent({ status, body }: Answer): void {
  assert.deepEqual([status, body['code']], [500, 'gateway.object_restarted'])
  assert.match(String(body['error']), /nothing was sent/)
}

/** From then on the caller gets the address of its entry. */
async function assertLookedFor({ status, body }: Answer, name: string): Promise<void> {
  assert.deepEqual([status, body['intent_id']], [202, await intentIdOf(name)])
}

/** The same call again makes the one order that there is, or answers with it. */
async function assertOneOrder(name: string, isReplay: boolean, token?: string): Promise<void> {
  const again = await rig.place({ name, token })
  assert.equal(again.status, 200, JSON.stringify(again.body))
  assert.equal(again.headers.get('Idempotency-Replayed'), isReplay ? 'true' : null)
  assert.deepEqual(
    [orderIdOf(again)],
    rig.upstream(name).map(({ orderId }) => orderId),
  )
}

async function intentIdOf(name: string): Promise<string> {
  return String((await rig.intentOf(name))?.['intent_id'])
}

test('while the accounts are asked for: nothing is written down, nothing is sent', LIMIT, async () => {
  assertNothingSent(await evictAt('accounts', PROTO.accounts, { kind: 'drop-request' }))
  assert.equal(await rig.intentOf('accounts'), null)
  assert.deepEqual(rig.upstream('accounts'), [])
  await assertOneOrder('accounts', false)
})

test('while the price is looked up: nothing is written down, nothing is sent', LIMIT, async () => {
  assertNothingSent(await evictAt('price', PROTO.snapshot, { kind: 'drop-request' }, VALUED.key))
  assert.equal(await rig.intentOf('price'), null)
  assert.deepEqual(rig.upstream('price'), [])
  await assertOneOrder('price', false, VALUED.key)
})

test(
  'after it is written down, before OpenD acts: it is looked for, absent, and may be sent again',
  LIMIT,
  async () => {
    await assertLookedFor(await evictAt('unheard', PROTO.place, { kind: 'drop-request' }), 'unheard')
    const looks = rig.opend.seen(PROTO.orders)
    const intentId = await intentIdOf('unheard')
    const early = await rig.place({ name: 'unheard' })
    assert.deepEqual(
      [early.status, early.body['intent_id']],
      [202, intentId],
      'it may be there, so it is not sent anew',
    )
    await rig.looked(looks)
    await rig.letTimePass()
    assert.equal((await rig.settled(intentId))['state'], 'absent')
    await assertOneOrder('unheard', false)
  },
)

test('after OpenD acted, before its reply: it is found by its tag', LIMIT, async () => {
  await assertLookedFor(await evictAt('unanswered', PROTO.place, { kind: 'drop-reply' }), 'unanswered')
  const intent = await rig.settled(await intentIdOf('unanswered'))
  assert.equal(intent['state'], 'accepted')
  assert.deepEqual(
    rig.upstream('unanswered').map(({ orderId }) => orderId),
    [intent['order_id']],
  )
  await assertOneOrder('unanswered', true)
})

test('while a lost reply is looked for: the next life goes on looking', LIMIT, async () => {
  // Orders that were called absent before have their accounts listed again too, so the lost one's is not the first list.
  const lists = [1, 2, 3].map((nth) => ({ id: PROTO.orders, nth, fault: { kind: 'drop-request' } }) as const)
  rig.break([{ id: PROTO.place, nth: 1, fault: { kind: 'cut-after' } }, ...lists])
  const looked = rig.opend.arrival(PROTO.orders)
  const placing = rig.place({ name: 'looking' })
  await looked
  await rig.worker.evict()
  rig.break([])
  await assertLookedFor(await placing, 'looking')
  const intent = await rig.settled(await intentIdOf('looking'))
  assert.equal(intent['state'], 'accepted')
  await assertOneOrder('looking', true)
})

test('after the answer: it is in the ledger, and the same call is answered from there', LIMIT, async () => {
  const first = await rig.place({ name: 'answered' })
  await rig.worker.evict()
  const intent = await rig.intent(first.headers.get('X-Order-Intent') ?? '')
  assert.deepEqual([intent['state'], intent['order_id']], ['accepted', orderIdOf(first)])
  await assertOneOrder('answered', true)
})

test('before the change of an order is answered: it is found on the order', LIMIT, async () => {
  const order_id = orderIdOf(await rig.place({ name: 'changed' }))
  rig.break([{ id: PROTO.modify, nth: 1, fault: { kind: 'drop-reply' } }])
  const arrived = rig.opend.arrival(PROTO.modify)
  const change = { header: rig.header, order_id, modify_order_op: 'Normal', qty: 300, price: 210 }
  const changing = rig.post('/api/modify-order', change, { name: 'change' })
  await arrived
  const calls = rig.opend.seen(PROTO.modify)
  await rig.worker.evict()
  await changing
  assert.equal((await rig.settled(await intentIdOf('change')))['state'], 'accepted')
  assert.equal(rig.upstream('changed')[0]?.qty, 300)
  assert.equal((await rig.post('/api/modify-order', change, { name: 'change' })).status, 200)
  assert.equal(rig.opend.seen(PROTO.modify), calls, 'it is sent once')
})

test('again and again under a crowd of orders: one order for each key, none lost', LIMIT, async (t) => {
  // A gateway of its own: OpenD takes 15 orders in 30 s from one account, and each of these may be sent a second time.
  const own = await OrderRig.start()
  t.after(() => own.close())
  const names = Array.from({ length: 7 }, (_, index) => `crowd-${index}`)
  const placedBefore = own.opend.seen(PROTO.place)
  const calls = names.map((name) => own.place({ name, fields: { price: 100 } }))
  for (const beyond of [1, 3, 5]) {
    // The crowd is smaller than planned when an eviction meets it early, so what is left of it ends the waiting too.
    await Promise.race([own.opend.arrival(PROTO.place, beyond + placedBefore), Promise.all(calls)])
    await own.worker.evict()
  }
  await Promise.all(calls)
  const intents = await Promise.all(names.map((name) => own.intentOf(name)))
  await own.letTimePassAnew()
  for (const [index, name] of names.entries()) {
    const intentId = intents[index]?.['intent_id']
    const state = typeof intentId === 'string' ? (await own.settled(intentId))['state'] : 'never written down'
    assert.equal(own.upstream(name).length, state === 'accepted' ? 1 : 0, `${name}: ${JSON.stringify(state)}`)
    assert.equal((await own.place({ name, fields: { price: 100 } })).status, 200)
    assert.equal(own.upstream(name).length, 1, name)
  }
})
