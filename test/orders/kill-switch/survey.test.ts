import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrderStatus } from '../../../proto/enums.ts'
import type { LedgerEntry } from '../../../src/orders/entry.ts'
import { type Survey, surveyOrders } from '../../../src/orders/kill-switch/survey.ts'
import type { CancelTask } from '../../../src/orders/kill-switch/switch-store.ts'
import { OrderPathRig, type Order, PLAY_ID } from '../order-rig.ts'
import { failed, orderOf, STATUSES } from '../order-values.ts'

const ACCOUNT = { accId: PLAY_ID, trdEnv: 0, trdMarket: 1 }

function surveyed(rig: OrderPathRig, orders: readonly Order[], change: Partial<CancelTask> = {}): Survey {
  const nowMs = rig.clock.wallMs()
  const task: CancelTask = {
    ...{ id: 'halt:caller:key:a', reason: 'halt', scope: { kind: 'caller', caller: 'key:a' }, includesForeign: false },
    ...{ caller: 'key:a', requestId: 'r', dueAtMs: nowMs, attempts: 0, nextAttemptMs: nowMs, detail: null },
    ...change,
  }
  return surveyOrders(task, ACCOUNT, orders, rig.ledger, nowMs)
}

/** An order whose reply is lost. */
async function lost(rig: OrderPathRig): Promise<LedgerEntry> {
  rig.answers.set(2202, () => failed('gateway.disconnected', true))
  void rig.place()
  await rig.pass(100)
  return rig.latest
}

const idsOf = (orders: readonly Order[]): readonly bigint[] => orders.map(({ orderID }) => orderID)

test('an order without a known id belongs to the entry with its tag, unless a second order has the tag', async () => {
  const rig = new OrderPathRig()
  const entry = await lost(rig)
  const [order, copy] = [orderOf(entry, { orderID: 5n }), orderOf(entry, { orderID: 6n, orderIDEx: 'FT6' })]
  const one = surveyed(rig, [order])
  assert.deepEqual([idsOf(one.open), one.undecided], [[5n], []])
  const two = surveyed(rig, [order, copy])
  assert.deepEqual([two.open, two.undecided.map(({ id }) => id)], [[], [entry.id]])
  const scope = { kind: 'account', accId: PLAY_ID.toString() } as const
  assert.deepEqual(idsOf(surveyed(rig, [order, copy], { includesForeign: true, scope }).open), [5n, 6n])
  // The tag may be that of another caller.
  assert.deepEqual(surveyed(rig, [order, copy], { includesForeign: true }).open, [])
})

test('orders that can no longer trade are ignored, and every other status counts as open', async () => {
  const rig = new OrderPathRig()
  await rig.done(rig.place())
  const over = new Set([3, 11, 14, 15, 21, 22, 23, 24])
  for (const orderStatus of [...STATUSES, 99]) {
    const { open, closing } = surveyed(rig, [orderOf(rig.latest, { orderStatus })])
    assert.equal(open.length + closing.length, over.has(orderStatus) ? 0 : 1, String(orderStatus))
  }
})

test('a cancel-after covers the orders placed before it fired', async () => {
  const rig = new OrderPathRig()
  await rig.done(rig.place())
  const order = orderOf(rig.latest)
  const made = { reason: 'cancel_after', dueAtMs: rig.latest.createdAtMs } as const
  assert.equal(surveyed(rig, [order], made).open.length, 1)
  assert.equal(surveyed(rig, [order], { ...made, dueAtMs: made.dueAtMs - 1 }).open.length, 0)
  assert.equal(surveyed(rig, [order], { dueAtMs: made.dueAtMs - 1 }).open.length, 1, 'a halt means all')
})

test('an order that was declared absent is cancelled when it appears, and awaited for a while', async () => {
  const rig = new OrderPathRig()
  const entry = await lost(rig)
  rig.orderEntries.transition(entry, 'absent', {})
  assert.equal(surveyed(rig, [orderOf(entry)]).open.length, 1)
  assert.equal(surveyed(rig, []).undecided.length, 1)
  await rig.pass(600_000)
  assert.equal(surveyed(rig, []).undecided.length, 0)
})

test('a list is in doubt when it lacks an accepted order, until a cancel of that order was accepted', async () => {
  const rig = new OrderPathRig()
  await rig.done(rig.place())
  const first = orderOf(rig.latest, { orderStatus: OrderStatus.Filled_All })
  assert.equal(surveyed(rig, [first]).doubt, 'none')
  await rig.done(rig.place())
  assert.deepEqual([surveyed(rig, [first]).doubt, surveyed(rig, []).doubt], ['some', 'all'])
  assert.deepEqual(
    surveyed(rig, [first]).missing.map(({ id }) => id),
    [rig.latest.id],
  )
  await rig.done(rig.cancel({ orderID: 2n }))
  assert.deepEqual([surveyed(rig, [first]).doubt, surveyed(rig, [first]).missing], ['none', []])
  await rig.pass(9 * 3_600_000)
  assert.equal(surveyed(rig, []).doubt, 'some', 'an account without orders is polled more than once')
})
