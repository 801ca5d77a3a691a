import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModifyOrderOp, OrderStatus } from '../../../proto/enums.ts'
import { matchOrder } from '../../../src/orders/reconciliation/match-order.ts'
import type { LedgerEntry, OrderCallFacts } from '../../../src/orders/entry.ts'
import { restingOrder } from '../../limits/sample-orders.ts'
import { type Order } from '../order-rig.ts'
import { STATUSES } from '../order-values.ts'
import { changeEntry, ledgerOf, MADE_MS, placeEntry } from '../sample-entries.ts'

/** The match of these orders in a ledger of these other calls: its state, or `none` without a match. */
function stateOf(entry: LedgerEntry, orders: readonly Order[], others: readonly LedgerEntry[] = []): string {
  return matchOrder(entry, { orders, gap: null }, ledgerOf(entry, ...others))?.state ?? 'none'
}

/** The state for every status of the order. */
function byStatus(entry: LedgerEntry, order: Partial<Order>): Record<string, number[]> {
  const states: Record<string, number[]> = {}
  for (const orderStatus of STATUSES) {
    ;(states[stateOf(entry, [restingOrder({ ...order, orderStatus })])] ??= []).push(orderStatus)
  }
  return states
}

const UNSURE = [OrderStatus.Unknown, OrderStatus.TimeOut]
const OPEN = [0, 1, 2, 5, 10]
const CANCELLED = [12, 13, 14, 15, 23]
const sorted = (numbers: readonly number[]): number[] => STATUSES.filter((status) => numbers.includes(status))

test('a new order is found by its tag in every status except an unknown one', () => {
  const sure = STATUSES.filter((status) => !UNSURE.includes(status as -1 | 4))
  assert.deepEqual(byStatus(placeEntry(), { remark: 'grid #00000001' }), { accepted: sure, unknown: sorted(UNSURE) })
  assert.deepEqual(byStatus(placeEntry(), { remark: 'grid #00000002' }), { none: STATUSES })
  assert.deepEqual(byStatus(placeEntry(), {}), { none: STATUSES })
})

test('a change is found in the order that it changes', () => {
  const of = (op: number, order: Partial<Order> = {}) => byStatus(changeEntry({ op, qty: 200 }), order)
  const unknown = sorted(UNSURE)
  const over = sorted([3, 11, 21, 24, ...CANCELLED])
  assert.deepEqual(of(ModifyOrderOp.Normal, { qty: 200 }), {
    accepted: STATUSES.filter((status) => !unknown.includes(status)),
    unknown,
  })
  assert.deepEqual(of(ModifyOrderOp.Normal), { none: sorted([...OPEN, 22]), rejected: over, unknown })
  assert.deepEqual(of(ModifyOrderOp.Cancel), {
    accepted: sorted(CANCELLED),
    none: sorted([...OPEN, 22]),
    rejected: sorted([3, 11, 21, 24]),
    unknown,
  })
  assert.deepEqual(of(ModifyOrderOp.Disable), { accepted: [22], none: sorted(OPEN), rejected: over, unknown })
  assert.deepEqual(of(ModifyOrderOp.Enable), {
    accepted: sorted([...OPEN, 3, 11, 12, 14, 21, 24]),
    none: [22],
    rejected: sorted([13, 15, 23]),
    unknown,
  })
  assert.deepEqual(of(ModifyOrderOp.Delete), {
    accepted: [23],
    none: STATUSES.filter((status) => status !== 23 && !unknown.includes(status)),
    unknown,
  })
})

test('an unlisted order decides no change except a deletion', () => {
  for (const op of [1, 2, 3, 4]) assert.equal(stateOf(changeEntry({ op }), []), 'none')
  const deletion = changeEntry({ op: ModifyOrderOp.Delete })
  const snapshot = { orders: [], gap: null }
  const polled = matchOrder(deletion, snapshot, ledgerOf())
  assert.equal(polled?.state === 'accepted' && polled.isByAbsence, true)
  assert.equal(matchOrder(deletion, { ...snapshot, gap: 'test' }, ledgerOf()), null)
})

test('an order is found by either of its ids', () => {
  const names: readonly Partial<OrderCallFacts>[] = [
    { targetOrderId: '7', targetOrderIdEx: null },
    { targetOrderId: null, targetOrderIdEx: 'FT7' },
  ]
  const order = restingOrder({ orderID: 7n, orderIDEx: 'FT7', qty: 200 })
  for (const name of names) assert.equal(stateOf(changeEntry({ qty: 200, ...name }), [order]), 'accepted')
  assert.equal(stateOf(changeEntry({ qty: 200, targetOrderId: '8' }), [order]), 'none')
})

test('an order must have every number of a change, and a 0 changes nothing', () => {
  const order = restingOrder({ price: 320.4, auxPrice: 310, trailType: 1, trailValue: 2, trailSpread: 0.5 })
  const requested = { auxPrice: 310, trailType: 1, trailValue: 2, trailSpread: 0.5 }
  const cases: readonly [Partial<OrderCallFacts>, string][] = [
    [{ price: 320.4, triggers: requested }, 'accepted'],
    [{ price: 320.45, triggers: requested }, 'none'],
    [{ price: 320.45, triggers: { ...requested, adjustLimit: -0.001 } }, 'accepted'],
    [{ price: 325, triggers: { ...requested, adjustLimit: 0.001 } }, 'none'],
    [{ triggers: { ...requested, auxPrice: 311 } }, 'none'],
    [{ triggers: { ...requested, trailType: 2 } }, 'none'],
    [{ triggers: { ...requested, trailValue: 3 } }, 'none'],
    [{ triggers: { ...requested, trailSpread: 0.6 } }, 'none'],
    [{ qty: 100, price: 0, triggers: { auxPrice: 0 } }, 'accepted'],
  ]
  for (const [call, state] of cases) assert.equal(stateOf(changeEntry(call), [order]), state, JSON.stringify(call))
  assert.equal(stateOf(changeEntry({ triggers: { auxPrice: 310 } }), [restingOrder()]), 'none')
})

test('a change that another one may hide is undecided while the order is open, and lapses when it ends', () => {
  const lost = changeEntry({ qty: 200 })
  const order = restingOrder({ qty: 300 })
  const later = (change: Partial<LedgerEntry>, call: Partial<OrderCallFacts> = {}): LedgerEntry => {
    const times = { createdAtMs: MADE_MS + 1_000, updatedAtMs: MADE_MS + 2_000 }
    return changeEntry({ qty: 300, ...call }, { id: 'oi_00000003', state: 'accepted', ...times, ...change })
  }
  assert.equal(stateOf(lost, [order], [later({})]), 'unknown')
  assert.equal(stateOf(lost, [order], [later({ state: 'unknown' })]), 'unknown')
  assert.equal(stateOf(lost, [order], [later({ state: 'reserved' })]), 'unknown')
  // A clock that was set back does not make it the earlier one.
  assert.equal(stateOf(lost, [order], [later({ createdAtMs: 0, updatedAtMs: 0 })]), 'unknown')
  // The order does not show it, it was not made, or it changed another property.
  assert.equal(stateOf(lost, [order], [later({}, { qty: 400 })]), 'none')
  assert.equal(stateOf(lost, [order], [later({ state: 'rejected' })]), 'none')
  assert.equal(stateOf(lost, [order], [later({ state: 'absent' })]), 'none')
  assert.equal(stateOf(lost, [order], [later({}, { targetOrderId: '8' })]), 'none')
  assert.equal(stateOf(lost, [order], [later({}, { op: ModifyOrderOp.Cancel })]), 'none')
  for (const orderStatus of STATUSES) {
    const isEnded = [3, 11, 14, 15, 21, 23, 24].includes(orderStatus)
    assert.equal(stateOf(lost, [{ ...order, orderStatus }], [later({})]), isEnded ? 'lapsed' : 'unknown')
  }
  // An order that complete lists lack has ended; incomplete lists prove nothing.
  assert.equal(stateOf(lost, [], [later({})]), 'lapsed')
  assert.equal(stateOf(lost, [], [later({ state: 'rejected' })]), 'none')
  assert.equal(matchOrder(lost, { orders: [], gap: 'test' }, ledgerOf(lost, later({}))), null)
})

test('a change that was final before the lost one was created hides nothing', () => {
  const lost = changeEntry({ qty: 200 })
  const before = changeEntry({ qty: 300 }, { id: 'oi_00000003', state: 'accepted', createdAtMs: 1, updatedAtMs: 2 })
  const snapshot = { orders: [restingOrder({ qty: 300 })], gap: null }
  assert.equal(matchOrder(lost, snapshot, ledgerOf(before, lost)), null)
  const beside = { ...before, updatedAtMs: MADE_MS + 1 }
  assert.equal(matchOrder(lost, snapshot, ledgerOf(beside, lost))?.state, 'unknown')
})

test('later calls for other orders hide no change, however many they are', () => {
  const lost = changeEntry({ qty: 200 })
  const crowd = Array.from({ length: 1_000 }, (_, i) => placeEntry({ id: `oi_1${i}`, state: 'accepted' }))
  const others = crowd.map(({ id }) => changeEntry({ qty: 9, targetOrderId: '8' }, { id: `${id}b`, state: 'accepted' }))
  assert.equal(stateOf(lost, [restingOrder()], [...crowd, ...others]), 'none')
})

test('an order with very many later changes does not show an older one', () => {
  const lost = changeEntry({ qty: 200 })
  const crowd = Array.from({ length: 200 }, (_, i) => changeEntry({ qty: 9 }, { id: `oi_1${i}`, state: 'accepted' }))
  assert.equal(stateOf(lost, [restingOrder()], crowd), 'unknown')
  assert.equal(stateOf(lost, [restingOrder()], crowd.slice(1)), 'none')
})

test('a cancel of all orders was made when no order is open, and not when an older order is open', () => {
  const all = changeEntry({ kind: 'cancel', op: ModifyOrderOp.Cancel, forAll: true, targetOrderId: null })
  const older = placeEntry({ state: 'accepted', tag: '00000001', createdAtMs: 1, updatedAtMs: 2 })
  const newer = placeEntry({ id: 'oi_00000009', tag: '00000009', state: 'accepted' })
  // In flight at the same time as the call.
  const beside = placeEntry({ id: 'oi_00000005', tag: '00000005', state: 'accepted', updatedAtMs: MADE_MS + 1 })
  const [tagged, young] = [restingOrder({ remark: '#00000001' }), restingOrder({ remark: '#00000009' })]
  const stateFor = (orders: readonly Order[], entry = all): string =>
    matchOrder(entry, { orders, gap: null }, ledgerOf(older, beside, entry, newer))?.state ?? 'none'
  const filled = restingOrder({ remark: '#00000001', orderStatus: OrderStatus.Filled_All })

  assert.equal(stateFor([]), 'accepted')
  assert.equal(stateFor([filled]), 'accepted')
  assert.equal(stateFor([filled, tagged]), 'none')
  assert.equal(stateFor([restingOrder({ remark: '#00000001', orderStatus: OrderStatus.Disabled })]), 'none')
  assert.equal(stateFor([young]), 'accepted')
  assert.equal(stateFor([restingOrder({ remark: '#00000005' })]), 'unknown')
  assert.equal(stateFor([young, tagged]), 'none')
  assert.equal(stateFor([restingOrder({ orderStatus: OrderStatus.TimeOut })]), 'unknown')
  // An order placed elsewhere: only OpenD's time shows its age.
  assert.equal(stateFor([restingOrder()]), 'unknown')
  assert.equal(stateFor([restingOrder({ createTimestamp: MADE_MS / 1000 })]), 'unknown')
  // OpenD's clock may be minutes off.
  assert.equal(stateFor([restingOrder({ createTimestamp: MADE_MS / 1000 - 600 })]), 'unknown')
  assert.equal(stateFor([restingOrder({ createTimestamp: MADE_MS / 1000 + 600 })]), 'unknown')
  assert.equal(stateFor([restingOrder({ createTimestamp: MADE_MS / 1000 - 3_600 })]), 'none')
  assert.equal(stateFor([restingOrder({ createTimestamp: MADE_MS / 1000 + 3_600 })]), 'accepted')
  // An order that an incomplete list lacks may be open.
  assert.equal(matchOrder(all, { orders: [], gap: 'test' }, ledgerOf(all)), null)
  // Limited to one market, it does not cover the others.
  const inUs = { ...all, call: { ...all.call, forMarket: 2 } }
  assert.equal(stateFor([tagged], inUs), 'accepted')
  assert.equal(stateFor([{ ...tagged, trdMarket: 2 }], inUs), 'none')
})

test('among several orders with one tag, or when another entry owns the order, no order is chosen', () => {
  const orders = ['8', '9'].map((id) =>
    restingOrder({ orderID: BigInt(id), orderIDEx: `FT${id}`, remark: '#00000001' }),
  )
  const [original, copy] = orders
  assert.ok(original !== undefined && copy !== undefined)
  assert.equal(stateOf(placeEntry(), orders), 'unknown')
  // Today's list and the history may both have the order.
  assert.equal(stateOf(placeEntry(), [original, { ...original, orderStatus: 11 }]), 'accepted')
  const owner = placeEntry({ id: 'oi_00000009', tag: '00000009', state: 'accepted', orderId: '9', orderIdEx: 'FT9' })
  assert.equal(stateOf(placeEntry(), [copy], [owner]), 'unknown')
  // A decimal id may be derived from the alphanumeric one, so two orders may share it.
  assert.equal(stateOf(placeEntry(), [{ ...original, orderID: 9n }], [owner]), 'accepted')
  assert.equal(stateOf(placeEntry(), [{ ...original, orderID: 9n, orderIDEx: '' }], [owner]), 'unknown')
  assert.equal(stateOf(placeEntry(), orders, [owner]), 'accepted')
  // When its id is known, neither tag nor another id counts.
  const named = placeEntry({ orderId: '8', orderIdEx: 'FT8' })
  assert.equal(stateOf(named, [copy]), 'none')
  assert.equal(stateOf(named, [copy, { ...original, remark: '' }]), 'accepted')
})
