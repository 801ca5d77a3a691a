import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModifyOrderOp } from '../../../proto/enums.ts'
import { IDEMPOTENCY_MS } from '../../../src/orders/manager/order-manager.ts'
import { WAIT_FOR_RECONCILIATION_MS } from '../../../src/orders/sending/order-sender.ts'
import type { OrderAnswer } from '../../../src/orders/request.ts'
import { CALLER_REMARK_BYTES, tagOf } from '../../../src/orders/tag.ts'
import { OrderPathRig, PLAY_ID, REAL_ID } from '../order-rig.ts'
import { changedC2s, failed, limits, never, orderOf, placedC2s } from '../order-values.ts'
import { refusal } from '../sample-replies.ts'
import { restingOrder } from '../../limits/sample-orders.ts'

/** The kind of a reply, with the code of a refusal. */
function resultOf({ reply }: OrderAnswer): string {
  return reply.kind === 'refused' ? reply.failure.code : reply.kind
}

test('an order is durable before its first byte is sent, and its remark ends with the tag', async () => {
  const rig = new OrderPathRig()
  const call = rig.place({ remark: 'grid 7' })
  assert.equal(rig.count(2202), 0)
  const { reply } = await rig.done(call)
  assert.equal(reply.kind, 'answered')
  const [sent] = rig.sent
  assert.ok(sent !== undefined && sent.atMs > 0, 'sent only when the disk had written')
  assert.equal(placedC2s(sent).remark, `grid 7 #${rig.latest.tag}`)
  const { state, orderId, orderIdEx, call: facts } = rig.latest
  assert.deepEqual([state, orderId, orderIdEx, facts.symbol], ['accepted', '1', 'FT1', 'HK.00700'])
})

test('a remark without room for the tag is refused before any call', async () => {
  const rig = new OrderPathRig()
  const answer = await rig.done(rig.place({ remark: 'x'.repeat(CALLER_REMARK_BYTES + 1) }))
  assert.equal(resultOf(answer), 'request.invalid_value')
  assert.deepEqual([rig.sent.length, rig.latest.state], [0, 'refused'])
  assert.equal(resultOf(await rig.done(rig.place({ remark: 'x'.repeat(CALLER_REMARK_BYTES) }))), 'answered')
})

test('200 concurrent orders against a cap of seven: seven are sent', async () => {
  const rig = new OrderPathRig()
  const capped = { limits: limits({ maxOrdersPerMinute: 7 }) }
  const answers = await rig.done(Promise.all(Array.from({ length: 200 }, () => rig.place({}, capped))))
  assert.equal(answers.filter((answer) => resultOf(answer) === 'answered').length, 7)
  assert.equal(answers.filter((answer) => resultOf(answer) === 'limits.rate').length, 193)
  assert.equal(rig.count(2202), 7)
})

test('200 concurrent orders against a daily cap of seven: seven are sent, whichever inputs are requested', async () => {
  const rig = new OrderPathRig()
  const capped = { limits: limits({ maxDailyValue: { HKD: 7 * 30_000 } }) }
  const answers = await rig.done(Promise.all(Array.from({ length: 200 }, () => rig.place({}, capped))))
  assert.equal(answers.filter((answer) => resultOf(answer) === 'limits.daily_value').length, 193)
  assert.equal(rig.count(2202), 7)
})

test('one idempotency key refers to one order', async () => {
  const rig = new OrderPathRig()
  const key = { idempotencyKey: 'k' }
  const both = await rig.done(Promise.all([rig.place({}, key), rig.place({}, key)]))
  assert.deepEqual(both.map(resultOf).sort(), ['answered', 'order.in_flight'])
  const replay = await rig.done(rig.place({}, key))
  assert.equal(replay.reply.kind === 'answered' && replay.reply.isReplay, true)
  assert.deepEqual(replay.reply.kind === 'answered' && replay.reply.body, rig.latest.reply)
  assert.equal(resultOf(await rig.done(rig.place({ qty: 200 }, key))), 'order.idempotency_conflict')
  assert.equal(resultOf(await rig.done(rig.modify({}, key))), 'order.idempotency_conflict')
  // The same idempotency key of another caller is a different key.
  const other = await rig.done(rig.place({}, { ...key, caller: 'key:b' }))
  assert.equal(other.reply.kind === 'answered' && other.reply.isReplay, false)
  assert.equal(rig.count(2202), 2)
})

test('without an idempotency key every call is a new order', async () => {
  const rig = new OrderPathRig()
  await rig.done(Promise.all([rig.place(), rig.place()]))
  assert.equal(rig.count(2202), 2)
})

test("OpenD's refusal is replayed, and an unsent call may be repeated", async () => {
  const rig = new OrderPathRig()
  const key = { idempotencyKey: 'k' }
  rig.answers.set(2202, () => failed('gateway.not_ready', false))
  assert.equal(resultOf(await rig.done(rig.place({}, key))), 'gateway.not_ready')
  assert.equal(rig.latest.state, 'not_sent')
  rig.answers.set(2202, () => refusal(2202, -1))
  assert.equal(resultOf(await rig.done(rig.place({}, key))), 'answered')
  const replay = await rig.done(rig.place({}, key))
  assert.equal(replay.reply.kind === 'answered' && replay.reply.isReplay, true)
  assert.equal(rig.count(2202), 2)
})

test('an idempotency key refers to its order for 24 hours', async () => {
  const rig = new OrderPathRig()
  const key = { idempotencyKey: 'k' }
  await rig.done(rig.place({}, key))
  await rig.pass(IDEMPOTENCY_MS - 1_000)
  await rig.done(rig.place({}, key))
  assert.equal(rig.count(2202), 1)
  await rig.pass(2_000)
  await rig.done(rig.place({}, key))
  assert.equal(rig.count(2202), 2)
})

test('a stored reply is replayed while the link is down', async () => {
  const rig = new OrderPathRig()
  const key = { idempotencyKey: 'k' }
  await rig.done(rig.place({}, key))
  rig.accounts = { code: 'gateway.not_ready', detail: 'down', retryInMs: null }
  assert.equal(resultOf(await rig.done(rig.place({}, key))), 'answered')
  assert.equal(resultOf(await rig.done(rig.place({}, { idempotencyKey: 'new' }))), 'gateway.not_ready')
})

test('a call waits for a lost reply, then returns unknown, and is never sent again', async () => {
  const rig = new OrderPathRig()
  rig.answers.set(2202, () => failed('gateway.disconnected', true))
  rig.answers.set(2201, never)
  const answer = await rig.done(rig.place({}, { idempotencyKey: 'k' }))
  assert.equal(resultOf(answer), 'unknown')
  const waitedMs = rig.clock.elapsedMs - (rig.sent[0]?.atMs ?? 0)
  assert.equal(waitedMs, WAIT_FOR_RECONCILIATION_MS)
  const replay = await rig.done(rig.place({}, { idempotencyKey: 'k' }))
  assert.equal(replay.reply.kind === 'unknown' && replay.reply.isReplay, true)
  assert.equal(rig.count(2202), 1)
})

test('a waiting caller gets the reply as soon as the order is found', async () => {
  const rig = new OrderPathRig()
  rig.answers.set(2202, () => {
    rig.listed = [orderOf(rig.latest, { orderID: 77n })]
    return failed('gateway.disconnected', true)
  })
  const answer = await rig.done(rig.place(), 1_000)
  assert.equal(resultOf(answer), 'answered')
  assert.deepEqual([rig.latest.state, rig.latest.orderId], ['accepted', '77'])
})

test('a restart makes calls in flight unknown, keeps their budgets and loses entries not yet durable', async () => {
  const rig = new OrderPathRig()
  const capped = { limits: limits({ maxOrdersPerMinute: 1 }), idempotencyKey: 'k' }
  rig.answers.set(2202, never)
  void rig.place({}, capped)
  await rig.pass(5_000)
  assert.equal(rig.latest.state, 'reserved')
  rig.restart()
  assert.deepEqual([rig.latest.state, rig.latest.holds], ['unknown', 'rate_and_value'])
  assert.equal(resultOf(await rig.done(rig.place({}, capped))), 'unknown')
  assert.equal(resultOf(await rig.done(rig.place({}, { ...capped, idempotencyKey: 'l' }))), 'limits.rate')
})

test('an object that ends before its entry is durable has sent nothing', async () => {
  const after = new Set<string>()
  for (let seed = 1; seed <= 20; seed++) {
    const rig = new OrderPathRig(seed)
    void rig.place({}, { idempotencyKey: 'k' })
    await new Promise((resolve) => process.nextTick(resolve))
    // The entry is being written and may become durable.
    rig.restart()
    assert.equal(rig.sent.length, 0)
    after.add(rig.entries.map(({ state }) => state).join())
    const again = resultOf(await rig.done(rig.place({}, { idempotencyKey: 'k' })))
    assert.equal(again, rig.count(2202) === 0 ? 'unknown' : 'answered')
  }
  assert.deepEqual([...after].sort(), ['', 'unknown'])
})

test('a halt stops new orders and changes, and never a cancel', async () => {
  const rig = new OrderPathRig()
  const accId = PLAY_ID.toString()
  for (const scope of [{ kind: 'all' }, { kind: 'account', accId }, { kind: 'caller', caller: 'key:a' }] as const) {
    rig.switches.halt(scope, false)
    assert.equal(resultOf(await rig.done(rig.place())), 'limits.halted', scope.kind)
    assert.equal(resultOf(await rig.done(rig.modify())), 'limits.halted')
    assert.equal(resultOf(await rig.done(rig.cancel())), 'answered')
    assert.equal(resultOf(await rig.done(rig.cancel({ forAll: true, orderID: 0n }))), 'answered')
    assert.equal(resultOf(await rig.done(rig.modify({ modifyOrderOp: ModifyOrderOp.Enable }))), 'limits.halted')
    const others = { caller: 'key:b', rights: { simulate: true, real: true } }
    const isElsewhere = resultOf(
      await rig.done(rig.place({ header: { trdEnv: 1, accID: REAL_ID, trdMarket: 1 } }, others)),
    )
    assert.equal(isElsewhere, scope.kind === 'all' ? 'limits.halted' : 'answered')
    rig.switches.resume(scope)
  }
  assert.equal(resultOf(await rig.done(rig.place())), 'answered')
})

test('a replay is returned during a halt, and a cancel passes spent budgets', async () => {
  const rig = new OrderPathRig()
  const spent = { limits: limits({ maxOrdersPerMinute: 1, maxDailyValue: 30_000, maxOrderValue: 30_000 }) }
  await rig.done(rig.place({}, { ...spent, idempotencyKey: 'k' }))
  rig.switches.halt({ kind: 'all' }, true)
  assert.equal(resultOf(await rig.done(rig.place({}, { ...spent, idempotencyKey: 'k' }))), 'answered')
  assert.equal(resultOf(await rig.done(rig.cancel({}, spent))), 'answered')
  assert.equal(rig.latest.reservation, null)
})

test('a dry run has the result of the real call, but sends nothing and reserves nothing', async () => {
  const rig = new OrderPathRig()
  const capped = { limits: limits({ maxOrdersPerMinute: 1, maxDailyValue: 30_000 }), idempotencyKey: 'k' }
  const before = await rig.done(rig.place({}, { ...capped, isDryRun: true }))
  assert.equal(before.reply.kind === 'dry_run' && before.reply.report.wouldPass, true)
  assert.deepEqual(before.reply.kind === 'dry_run' && before.reply.report.value, {
    amount: '30000.00',
    currency: 'HKD',
  })
  assert.equal(rig.entries.length, 0)
  assert.equal(resultOf(await rig.done(rig.place({}, capped))), 'answered')
  const after = await rig.done(rig.place({}, { ...capped, isDryRun: true }))
  assert.equal(after.reply.kind === 'dry_run' && after.reply.report.failure?.code, 'limits.rate')
  assert.deepEqual([after.budgets?.rate?.used, rig.count(2202)], [1, 1])
})

test('two orders under different limits of one caller do not reserve the same budget twice', async () => {
  const rig = new OrderPathRig()
  const byTwoTokens = [
    limits({ maxOrdersPerMinute: 1, maxDailyValue: 1_000_000 }),
    limits({ maxOrdersPerMinute: 1, maxDailyValue: 2_000_000 }),
  ]
  const answers = await rig.done(Promise.all(byTwoTokens.map((each) => rig.place({}, { limits: each }))))
  assert.deepEqual(answers.map(resultOf).sort(), ['answered', 'limits.rate'])
})

test('two concurrent changes cannot combine into an order that was never checked', async () => {
  const rig = new OrderPathRig()
  rig.listed = [restingOrder({ orderID: 7n, qty: 100, price: 300 })]
  const capped = { limits: limits({ maxOrderValue: 60_000 }) }
  const answers = await rig.done(Promise.all([rig.modify({ qty: 200 }, capped), rig.modify({ price: 600 }, capped)]))
  assert.deepEqual(answers.map(resultOf), ['answered', 'answered'])
  const sent = rig.sent.filter(({ protoId }) => protoId === 2205).map(changedC2s)
  assert.deepEqual(
    sent.map(({ qty, price }) => [qty, price]),
    [
      [200, 300],
      [100, 600],
    ],
  )
})

test('an account outside the login, a wrong environment and a missing right are refused', async () => {
  const rig = new OrderPathRig()
  const header = (accID: bigint, trdEnv: number) => ({ header: { accID, trdEnv, trdMarket: 1 } })
  assert.equal(resultOf(await rig.done(rig.place(header(5n, 0)))), 'trade.unknown_account')
  assert.equal(resultOf(await rig.done(rig.place(header(REAL_ID, 0)))), 'trade.environment_mismatch')
  const play = { rights: { simulate: true, real: false } }
  assert.equal(resultOf(await rig.done(rig.place(header(REAL_ID, 1), play))), 'auth.insufficient_scope')
  assert.equal(rig.sent.length, 0)
  assert.deepEqual(
    rig.entries.map(({ state, refusal: why }) => `${state} ${why?.code}`),
    ['refused auth.insufficient_scope', 'refused trade.environment_mismatch', 'refused trade.unknown_account'],
  )
})

test('concurrent orders are written together, each durable before it is sent', async () => {
  const rig = new OrderPathRig()
  await rig.done(Promise.all(Array.from({ length: 30 }, () => rig.place())))
  const places = rig.sent.filter(({ protoId }) => protoId === 2202)
  assert.equal(places.length, 30)
  // The first call is alone and is not delayed; the others share the next transaction.
  assert.ok(new Set(places.map(({ atMs }) => atMs)).size <= 3)
})

test('a tag that is in use is drawn again', async () => {
  const rig = new OrderPathRig()
  await rig.done(rig.place())
  const { tag } = rig.latest
  rig.nextUnits.push(...unitsOf(tag ?? ''))
  await rig.done(rig.place({}, { limits: limits({ maxOrdersPerMinute: 2 }) }))
  assert.equal(rig.nextUnits.length, 0)
  assert.equal(rig.entries.length, 2)
  assert.notEqual(rig.latest.tag, tag)
  // The reservation of the first attempt is released.
  const { budgets } = await rig.done(rig.place({}, { limits: limits({ maxOrdersPerMinute: 2 }), isDryRun: true }))
  assert.equal(budgets?.rate?.used, 2)
})

/** The random numbers that produce that tag. */
function unitsOf(tag: string): readonly number[] {
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
  const bits = Array.from(tag, (letter) => alphabet.indexOf(letter))
  const half = (part: readonly number[]) => part.reduce((sum, five) => sum * 32 + five, 0) / 2 ** 20
  return [half(bits.slice(0, 4)), half(bits.slice(4))]
}

test('every entry has a tag of its own, which only new orders carry', async () => {
  const rig = new OrderPathRig()
  await rig.done(rig.place())
  await rig.done(rig.cancel())
  const [cancel, place] = rig.entries
  assert.equal(cancel?.tag, null)
  assert.equal(place?.id, `oi_${tagOf(`#${place?.tag}`)}`)
})
