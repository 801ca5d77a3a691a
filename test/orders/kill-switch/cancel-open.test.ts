import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrderStatus } from '../../../proto/enums.ts'
import { type CancelResult, cancelOpenOrders, leavesOpen } from '../../../src/orders/kill-switch/cancel-open.ts'
import type { HaltScope } from '../../../src/orders/kill-switch/switches.ts'
import { changedC2s, DeskRig, failed, orderOf, PLAY_ID, REAL_ID, refusal } from '../order-rig.ts'

const EVERYTHING: HaltScope = { kind: 'all' }
const REAL = { trdEnv: 1, accID: REAL_ID, trdMarket: 1 }

function cancelOpen(rig: DeskRig, scope: HaltScope = EVERYTHING): Promise<readonly CancelResult[]> {
  const { ledger } = rig
  const upstream = async (protoId: number, body: Uint8Array) =>
    (await rig.answers.get(protoId)?.(body)) ?? failed('gateway.not_ready', false)
  const outside = { ledger, upstream, nowMs: () => rig.clock.wallMs() }
  return rig.done(cancelOpenOrders(outside, rig.desk, scope, { caller: 'key:admin', requestId: 'r9' }), 3_600_000)
}

/** Lists every order of the ledger that was placed, as open. */
function listAll(rig: DeskRig): void {
  rig.listed = rig.entries.filter(({ call }) => call.kind === 'place').map((entry) => orderOf(entry))
}

test('a scope takes the orders of a caller, of an account, or all, and only what is open and came through here', async () => {
  const rig = new DeskRig()
  await rig.done(rig.place({}, { caller: 'key:a' }))
  await rig.done(rig.place({}, { caller: 'key:b' }))
  await rig.done(rig.place({ header: REAL }, { caller: 'key:b' }))
  const [realB, playB, playA] = rig.entries.map(({ orderId }) => orderId)
  listAll(rig)
  const foreign = orderOf({ ...rig.latest, tag: 'zzzzzzzz', orderId: '1000' })
  const all = [...rig.listed, foreign]
  for (const [scope, ids] of [
    [{ kind: 'caller', caller: 'key:a' }, [playA]],
    [{ kind: 'caller', caller: 'key:b' }, [playB, realB]],
    [{ kind: 'account', accId: PLAY_ID.toString() }, [playA, playB]],
    [EVERYTHING, [playA, playB, realB]],
  ] as const) {
    rig.listed = all
    const results = await cancelOpen(rig, scope)
    assert.deepEqual(new Set<unknown>(results.map(({ orderId }) => orderId)), new Set<unknown>(ids), scope.kind)
    assert.ok(results.every(({ outcome }) => outcome === 'cancelled') && !leavesOpen(results))
  }
  rig.listed = all.map((order) => ({ ...order, orderStatus: OrderStatus.Filled_All }))
  assert.deepEqual(await cancelOpen(rig), [])
})

test('each cancel is an entry of the ledger, by whoever used the switch, and passes any halt', async () => {
  const rig = new DeskRig()
  await rig.done(rig.place())
  listAll(rig)
  rig.switches.halt(EVERYTHING, true)
  await cancelOpen(rig)
  const { caller, requestId, call, reservation } = rig.latest
  assert.deepEqual([caller, requestId, call.kind, reservation], ['key:admin', 'r9', 'cancel', null])
})

test('an order whose reply was lost is cancelled once OpenD lists it, and told of until then', async () => {
  const rig = new DeskRig()
  rig.answers.set(2202, () => failed('gateway.disconnected', true))
  void rig.place()
  await rig.pass(500)
  const [missing] = await cancelOpen(rig)
  assert.deepEqual([missing?.outcome, missing?.orderId], ['unknown', '0'])
  assert.equal(rig.count(2205), 0)
  rig.listed = [orderOf(rig.latest, { orderID: 55n })]
  const [found] = await cancelOpen(rig)
  assert.deepEqual([found?.outcome, found?.orderId], ['cancelled', '55'])
})

test('when OpenD does not list the orders, all that may be open are cancelled by their names', async () => {
  const rig = new DeskRig()
  await rig.done(rig.place())
  rig.answers.set(2201, () => failed('gateway.disconnected', true))
  const [result] = await cancelOpen(rig)
  assert.deepEqual([result?.outcome, result?.orderId, result?.code], ['cancelled', '1', 'HK.00700'])
  const sent = rig.sent.find(({ protoId }) => protoId === 2205)
  assert.deepEqual(sent === undefined ? null : [changedC2s(sent).orderID, changedC2s(sent).orderIDEx], [1n, 'FT1'])
})

test('what became of each cancel is told, and whether something may be open still', async () => {
  const rig = new DeskRig()
  await rig.done(rig.place())
  listAll(rig)
  const cases = [
    [() => refusal(2205, -1), 'refused', false],
    [() => refusal(2205, -400), 'unknown', true],
    [() => failed('gateway.disconnected', true), 'unknown', true],
    [() => failed('gateway.not_ready', false), 'not_attempted', true],
  ] as const
  for (const [answer, outcome, isOpen] of cases) {
    rig.answers.set(2205, answer)
    const results = await cancelOpen(rig)
    assert.deepEqual([results[0]?.outcome, leavesOpen(results)], [outcome, isOpen])
  }
  rig.accounts = { code: 'gateway.not_ready', detail: 'down', retryInMs: null }
  const results = await cancelOpen(rig)
  assert.deepEqual([results[0]?.outcome, leavesOpen(results)], ['not_attempted', true])
})

test('a hundred cancels are sent, and the orders beyond are named', async () => {
  const rig = new DeskRig()
  await rig.done(Promise.all(Array.from({ length: 103 }, () => rig.place())))
  listAll(rig)
  const results = await cancelOpen(rig)
  assert.deepEqual([results.length, rig.count(2205), leavesOpen(results)], [103, 100, true])
  assert.equal(results.filter(({ outcome }) => outcome === 'not_attempted').length, 3)
})
