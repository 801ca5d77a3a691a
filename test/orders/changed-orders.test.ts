import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModifyOrderOp, OrderStatus, TrdMarket } from '../../proto/enums.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import { restingOrder } from '../limits/sample-orders.ts'
import { SwitchRig } from './kill-switch/switch-rig.ts'

/** What the answer to a cancel and its entry tell about the order. */

const HEADER = { trdEnv: 0, accID: 1n, trdMarket: TrdMarket.HK }

function cancel(rig: SwitchRig, orderID: bigint, idempotencyKey: string | null = null) {
  const c2s = { packetID: { connID: 0n, serialNo: 0 }, header: HEADER, orderID, modifyOrderOp: ModifyOrderOp.Cancel }
  return rig.service.submit({
    ...{ protoId: 2205, body: encodeMessage('Trd_ModifyOrder.Request', { c2s }), caller: 'key:a', limits: null },
    ...{ rights: { simulate: true, real: true }, requestId: 'r', idempotencyKey },
    ...{ isDryRun: false, isKillSwitch: false, callId: null, keyMark: null, expiresAtMs: null },
  })
}

function push(rig: SwitchRig, orderID: bigint, orderStatus: number): void {
  const order = restingOrder({ orderID, orderIDEx: `FT${orderID}`, orderStatus })
  rig.service.orderPush(encodeMessage('Trd_UpdateOrder.Response', { retType: 0, s2c: { header: HEADER, order } }))
}

/** A cancel that OpenD accepts, with the pushes that follow its reply, and how long its answer took. */
async function cancelled(pushes: readonly (readonly [afterMs: number, status: number])[]) {
  const rig = new SwitchRig()
  const orderId = await rig.placed('key:a')
  const fromMs = rig.clock.elapsedMs
  for (const [afterMs, status] of pushes) rig.clock.after(afterMs, () => push(rig, orderId, status))
  const answer = await rig.done(cancel(rig, orderId))
  return { rig, orderId, answer, tookMs: rig.clock.elapsedMs - fromMs }
}

test('the answer to a cancel waits for the end of its order, and tells it', async () => {
  const { answer, tookMs } = await cancelled([[300, OrderStatus.Cancelled_All]])
  assert.equal(answer.reply.kind, 'answered')
  assert.equal(answer.order?.orderStatus, OrderStatus.Cancelled_All)
  assert.equal(answer.order?.isFinal, true)
  assert.ok(tookMs >= 300 && tookMs < 1_000, `${tookMs} ms`)
})

test('a cancel that the exchange has not confirmed after a second says so, and its entry follows the order', async () => {
  const { rig, orderId, answer, tookMs } = await cancelled([[100, OrderStatus.Cancelling_All]])
  assert.deepEqual([answer.order?.orderStatus, answer.order?.isFinal], [OrderStatus.Cancelling_All, false])
  assert.ok(tookMs >= 1_000 && tookMs < 1_500, `${tookMs} ms`)
  assert.ok(answer.reply.kind === 'answered')
  const { intentId } = answer.reply
  push(rig, orderId, OrderStatus.Filled_All)
  const followed = rig.service.entryWithOrder(intentId)
  assert.deepEqual([followed?.order?.orderStatus, followed?.order?.isFinal], [OrderStatus.Filled_All, true])
})

test('a cancel without any push is answered after a second, and nothing is claimed about the order', async () => {
  const { answer, tookMs } = await cancelled([])
  assert.equal(answer.order, null)
  assert.ok(tookMs >= 1_000 && tookMs < 1_500, `${tookMs} ms`)
})

test('no answer to a cancel comes later than the 30 s that clients are told to wait', async () => {
  for (const repliesAfterMs of [28_500, 29_400, 29_900]) {
    const rig = new SwitchRig()
    const orderID = await rig.placed('key:a')
    const reply = encodeMessage('Trd_ModifyOrder.Response', { retType: 0, s2c: { header: HEADER, orderID } })
    rig.onCancel = () =>
      new Promise((resolve) => void rig.clock.after(repliesAfterMs, () => resolve({ ok: true, body: reply })))
    const fromMs = rig.clock.elapsedMs
    const answer = await rig.done(cancel(rig, orderID))
    const tookMs = rig.clock.elapsedMs - fromMs
    assert.deepEqual([answer.reply.kind, answer.order], ['answered', null])
    assert.ok(tookMs >= Math.min(repliesAfterMs + 1_000, 30_000) && tookMs <= 30_000, `${tookMs} ms`)
  }
})

test('pushes of other orders and accounts tell nothing', async () => {
  const rig = new SwitchRig()
  const [one, other] = [await rig.placed('key:a'), await rig.placed('key:a')]
  rig.clock.after(100, () => push(rig, other, OrderStatus.Filled_All))
  const answer = await rig.done(cancel(rig, one))
  assert.equal(answer.order, null)
})

test('a repeated cancel of one idempotency key is answered at once, with what is known by then', async () => {
  const rig = new SwitchRig()
  const orderId = await rig.placed('key:a')
  await rig.done(cancel(rig, orderId, 'key:1'))
  push(rig, orderId, OrderStatus.Cancelled_All)
  const fromMs = rig.clock.elapsedMs
  const again = await rig.done(cancel(rig, orderId, 'key:1'))
  assert.deepEqual([again.reply.kind === 'answered' && again.reply.isReplay, again.order?.isFinal], [true, true])
  assert.ok(rig.clock.elapsedMs - fromMs < 100)
})

test('a halt does not wait for the ends of the orders that it cancels', async () => {
  const rig = new SwitchRig()
  for (let count = 0; count < 5; count++) await rig.placed('key:a')
  const fromMs = rig.clock.elapsedMs
  const report = await rig.halt({ kind: 'all' })
  assert.equal(report.cancels.length, 5)
  assert.ok(rig.clock.elapsedMs - fromMs < 1_000, `${rig.clock.elapsedMs - fromMs} ms`)
})

test('after a restart nothing is claimed about orders that were followed before', async () => {
  const { rig, orderId, answer } = await cancelled([[10, OrderStatus.Cancelled_All]])
  assert.ok(answer.reply.kind === 'answered')
  await rig.restart()
  assert.equal(rig.service.entryWithOrder(answer.reply.intentId)?.order, null)
  push(rig, orderId, OrderStatus.Cancelled_All)
  assert.equal(rig.service.entryWithOrder(answer.reply.intentId)?.order, null)
})
