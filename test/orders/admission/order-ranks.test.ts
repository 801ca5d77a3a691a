import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrderRanks } from '../../../src/orders/admission/order-ranks.ts'
import type { OrderCall } from '../../../src/orders/order-call.ts'
import { modifyOrder, placeOrder } from '../../limits/sample-orders.ts'
import { OrderPathRig } from '../order-rig.ts'

const cancelOf = (orderID: bigint): OrderCall => ({ protoId: 2205, c2s: modifyOrder({ orderID, modifyOrderOp: 2 }) })

test('a cancel of an order of the ledger ranks first, one of an unknown id last', async () => {
  const rig = new OrderPathRig()
  await rig.done(rig.place())
  const ranks = new OrderRanks(rig.ledger)
  const place: OrderCall = { protoId: 2202, c2s: placeOrder() }
  const change: OrderCall = { protoId: 2205, c2s: modifyOrder({ orderID: 1n }) }
  const ranked = [place, change, cancelOf(1n), cancelOf(99n)].map((call) => ranks.rankOf(call, 0))
  assert.deepEqual(ranked, ['order', 'order', 'cancel', 'cancel_unknown'])
})

test('further cancels of one order rank last after the second one, for a minute', async () => {
  const rig = new OrderPathRig()
  await rig.done(rig.place())
  const ranks = new OrderRanks(rig.ledger)
  const ranked: string[] = []
  for (const atMs of [0, 1_000, 2_000, 30_000, 60_000, 61_000]) {
    const rank = ranks.rankOf(cancelOf(1n), atMs)
    ranked.push(rank)
    if (rank === 'cancel') ranks.recordCancel(cancelOf(1n), atMs)
  }
  assert.deepEqual(ranked, ['cancel', 'cancel', 'cancel_unknown', 'cancel_unknown', 'cancel', 'cancel'])
})
