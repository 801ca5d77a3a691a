import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModifyOrderOp } from '../../../proto/enums.ts'
import { OrderPathRig, REAL_ID } from '../order-rig.ts'
import { failed, orderOf } from '../order-values.ts'
import { orderHistory, orderList, placed } from '../sample-replies.ts'

const REAL = { trdEnv: 1, accID: REAL_ID, trdMarket: 1 }
const HISTORY = 2221
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** A rig with an accepted order that OpenD lists, after which replies are lost together with the connection. */
async function withWitness(header = REAL): Promise<OrderPathRig> {
  const rig = new OrderPathRig()
  await rig.done(rig.place({ header }))
  rig.listed = [orderOf(rig.latest)]
  await rig.pass(60_000)
  for (const protoId of [2202, 2205]) rig.answers.set(protoId, () => failed('gateway.disconnected', true))
  return rig
}

test('lists that lack an accepted order are no evidence, and the entry names that order', async () => {
  for (const header of [REAL, { ...REAL, trdEnv: 0, accID: 281_756n }]) {
    const rig = await withWitness(header)
    const [witness] = rig.entries
    const listed = rig.listed
    rig.listed = []
    rig.restart()
    void rig.place({ header })
    await rig.pass(1_000)
    rig.reconnect()
    await rig.pass(100_000)
    assert.deepEqual([rig.latest.state, rig.latest.pollAttempts], ['unknown', 0])
    assert.ok(rig.latest.detail?.includes(witness?.id ?? 'none'), rig.latest.detail ?? '')
    rig.listed = listed
    await rig.pass(60_000)
    assert.equal(rig.latest.state, 'unknown')
    await rig.pass(15_000)
    assert.equal(rig.latest.state, 'absent')
  }
})

test('a witness may be in the history, under either id, or be deleted', async () => {
  const rig = await withWitness()
  const [witness] = rig.listed
  assert.ok(witness !== undefined)
  for (const shown of [
    { ...witness, orderIDEx: '' },
    { ...witness, orderID: 0n },
  ]) {
    rig.listed = []
    rig.answers.set(HISTORY, () => orderHistory([shown]))
    void rig.place({ header: REAL })
    await rig.pass(65_000)
    assert.equal(rig.latest.state, 'absent')
  }
  rig.answers.set(HISTORY, () => orderHistory([]))
  void rig.modify({ header: REAL, orderID: witness.orderID, modifyOrderOp: ModifyOrderOp.Delete })
  await rig.pass(65_000)
  assert.equal(rig.latest.state, 'accepted')
  void rig.place({ header: REAL })
  await rig.pass(65_000)
  assert.equal(rig.latest.state, 'absent')
})

test('an order of another market, account or day is not a witness', async () => {
  for (const header of [
    { ...REAL, trdMarket: 2 },
    { trdEnv: 0, accID: 281_756n, trdMarket: 1 },
  ]) {
    const rig = await withWitness(header)
    rig.listed = []
    void rig.place({ header: REAL })
    await rig.pass(65_000)
    assert.equal(rig.latest.state, 'absent')
  }
  const old = await withWitness()
  old.listed = []
  await old.pass(2 * DAY_MS)
  void old.place({ header: REAL })
  await old.pass(65_000)
  assert.equal(old.latest.state, 'absent')
})

test('an empty list without the accepted order does not prove that no order is open', async () => {
  const rig = await withWitness()
  rig.listed = []
  void rig.cancel({ header: REAL, forAll: true, orderID: 0n })
  await rig.pass(120_000)
  assert.equal(rig.latest.state, 'unknown')
  rig.answers.set(HISTORY, () => orderHistory([orderOf(rig.entries[1] ?? rig.latest, { orderStatus: 15 })]))
  await rig.pass(60_000)
  assert.deepEqual([rig.latest.state, rig.latest.detail], ['accepted', 'no order of the account is open'])
})

test('an order accepted just before a lost cancel of all orders, or a lost deletion, is a witness', async () => {
  for (const change of [
    { forAll: true, orderID: 0n },
    { orderID: 7n, modifyOrderOp: ModifyOrderOp.Delete },
  ]) {
    const rig = new OrderPathRig()
    rig.answers.set(2202, () => placed(7n))
    await rig.done(rig.place({ header: REAL }))
    rig.answers.set(2205, () => failed('gateway.disconnected', true))
    // OpenD's lists lack the order for now, as after a restart.
    rig.listed = []
    void rig.modify({ header: REAL, modifyOrderOp: ModifyOrderOp.Cancel, ...change })
    await rig.pass(9_000)
    assert.equal(rig.latest.state, 'unknown')
  }
})

test('an order of another market is a witness for a cancel of all orders, but not of one market', async () => {
  for (const [trdMarket, state] of [
    [undefined, 'unknown'],
    [1, 'accepted'],
  ] as const) {
    const rig = await withWitness({ ...REAL, trdMarket: 2 })
    rig.listed = []
    void rig.cancel({ header: REAL, forAll: true, orderID: 0n, trdMarket })
    await rig.pass(120_000)
    assert.equal(rig.latest.state, state)
  }
})

test('without a history, the list of today proves nothing about an older order', async () => {
  const rig = new OrderPathRig()
  rig.answers.set(HISTORY, () => ({
    ok: true,
    body: new Uint8Array([8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]),
  }))
  rig.answers.set(2202, () => failed('gateway.disconnected', true))
  rig.answers.set(2201, () => failed('gateway.not_ready', false))
  void rig.place()
  await rig.pass(DAY_MS)
  rig.answers.set(2201, () => orderList([]))
  rig.reconnect()
  await rig.pass(HOUR_MS)
  assert.match(rig.latest.detail ?? '', /only the orders of today/)
  assert.equal(rig.latest.state, 'unknown')
})

test('an empty list is no evidence about an older call, whatever was placed since', async () => {
  const rig = new OrderPathRig()
  rig.answers.set(2202, () => failed('gateway.disconnected', true))
  rig.answers.set(2201, () => failed('gateway.not_ready', false))
  void rig.place({ header: REAL })
  await rig.pass(3 * DAY_MS)
  const { id } = rig.latest
  rig.answers.set(2202, () => placed(500n))
  await rig.done(rig.place({ header: REAL }))
  await rig.pass(60_000)
  rig.answers.set(2201, () => orderList([]))
  rig.reconnect()
  await rig.pass(HOUR_MS)
  assert.equal(rig.ledger.byId(id)?.state, 'unknown')
  rig.answers.set(2201, () => orderList([orderOf(rig.latest)]))
  rig.reconnect()
  await rig.pass(65_000)
  assert.equal(rig.ledger.byId(id)?.state, 'absent')
})

test('a call older than the history of OpenD stays undecided', async () => {
  const rig = new OrderPathRig()
  rig.answers.set(2202, () => failed('gateway.disconnected', true))
  rig.answers.set(2201, () => failed('gateway.not_ready', false))
  void rig.place({ header: REAL })
  await rig.pass(1_000)
  rig.clock.step(89 * DAY_MS)
  rig.answers.set(2201, () => orderList([]))
  rig.reconnect()
  await rig.pass(HOUR_MS)
  assert.deepEqual(
    [rig.latest.state, rig.latest.detail],
    ['unknown', 'the call is older than the history that OpenD keeps'],
  )
})
