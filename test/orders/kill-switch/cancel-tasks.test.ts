import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { OrderStatus } from '../../../proto/enums.ts'
import type { CallOutcome } from '../../../src/gateway/link/effect.ts'
import type { HaltScope } from '../../../src/orders/kill-switch/switches.ts'
import { failed, never } from '../order-values.ts'
import { orderList, refusal } from '../sample-replies.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { LONGEST_WRITE_MS } from '../simulation/disk.ts'
import { SwitchRig } from './switch-rig.ts'

const ALL: HaltScope = { kind: 'all' }
const OWN: HaltScope = { kind: 'caller', caller: 'key:a' }
const RUNNING = 'opend_edge_switch_tasks_running'

/** OpenD's own limit, as the gateway applies it. */
const RATE_LIMITED: CallOutcome = {
  ok: false,
  sent: false,
  failure: { code: 'upstream.rate_limited', limit: 20, windowMs: 30_000, retryAfterMs: 20_000 },
}

describe('which orders a halt cancels', () => {
  test('a task covers the orders of a caller, an account or all, placed through the gateway', async () => {
    for (const [scope, left] of [
      [OWN, [2n, 3n, 4n]],
      [{ kind: 'caller', caller: 'key:b' }, [1n, 4n]],
      [{ kind: 'account', accId: '1' }, [3n, 4n]],
      [ALL, [4n]],
    ] as const) {
      const rig = new SwitchRig()
      assert.deepEqual(
        [await rig.placed('key:a'), await rig.placed('key:b'), await rig.placed('key:b', 2n)],
        [1n, 2n, 3n],
      )
      rig.byHand(1n, 'by hand')
      const { cancels, isCancelling } = await rig.halt(scope)
      assert.deepEqual(new Set([...rig.open(1n), ...rig.open(2n)]), new Set(left), scope.kind)
      assert.equal(isCancelling, false)
      assert.ok(cancels.every(({ outcome, isPending }) => outcome === 'cancelled' && !isPending))
      assert.equal(cancels.length, 4 - left.length)
    }
  })

  test('include_foreign covers every open order of the login, on all its accounts', async () => {
    const rig = new SwitchRig()
    await rig.placed('key:a')
    rig.byHand(1n, '')
    rig.byHand(7n, 'by hand')
    const { cancels } = await rig.halt(ALL, { includesForeign: true })
    assert.deepEqual([rig.open(1n), rig.open(7n)], [[], []])
    assert.equal(cancels.length, 3)
  })

  test('an order by hand with a copied remark is not matched to the entry and does not hide its order', async () => {
    for (const isFirst of [true, false]) {
      const rig = new SwitchRig()
      const ours = await rig.placed('key:a')
      const remark = rig.orders.get(1n)?.[0]?.remark ?? ''
      const copy = rig.byHand(1n, remark, isFirst)
      const report = await rig.halt(OWN)
      assert.deepEqual([rig.open(), report.isCancelling], [[copy], false])
      assert.deepEqual(
        rig.cancels.map(({ orderId }) => orderId),
        [ours],
      )
    }
  })

  test('an order whose reply was lost keeps the task running, and is cancelled when OpenD lists it', async () => {
    const rig = new SwitchRig()
    rig.onPlace = () => failed('gateway.disconnected', true)
    void rig.place('key:a')
    await rig.pass(100)
    const early = await rig.halt(OWN)
    assert.deepEqual(
      early.cancels.map(({ orderId, isPending }) => [orderId, isPending]),
      [['0', true]],
    )
    assert.equal(early.isCancelling, true)
    await rig.pass(40_000)
    rig.byHand(1n, `#${rig.service.ledger.unresolved()[0]?.tag}`)
    await rig.pass(30_000)
    assert.deepEqual(rig.open(), [])
  })

  test('the report has the code of OpenD, without a prefix, for listed and for unlisted orders', async () => {
    const lost = new SwitchRig()
    lost.onPlace = () => failed('gateway.disconnected', true)
    void lost.place('key:a')
    await lost.pass(100)
    const unlisted = new SwitchRig()
    await unlisted.placed('key:a')
    unlisted.onList = () => orderList([])
    const listed = new SwitchRig()
    await listed.placed('key:a')
    for (const rig of [lost, unlisted, listed]) {
      const { cancels } = await rig.halt(OWN)
      assert.deepEqual(
        cancels.map(({ code }) => code),
        ['00700'],
      )
    }
  })

  test('a push of an open order moves the next attempt forward', async () => {
    const rig = new SwitchRig()
    rig.onPlace = () => failed('gateway.disconnected', true)
    void rig.place('key:a')
    await rig.pass(100)
    await rig.halt(OWN)
    await rig.pass(55_000)
    const id = rig.byHand(1n, `#${rig.service.ledger.unresolved()[0]?.tag}`)
    const order = rig.orders.get(1n)?.find(({ orderID }) => orderID === id)
    const header = { trdEnv: 0, accID: 1n, trdMarket: 1 }
    const push = encodeMessage('Trd_UpdateOrder.Response', {
      retType: 0,
      s2c: { header, order: order ?? assert.fail() },
    })
    for (let count = 0; count < 5; count++) rig.service.orderPush(push)
    await rig.pass(250 + LONGEST_WRITE_MS)
    assert.deepEqual([rig.open(), rig.cancels.length], [[], 1])
  })

  test('an order in flight at the time of the halt is cancelled when it appears', async () => {
    const rig = new SwitchRig()
    await rig.placed('key:a')
    let arrive: () => void = () => undefined
    const arrived = new Promise<void>((resolve) => (arrive = resolve))
    rig.onPlace = () => arrived.then(() => failed('gateway.disconnected', true))
    void rig.place('key:a')
    await rig.pass(5_000)
    const report = await rig.halt(OWN)
    assert.deepEqual([rig.open(), report.isCancelling], [[], true])
    const tag = rig.service.ledger.unresolved()[0]?.tag
    rig.byHand(1n, `#${tag}`)
    arrive()
    await rig.pass(20_000)
    assert.deepEqual([rig.open(), rig.metric(RUNNING)], [[], 0])
  })
})

describe('what ends a task', () => {
  const answers: readonly (readonly [string, () => CallOutcome])[] = [
    ['refused', () => refusal(2205, -1)],
    ['failed', () => refusal(2205, -400)],
    ['lost', () => failed('gateway.disconnected', true)],
    ['not sent', () => failed('gateway.not_ready', false)],
    ['rate limited', () => RATE_LIMITED],
  ]
  for (const [name, answer] of answers) {
    test(`a cancel that is ${name} does not: it is tried again until the order is gone`, async () => {
      const rig = new SwitchRig()
      await rig.placed('key:a')
      rig.onCancel = answer
      rig.service.killSwitch.cancelAfter('key:a', 5)
      await rig.pass(180_000)
      assert.equal(rig.metric(RUNNING), 1)
      const [task] = rig.service.killSwitch.report().tasks
      assert.ok((task?.attempts ?? 0) >= 3 && task?.detail === '1 orders are open')
      assert.ok((rig.metric('opend_edge_switch_task_oldest_seconds') ?? 0) > 170)
      rig.onCancel = () => null
      await rig.pass(45_000)
      assert.deepEqual([rig.open(), rig.metric(RUNNING)], [[], 0])
      assert.ok(rig.cancels.length < 15, 'with growing pauses')
    })
  }

  test('an order whose cancel OpenD accepted and that it lists as open is cancelled again', async () => {
    const rig = new SwitchRig()
    await rig.placed('key:a')
    const cancelled = { ok: true, body: new Uint8Array() } as const
    rig.onCancel = () => (rig.cancels.length < 3 ? cancelled : null)
    await rig.halt(OWN)
    await rig.pass(60_000)
    assert.deepEqual(rig.open(), [])
  })

  test('an order whose cancel is on its way to the exchange is polled until it has ended', async () => {
    const rig = new SwitchRig()
    await rig.placed('key:a')
    const set = (orderStatus: number): void =>
      void rig.orders.set(
        1n,
        (rig.orders.get(1n) ?? []).map((order) => ({ ...order, orderStatus })),
      )
    set(OrderStatus.Cancelling_All)
    const report = await rig.halt(OWN)
    assert.deepEqual([report.isCancelling, rig.cancels.length], [true, 0])
    set(OrderStatus.Submitted)
    await rig.pass(5_000)
    assert.deepEqual([rig.open(), rig.cancels.length], [[], 1], 'the exchange had refused the cancel')
  })

  for (const seconds of [4, 20, 100]) {
    test(`not a list that is empty for ${seconds} s while the ledger has orders of that hour`, async () => {
      const rig = new SwitchRig()
      await rig.placed('key:a')
      await rig.placed('key:b')
      rig.onList = () => orderList([])
      rig.onCancel = () => refusal(2205, -1)
      rig.service.killSwitch.cancelAfter('key:a', 5)
      await rig.pass(5_000 + seconds * 1_000)
      assert.equal(rig.metric(RUNNING), 1)
      rig.onList = () => null
      rig.onCancel = () => null
      await rig.pass(40_000)
      assert.deepEqual([rig.open(), rig.metric(RUNNING)], [[2n], 0])
    })
  }

  test('an account that stays empty counts as empty after enough polls', async () => {
    const rig = new SwitchRig()
    await rig.placed('key:a')
    rig.onList = () => orderList([])
    rig.onCancel = () => refusal(2205, -1)
    await rig.halt(OWN)
    await rig.pass(60_000)
    assert.equal(rig.metric(RUNNING), 1)
    await rig.pass(240_000)
    assert.equal(rig.metric(RUNNING), 0)
  })

  test('without a list the orders are cancelled by their ids, and the task runs until OpenD lists them', async () => {
    const rig = new SwitchRig()
    await rig.placed('key:a')
    rig.onList = () => failed('gateway.disconnected', true)
    const report = await rig.halt(OWN)
    assert.deepEqual([rig.open(), report.isCancelling], [[], true])
    await rig.pass(60_000)
    assert.equal(rig.metric(RUNNING), 1)
    rig.onList = () => null
    await rig.pass(31_000)
    assert.equal(rig.metric(RUNNING), 0)
  })

  test('without a refresh the cached list is used to cancel, but not to end the task', async () => {
    for (const answer of [() => RATE_LIMITED, () => never()]) {
      const rig = new SwitchRig()
      await rig.placed('key:a')
      rig.onList = (_, isFresh) => (isFresh ? answer() : null)
      rig.service.killSwitch.cancelAfter('key:a', 5)
      await rig.pass(7_000)
      assert.deepEqual([rig.open(), rig.metric(RUNNING)], [[], 1])
    }
  })

  test('many orders are cancelled in batches, and a failing cancel does not block the others', async () => {
    const rig = new SwitchRig()
    for (let count = 0; count < 45; count++) await rig.placed('key:a')
    rig.onCancel = (_, orderId) => (orderId <= 2n ? refusal(2205, -1) : null)
    const report = await rig.halt(OWN)
    assert.deepEqual([rig.cancels.length, report.cancels.length, report.isCancelling], [20, 45, true])
    await rig.pass(10_000)
    assert.deepEqual(rig.open(), [1n, 2n])
  })

  test('a restart loses no task, and a resume ends the task', async () => {
    const rig = new SwitchRig()
    await rig.placed('key:a')
    rig.onCancel = () => refusal(2205, -1)
    await rig.halt(OWN)
    await rig.restart()
    await rig.pass(60_000)
    assert.equal(rig.metric(RUNNING), 1)
    rig.service.killSwitch.resume(OWN, { caller: 'key:admin', isAdmin: true })
    const before = rig.cancels.length
    await rig.pass(60_000)
    assert.deepEqual([rig.metric(RUNNING), rig.cancels.length], [0, before])
  })
})
