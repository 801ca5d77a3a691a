import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TrdMarket } from '../../../proto/enums.ts'
import { failed, never } from '../order-values.ts'
import { orderList, refusal } from '../sample-replies.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { SwitchRig } from './switch-rig.ts'

const OWN = { kind: 'caller', caller: 'key:a' } as const

test('a halt refuses an unsent order and releases its budget', async () => {
  const rig = new SwitchRig()
  await rig.placed('key:a')
  const waiting = rig.place('key:a')
  // The entry is written, and the storage needs a moment to make it durable.
  await rig.pass(0)
  const halted = rig.service.killSwitch.halt({
    ...{
      scope: OWN,
      isByAdmin: false,
      cancelsOpenOrders: false,
      includesForeign: false,
      caller: 'key:a',
      requestId: 'r',
    },
  })
  const { reply } = await rig.done(waiting)
  assert.equal(reply.kind === 'refused' ? reply.failure.code : reply.kind, 'limits.halted')
  assert.deepEqual(rig.open(), [1n])
  await rig.done(halted)
  const [entry] = rig.service.ledger.page({ caller: null, state: 'refused', accId: null, before: null, limit: 1 })
  assert.equal(entry?.holds, 'nothing')
})

test('a halt is in force while the storage fails, reports that, and is stored later', async () => {
  const rig = new SwitchRig()
  const order = await rig.placed('key:a')
  rig.doesStorageFail = true
  const report = await rig.halt(OWN)
  assert.deepEqual([report.isStored, rig.open()], [false, []])
  assert.equal(rig.metric('opend_edge_switches_stored'), 0)
  const { reply } = await rig.done(rig.place('key:a'))
  assert.equal(reply.kind === 'refused' ? reply.failure.code : reply.kind, 'limits.halted')
  rig.doesStorageFail = false
  rig.service.alarm()
  assert.equal(rig.metric('opend_edge_switches_stored'), 1)
  await rig.restart()
  const again = await rig.done(rig.place('key:a'))
  assert.equal(again.reply.kind, 'refused')
  assert.ok(order > 0n)
})

test('a halt is in force and cancels orders when the ledger cannot be written', async () => {
  const rig = new SwitchRig()
  await rig.placed('key:a')
  rig.service.ledger.sync = () => {
    throw new Error('the disk is full')
  }
  const report = await rig.halt(OWN)
  assert.deepEqual([report.isStored, report.isCancelling, rig.open()], [false, false, []])
  const { reply } = await rig.done(rig.place('key:a'))
  assert.equal(reply.kind === 'refused' ? reply.failure.code : reply.kind, 'limits.halted')
})

test('a halt is answered within ten seconds and reports which orders are still being cancelled', async () => {
  const rig = new SwitchRig()
  await rig.placed('key:a')
  await rig.placed('key:a', 2n)
  rig.onCancel = (accId) => (accId === 2n ? never() : null)
  const beforeMs = rig.clock.elapsedMs
  const { isCancelling, isStored } = await rig.halt(OWN)
  assert.ok(rig.clock.elapsedMs - beforeMs <= 10_000)
  assert.deepEqual([isCancelling, isStored, rig.open(1n)], [true, true, []])
  rig.onCancel = (accId) => (accId === 2n ? refusal(2205, -1) : null)
  const next = await rig.halt(OWN, { requestId: 'r10' })
  assert.equal(next.isCancelling, true)
})

test("a caller cannot weaken or end an administrator's halt, and each cancel has the caller that halted", async () => {
  const rig = new SwitchRig()
  await rig.placed('key:a')
  await rig.halt(OWN)
  await rig.halt(OWN, { isByAdmin: false, caller: 'key:a', cancelsOpenOrders: false })
  assert.deepEqual(
    [
      rig.service.killSwitch.resume(OWN, { caller: 'key:a', isAdmin: false }),
      rig.service.killSwitch.resume(OWN, { caller: 'key:admin', isAdmin: true }),
    ],
    [false, true],
  )
  const [cancel] = rig.service.ledger.page({ caller: 'key:admin', state: null, accId: null, before: null, limit: 1 })
  assert.deepEqual([cancel?.call.kind, cancel?.requestId, cancel?.reservation], ['cancel', 'r9', null])
})

test('a second halt of a scope does not exclude foreign orders again', async () => {
  const rig = new SwitchRig()
  const foreign = rig.byHand(5n, '')
  rig.onCancel = () => refusal(2205, -1)
  await rig.halt({ kind: 'all' }, { includesForeign: true })
  await rig.halt({ kind: 'all' })
  rig.onCancel = () => null
  assert.deepEqual(rig.open(5n), [foreign])
  await rig.pass(30_000)
  assert.deepEqual(rig.open(5n), [])
})

test('the number of switches of callers is bounded; an administrator can always halt', async () => {
  const rig = new SwitchRig()
  const answers = Array.from({ length: 1_001 }, (_, index) => rig.service.killSwitch.cancelAfter(`jwt:${index}`, 60))
  assert.deepEqual(
    answers.findIndex(({ ok }) => !ok),
    1_000,
  )
  assert.equal(rig.service.killSwitch.cancelAfter('jwt:0', 60).ok, true, 'renewing needs no room')
  const quiet = { isByAdmin: false, cancelsOpenOrders: false, includesForeign: false, caller: 'jwt:x', requestId: 'r' }
  const halts = Array.from({ length: 1_001 }, (_, index) => {
    const scope = { kind: 'caller', caller: `jwt:${index}` } as const
    return rig.service.killSwitch.halt({ ...quiet, scope })
  })
  await rig.pass(20_000)
  const oks = (await Promise.all(halts)).map(({ ok }) => ok)
  assert.deepEqual([oks.indexOf(false), oks.length], [1_000, 1_001])
  assert.equal((await rig.halt({ kind: 'all' })).isStored, true)
})

test('the polls of a halt count against the share of the caller that halted', async () => {
  const rig = new SwitchRig()
  await rig.placed('key:a')
  await rig.halt(OWN, { isByAdmin: false, caller: 'key:a' })
  assert.ok(rig.listedFor.length > 0)
  assert.deepEqual(new Set(rig.listedFor), new Set(['key:a switch']))
})

test('an order that OpenD lists under several markets has one result and is cancelled once', async () => {
  const rig = new SwitchRig()
  rig.markets = [TrdMarket.HK, TrdMarket.HKCC, TrdMarket.US]
  await rig.placed('key:a')
  rig.byHand(1n, 'by hand')
  const { cancels } = await rig.halt({ kind: 'account', accId: '1' }, { includesForeign: true })
  assert.deepEqual(cancels.map(({ orderId }) => orderId).toSorted(), ['1', '2'])
  assert.ok(cancels.every(({ outcome, isPending }) => outcome === 'cancelled' && !isPending))
  const orderIds = rig.cancels.map(({ orderId }) => orderId)
  assert.deepEqual(
    orderIds.toSorted((a, b) => Number(a - b)),
    [1n, 2n],
  )
})

test('an unlisted order is cancelled by its id, again if its cancel could not be sent', async () => {
  const rig = new SwitchRig()
  await rig.placed('key:a')
  rig.onList = () => orderList([])
  let refusals = 2
  rig.onCancel = () => (refusals-- > 0 ? failed('gateway.not_ready', false) : null)
  await rig.halt(OWN)
  await rig.pass(60_000)
  assert.ok(rig.cancels.length >= 3, `${rig.cancels.length} cancels`)
  assert.deepEqual(rig.open(), [])
})

test('while OpenD returns no list, the orders of the ledger are cancelled by id within five seconds', async () => {
  const rig = new SwitchRig()
  await rig.placed('key:a')
  await rig.placed('key:b')
  rig.onList = never
  const startMs = rig.clock.elapsedMs
  const halted = rig.halt(OWN)
  await rig.pass(5_000)
  assert.deepEqual([rig.open(), rig.clock.elapsedMs - startMs], [[2n], 5_000])
  assert.equal((await halted).isCancelling, true, 'nothing has shown that no order is left')
})

test('an order that appears on an account that was clear already is cancelled while the halt still works elsewhere', async () => {
  const rig = new SwitchRig()
  await rig.placed('key:a', 2n)
  rig.onPlace = () => refusal(2202, -1)
  await rig.done(rig.place('key:a'))
  const [refused] = rig.service.ledger.page({ caller: 'key:a', state: 'rejected', accId: null, before: null, limit: 1 })
  // The other account keeps the task going.
  rig.onCancel = (accId) => (accId === 2n ? failed('gateway.not_ready', false) : null)
  await rig.halt(OWN)
  await rig.pass(30_000)
  const orderId = rig.byHand(1n, `#${refused?.tag}`)
  const order = rig.orders.get(1n)?.at(-1)
  assert.ok(order !== undefined)
  const header = { trdEnv: 0, accID: 1n, trdMarket: TrdMarket.HK }
  rig.service.orderPush(encodeMessage('Trd_UpdateOrder.Response', { retType: 0, s2c: { header, order } }))
  await rig.pass(2_000)
  assert.deepEqual([rig.open(1n), rig.cancels.some((cancel) => cancel.orderId === orderId)], [[], true])
})
