import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Fault } from '../../src/simulator/session/fault-script.ts'
import { type Answer, orderIdOf, OrderRig, PROTO } from './order-rig.ts'

/**
 * An order under every fault that the simulator knows, in the real runtime. Whatever the caller is told, it is true,
 * the ledger ends at what OpenD has, and the same idempotency key never makes a second order.
 */

/** What must come out. `absent`: nobody acted on it, which takes a minute to be sure of. */
type Ending = 'accepted' | 'rejected' | 'absent'

/** Long enough for the slowest: a quiet link is noticed when its heartbeat has gone unanswered for a call deadline. */
const LIMIT = { timeout: 90_000 }

const LATE_MS = 12_400

async function withRig(use: (rig: OrderRig) => Promise<void>): Promise<void> {
  const rig = await OrderRig.start()
  try {
    await use(rig)
  } finally {
    await rig.close()
  }
}

/** A proof of one order: what it is called, how it ends, and what to do once OpenD has seen it. */
interface Proof {
  readonly name: string
  readonly ending: Ending
  readonly begun?: () => void
}

/** Places an order and follows it to its end. */
async function proveOne(rig: OrderRig, { name, ending, begun }: Proof): Promise<void> {
  const looks = rig.opend.seen(PROTO.orders)
  const arrived = rig.opend.arrival(PROTO.place)
  const placing = rig.place({ name })
  await arrived
  begun?.()
  if (ending === 'absent') {
    await rig.looked(looks)
    await rig.letTimePass()
  }
  assertTold(await placing, ending)
  const intentId = String((await rig.intentOf(name))?.['intent_id'])
  const intent = await rig.settled(intentId)
  assert.equal(intent['state'], ending, JSON.stringify(intent))
  const orders = rig.upstream(name)
  assert.deepEqual(
    orders.map(({ orderId }) => orderId),
    ending === 'accepted' ? [intent['order_id']] : [],
  )
  await assertRepeatIsSafe(rig, name, ending, intent['order_id'])
}

/** What the caller is told: an order id that exists, a refusal, or that the order is surely not there. */
function assertTold(first: Answer, ending: Ending): void {
  const told = `${first.status} ${JSON.stringify(first.body)}`
  if (ending === 'accepted') {
    assert.equal(first.status, 200, told)
  } else if (ending === 'rejected') {
    assert.deepEqual([first.status, first.body['code']], [400, 'opend.refused'], told)
  } else {
    assert.deepEqual([first.status, first.body['code']], [500, 'order.absent'], told)
  }
}

async function assertRepeatIsSafe(rig: OrderRig, name: string, ending: Ending, orderId: unknown): Promise<void> {
  const again = await rig.place({ name })
  const orders = rig.upstream(name)
  switch (ending) {
    case 'accepted':
      assert.deepEqual([again.status, orderIdOf(again)], [200, orderId])
      assert.equal(again.headers.get('Idempotency-Replayed'), 'true')
      assert.equal(orders.length, 1)
      break
    case 'rejected':
      assert.equal(again.status, 400)
      assert.equal(orders.length, 0)
      break
    case 'absent':
      // Nothing of the first is upstream, so the caller may try again, and this one is made.
      assert.equal(again.status, 200, JSON.stringify(again.body))
      assert.deepEqual([orderIdOf(again)], [orders[0]?.orderId])
      assert.equal(orders.length, 1)
  }
}

const QUICK: readonly { readonly fault: Fault; readonly ending: Ending }[] = [
  { fault: { kind: 'delay', ms: 100 }, ending: 'accepted' },
  { fault: { kind: 'trickle', everyMs: 2 }, ending: 'accepted' },
  { fault: { kind: 'restore-login' }, ending: 'accepted' },
  { fault: { kind: 'quota-exhausted' }, ending: 'rejected' },
  { fault: { kind: 'rate-exceeded' }, ending: 'rejected' },
  { fault: { kind: 'cut-after-reply' }, ending: 'accepted' },
  { fault: { kind: 'cut-after' }, ending: 'accepted' },
  { fault: { kind: 'half-frame' }, ending: 'accepted' },
  { fault: { kind: 'garbage' }, ending: 'accepted' },
  { fault: { kind: 'wrong-sha1' }, ending: 'accepted' },
  { fault: { kind: 'cut-before' }, ending: 'absent' },
]

describe('an order', { concurrency: true }, () => {
  test('ends right under every fault that shows at once', LIMIT, async (t) => {
    await withRig(async (rig) => {
      for (const { fault, ending } of QUICK) {
        await t.test(`${fault.kind}: ${ending}`, async () => {
          rig.break([{ id: PROTO.place, nth: 1, fault }])
          await proveOne(rig, { name: fault.kind, ending })
        })
      }
    })
  })

  test('ends right when its reply never comes or comes too late', LIMIT, async () => {
    await withRig(async (rig) => {
      rig.break([
        { id: PROTO.place, nth: 1, fault: { kind: 'drop-reply' } },
        { id: PROTO.place, nth: 2, fault: { kind: 'delay', ms: LATE_MS } },
      ])
      const endings = { 'drop-reply': 'accepted', 'late-reply': 'accepted' } as const
      const proofs: Promise<void>[] = []
      for (const [name, ending] of Object.entries(endings)) {
        // One after the other to OpenD, so that each meets its fault; they wait side by side.
        await new Promise<void>((begun) => proofs.push(proveOne(rig, { name, ending, begun })))
        const again = await rig.place({ name })
        assert.deepEqual([again.status, again.body['code']], [409, 'order.in_flight'])
      }
      await Promise.all(proofs)
    })
  })

  for (const kind of ['mute', 'restart', 'drop-request'] as const) {
    test(`is 202 while nobody can tell, and ends right afterwards: ${kind}`, LIMIT, async () => {
      await withRig(async (rig) => {
        rig.break([{ id: PROTO.place, nth: 1, fault: { kind } }])
        await proveLater(rig, kind)
      })
    })
  }

  test('is refused when OpenD is kicked out, and open when OpenD lost its servers', LIMIT, async () => {
    await withRig(async (rig) => {
      rig.break([{ id: PROTO.place, nth: 1, fault: { kind: 'kick-login' } }])
      const placing = rig.place({ name: 'kick-login' })
      assertTold(await placing, 'rejected')
      rig.opend.opend.setLogin('in')
      await assertRepeatIsSafe(rig, 'kick-login', 'rejected', null)

      rig.break([{ id: PROTO.place, nth: 1, fault: { kind: 'lose-login' } }])
      await proveLater(rig, 'lose-login', () => rig.opend.opend.setLogin('in'))
    })
  })
})

/** An order that is not there and that nobody can say so of within the time that its caller waits. */
async function proveLater(rig: OrderRig, name: string, meanwhile = (): void => undefined): Promise<void> {
  const first = await rig.place({ name })
  assert.equal(first.status, 202, JSON.stringify(first.body))
  const intentId = String(first.body['intent_id'])
  assert.equal(first.headers.get('Location'), `/api/order-intents/${intentId}`)
  const again = await rig.place({ name })
  assert.deepEqual([again.status, again.body['intent_id']], [202, intentId])
  assert.deepEqual(rig.upstream(name), [])
  meanwhile()
  await rig.letTimePassAnew()
  assert.equal((await rig.settled(intentId))['state'], 'absent')
  await assertRepeatIsSafe(rig, name, 'absent', null)
}

describe('a change of an order', { concurrency: true }, () => {
  /** Places an order, then changes it under a fault; the state of that change in the ledger, and the order upstream. */
  async function changeUnder(rig: OrderRig, fault: Fault, path: string, fields: object): Promise<readonly unknown[]> {
    const name = `${path}-${fault.kind}`
    const order_id = orderIdOf(await rig.place({ name }))
    rig.break([{ id: PROTO.modify, nth: 1, fault }])
    const looks = rig.opend.seen(PROTO.orders)
    const key = `change-${name}`
    const changing = rig.post(path, { header: rig.header, order_id, ...fields }, { name: key })
    if (fault.kind === 'cut-before') {
      await rig.looked(looks)
      await rig.letTimePass()
    }
    const first = await changing
    const calls = rig.opend.seen(PROTO.modify)
    const intent = await rig.settled(String((await rig.intentOf(key))?.['intent_id']))
    assert.equal(rig.opend.seen(PROTO.modify), calls, 'a change is sent once')
    const [order] = rig.upstream(name)
    assert.equal(rig.upstream(name).length, 1)
    return [first.status, intent['state'], order?.qty, order?.status]
  }

  const SUBMITTED = 5
  const CANCELLED_ALL = 15
  const MODIFY = { modify_order_op: 'Normal', qty: 200, price: 210 }

  test('ends right whether or not OpenD acted on it', LIMIT, async () => {
    await withRig(async (rig) => {
      const [before, after]: readonly Fault[] = [{ kind: 'cut-before' }, { kind: 'cut-after' }]
      assert.ok(before !== undefined && after !== undefined)
      const modify = '/api/modify-order'
      assert.deepEqual(await changeUnder(rig, after, modify, MODIFY), [200, 'accepted', 200, SUBMITTED])
      assert.deepEqual(await changeUnder(rig, before, modify, MODIFY), [500, 'absent', 100, SUBMITTED])
      const cancel = '/api/cancel-order'
      assert.deepEqual(await changeUnder(rig, after, cancel, {}), [200, 'accepted', 100, CANCELLED_ALL])
      assert.deepEqual(await changeUnder(rig, before, cancel, {}), [500, 'absent', 100, SUBMITTED])
    })
  })
})
