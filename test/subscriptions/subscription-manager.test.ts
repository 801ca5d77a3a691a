import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RehabType, Session, SubType } from '../../proto/enums.ts'
import { socketSubscriber } from '../../src/subscriptions/subscriber.ts'
import { ANNA, ANNAS_SOCKET, BERT, BERTS_SOCKET, OrderPathRig, sub } from './subscription-rig.ts'
import { unitsOf } from './fake-opend.ts'

const { Basic, OrderBook, KL_Day } = SubType

test('the second caller of a unit does not cost a call, and the first who leaves does not end it', async () => {
  const rig = new OrderPathRig()
  assert.equal(await rig.subscribe(ANNA, ['00700'], [Basic]), null)
  assert.equal(await rig.subscribe(BERTS_SOCKET, ['00700'], [Basic]), null)
  assert.equal(rig.opend.subs.length, 1)
  assert.equal(await rig.unsubscribe(ANNA, ['00700'], [Basic]), null)
  await rig.pass(600_000)
  assert.deepEqual([rig.opend.subs.length, rig.upstream], [1, ['1:1_00700']])
  assert.deepEqual(rig.streams(BERTS_SOCKET), ['1:1_00700'])
})

test('what nobody holds stays for the minute that OpenD demands, and whoever comes back gets it at once', async () => {
  const rig = new OrderPathRig()
  await rig.subscribe(ANNA, ['00700', '00005'], [Basic])
  await rig.unsubscribe(ANNA, ['00700', '00005'], [Basic])
  await rig.pass(60_000)
  assert.deepEqual(rig.upstream, ['1:1_00005', '1:1_00700'])
  await rig.subscribe(BERT, ['00005'], [Basic])
  await rig.pass(3_000)
  assert.deepEqual(rig.upstream, ['1:1_00005'])
  assert.equal(rig.opend.subs.length, 2, 'one to subscribe, one to drop')
  assert.equal(rig.opend.earlyDrops, 0)
})

test('who subscribes while the drop is on its way ends up subscribed', async () => {
  const rig = new OrderPathRig()
  await rig.subscribe(ANNA, ['00700'], [Basic])
  await rig.unsubscribe(ANNA, ['00700'], [Basic])
  await rig.clock.runUntil(Infinity, () => rig.opend.isBusy)
  assert.equal(rig.manager.isLive('1:1_00700'), false, 'nobody may rely on it now')
  assert.equal(await rig.subscribe(BERT, ['00700'], [Basic]), null)
  await rig.pass(600_000)
  assert.deepEqual(rig.upstream, ['1:1_00700'])
  assert.ok(rig.manager.isLive('1:1_00700'))
})

test('what somebody waits for is not dropped', async () => {
  const rig = new OrderPathRig()
  await rig.subscribe(ANNA, ['A'], [Basic])
  await rig.unsubscribe(ANNA, ['A'], [Basic])
  await rig.pass(55_000)
  rig.opend.fates = ['lost_undone']
  const slow = rig.manager.subscribe(BERT, sub(['X'], [Basic]), null)
  // A is due by now, and its drop waits behind the slow call.
  await rig.pass(9_000)
  const call = rig.manager.subscribe(BERTS_SOCKET, sub(['A', 'B'], [Basic]), null)
  await rig.done(Promise.all([slow, call]))
  assert.ok(rig.opend.subs.every(({ isSubOrUnSub }) => isSubOrUnSub))
  assert.deepEqual(rig.streams(BERTS_SOCKET), ['1:1_A', '1:1_B'])
})

test('one bad symbol rejects the batch: the caller gets the refusal and has what it had', async () => {
  const rig = new OrderPathRig()
  rig.opend.unknown.add('1_NOPE')
  await rig.subscribe(ANNA, ['00700'], [Basic])
  const failure = await rig.subscribe(ANNA, ['00005', 'NOPE'], [Basic])
  assert.deepEqual(failure, { code: 'opend.refused', retType: -1, retMsg: 'unknown security', errCode: null })
  assert.deepEqual([rig.storedUnits(ANNA.id), rig.upstream], [['1:1_00700'], ['1:1_00700']])
})

test('a lost reply gives nothing to the caller, and what OpenD may have is dropped later', async () => {
  for (const [fate, code] of [
    ['lost_done', 'gateway.call_timeout'],
    ['failed_done', 'opend.failed'],
    ['lost_undone', 'gateway.call_timeout'],
  ] as const) {
    const rig = new OrderPathRig()
    rig.opend.fates.push(fate)
    const failure = await rig.subscribe(ANNA, ['00700'], [Basic])
    assert.equal(failure?.code, code)
    assert.deepEqual([rig.storedUnits(ANNA.id), rig.manager.isLive('1:1_00700')], [[], false])
    assert.equal(rig.manager.counts.subscribedUnits, 1, 'it counts as possibly subscribed')
    await rig.pass(70_000)
    assert.deepEqual([rig.upstream, rig.manager.counts.subscribedUnits], [[], 0])
  }
})

test('a drop that OpenD refuses is tried again at a bounded pace, unit by unit', async () => {
  const rig = new OrderPathRig()
  await rig.subscribe(ANNA, ['A', 'B'], [Basic])
  await rig.unsubscribe(ANNA, ['A', 'B'], [Basic])
  rig.opend.fates = Array.from({ length: 5 }, () => 'refused')
  await rig.pass(65_000)
  assert.equal(rig.opend.subs.length, 2)
  await rig.pass(10_000)
  assert.equal(rig.opend.subs.length, 4, 'each alone')
  await rig.pass(600_000)
  assert.deepEqual([rig.upstream, rig.opend.subs.length], [[], 8])
})

test('a bad unit among those dropped does not keep the others', async () => {
  const rig = new OrderPathRig()
  await rig.subscribe(ANNA, ['A', 'B', 'C'], [Basic])
  await rig.unsubscribe(ANNA, ['A', 'B', 'C'], [Basic])
  // OpenD's own clock says that B was subscribed later.
  const late = rig.opend.units.get('1:1_B')
  assert.ok(late !== undefined)
  rig.opend.units.set('1:1_B', { ...late, sinceMs: rig.nowMs + 100_000 })
  await rig.pass(100_000)
  assert.deepEqual(rig.upstream, ['1:1_B'])
  await rig.pass(300_000)
  assert.deepEqual(rig.upstream, [])
})

test('pushes are asked for upstream always, and sent to those who want them', async () => {
  const rig = new OrderPathRig()
  await rig.subscribe(ANNA, ['00700'], [Basic])
  assert.equal(rig.opend.subs[0]?.isRegOrUnRegPush, true)
  assert.equal(rig.opend.subs[0]?.isFirstPush, true)
  assert.deepEqual(rig.streams(ANNA), [])
  await rig.subscribe(ANNA, ['00700'], [Basic], { isRegOrUnRegPush: true })
  assert.deepEqual(rig.streams(ANNA), ['1:1_00700'])
  await rig.subscribe(ANNA, ['00700'], [Basic])
  assert.deepEqual(rig.streams(ANNA), ['1:1_00700'], 'not said: left as it was')
  await rig.subscribe(ANNA, ['00700'], [Basic], { isRegOrUnRegPush: false })
  assert.deepEqual(rig.streams(ANNA), [])
  assert.equal(rig.opend.subs.length, 1)
  rig.assertTold()
})

test('K-lines: forward when none is named, the union upstream, to each its own', async () => {
  const rig = new OrderPathRig()
  await rig.subscribe(ANNAS_SOCKET, ['00700'], [KL_Day])
  assert.deepEqual(rig.streams(ANNAS_SOCKET), ['6:1_00700:1'])
  await rig.subscribe(BERTS_SOCKET, ['00700'], [KL_Day], { regPushRehabTypeList: [RehabType.None] })
  assert.deepEqual(rig.streams(BERTS_SOCKET), ['6:1_00700:0'])
  assert.deepEqual(rig.streams(ANNAS_SOCKET), ['6:1_00700:1'])
  assert.deepEqual(rig.opend.units.get('6:1_00700')?.rehabTypes, [RehabType.None, RehabType.Forward])
  // Naming others replaces one's own.
  await rig.subscribe(BERTS_SOCKET, ['00700'], [KL_Day], { regPushRehabTypeList: [RehabType.Forward] })
  assert.deepEqual(rig.streams(BERTS_SOCKET), ['6:1_00700:1'])
  assert.equal(rig.opend.subs.length, 2)
  // Who unregisters its pushes wants none adjusted in any way.
  const backward = { isRegOrUnRegPush: true, regPushRehabTypeList: [RehabType.Backward] }
  await rig.subscribe(BERT, ['00700'], [KL_Day], backward)
  await rig.subscribe(BERT, ['00700'], [KL_Day], { isRegOrUnRegPush: false })
  rig.cut()
  rig.up()
  await rig.pass(1_000)
  assert.deepEqual(rig.opend.units.get('6:1_00700')?.rehabTypes, [RehabType.Forward])
})

test('a wider wish widens what is subscribed, a narrower one needs no call', async () => {
  const rig = new OrderPathRig()
  await rig.subscribe(ANNA, ['AAPL'], [Basic], { session: Session.RTH })
  await rig.subscribe(BERT, ['AAPL'], [Basic], { session: Session.ALL, extendedTime: true, isSubOrderBookDetail: true })
  const upstream = rig.opend.units.get('1:1_AAPL')?.c2s
  assert.deepEqual(
    [upstream?.session, upstream?.extendedTime, upstream?.isSubOrderBookDetail],
    [Session.ALL, true, true],
  )
  await rig.subscribe(ANNAS_SOCKET, ['AAPL'], [Basic], { session: Session.ETH })
  assert.equal(rig.opend.subs.length, 2)
  // The wide one leaves; the others are restored with what they asked for.
  await rig.done(rig.manager.subscribe(BERT, { isSubOrUnSub: false, isUnsubAll: true }, null))
  rig.cut()
  rig.up()
  await rig.pass(1_000)
  const restored = rig.opend.units.get('1:1_AAPL')?.c2s
  assert.deepEqual([restored?.session, restored?.extendedTime], [Session.ETH, undefined])
})

test("unsubscribe-all is the caller's own, and it may unsubscribe what it does not hold", async () => {
  const rig = new OrderPathRig()
  await rig.subscribe(ANNA, ['A', 'B'], [Basic])
  await rig.subscribe(BERT, ['A'], [Basic])
  assert.equal(await rig.unsubscribe(BERT, ['B', 'Z'], [Basic, KL_Day]), null)
  await rig.done(rig.manager.subscribe(ANNA, { isSubOrUnSub: false, isUnsubAll: true }, null))
  assert.deepEqual([rig.storedUnits(ANNA.id), rig.storedUnits(BERT.id)], [[], ['1:1_A']])
  await rig.pass(100_000)
  assert.deepEqual(rig.upstream, ['1:1_A'])
})

test('an unsubscription overtakes the subscription that is still on its way', async () => {
  const rig = new OrderPathRig()
  const first = rig.manager.subscribe(ANNA, sub(['A', 'B'], [Basic]), null)
  await rig.clock.runUntil(1_000, () => rig.opend.isBusy)
  assert.equal(await rig.manager.subscribe(ANNA, sub(['A'], [Basic], { isSubOrUnSub: false }), null), null)
  assert.equal(await rig.done(first), null)
  assert.deepEqual(rig.storedUnits(ANNA.id), ['1:1_B'])
})

test('of two changes of one connection the later has the last word, though it needs no call', async () => {
  const rig = new OrderPathRig()
  await rig.subscribe(BERTS_SOCKET, ['00700'], [KL_Day])
  const first = rig.manager.subscribe(ANNAS_SOCKET, sub(['00700'], [KL_Day], { regPushRehabTypeList: [0] }), null)
  const second = rig.manager.subscribe(ANNAS_SOCKET, sub(['00700'], [KL_Day], { regPushRehabTypeList: [1] }), null)
  assert.deepEqual(await rig.done(Promise.all([first, second])), [null, null])
  assert.deepEqual(rig.streams(ANNAS_SOCKET), ['6:1_00700:1'])
})

test('a socket that hangs up while OpenD is asked leaves nothing behind', async () => {
  const rig = new OrderPathRig()
  const call = rig.manager.subscribe(ANNAS_SOCKET, sub(['A'], [Basic]), null)
  rig.manager.dropSubscriber(ANNAS_SOCKET.id)
  assert.notEqual(await rig.done(call), null)
  const second = rig.manager.subscribe(BERTS_SOCKET, sub(['B'], [Basic]), null)
  await rig.clock.runUntil(1_000, () => rig.opend.isBusy)
  rig.manager.dropSubscriber(BERTS_SOCKET.id)
  assert.notEqual(await rig.done(second), null)
  await rig.pass(100_000)
  assert.deepEqual([rig.upstream, [...rig.rows]], [[], []])
})

test('many at once: one call at a time, and each finds what those before it brought', async () => {
  const rig = new OrderPathRig()
  const calls = Array.from({ length: 50 }, (_, index) =>
    rig.manager.subscribe(socketSubscriber(index, 'key:anna'), sub(['A', index < 25 ? 'B' : 'C'], [Basic]), null),
  )
  assert.ok((await rig.done(Promise.all(calls))).every((failure) => failure === null))
  assert.deepEqual([rig.opend.subs.length, rig.opend.mostAtOnce], [2, 1])
  assert.deepEqual(rig.streams(socketSubscriber(49, 'key:anna')), ['1:1_A', '1:1_C'])
})

test('accounts are replaced as a list, and streams are told', () => {
  const rig = new OrderPathRig()
  rig.manager.setAccounts(ANNAS_SOCKET, [1n, 2n])
  assert.deepEqual(rig.streams(ANNAS_SOCKET), ['fills:1', 'fills:2', 'orders:1', 'orders:2'])
  rig.manager.setAccounts(ANNAS_SOCKET, [2n])
  assert.deepEqual(rig.streams(ANNAS_SOCKET), ['fills:2', 'orders:2'])
  rig.assertTold()
  rig.manager.setAccounts(ANNAS_SOCKET, [])
  assert.deepEqual([rig.streams(ANNAS_SOCKET), [...rig.rows]], [[], []])
  rig.assertTold()
  const failure = rig.manager.setAccounts(
    ANNA,
    Array.from({ length: 257 }, (_, index) => BigInt(index)),
  )
  assert.equal(failure?.code, 'request.invalid_value')
})

test("a caller reads through all its connections, and nobody else's", async () => {
  const rig = new OrderPathRig()
  await rig.subscribe(ANNA, ['A'], [Basic])
  await rig.subscribe(ANNAS_SOCKET, ['B'], [Basic])
  await rig.subscribe(BERT, ['C'], [Basic])
  const ids = rig.manager.subscribersOf('key:anna')
  assert.deepEqual(ids, [ANNA.id, ANNAS_SOCKET.id])
  assert.deepEqual(rig.manager.missingFor(ids, Basic, ['1_A', '1_B', '1_C']), ['1_C'])
  assert.deepEqual(rig.manager.missingFor(ids, OrderBook, ['1_A']), ['1_A'])
})

test('reading all day costs a write every two minutes, not one for each read', async () => {
  const rig = new OrderPathRig()
  await rig.subscribe(ANNA, ['A'], [Basic])
  const before = rig.writes
  for (let second = 0; second < 600; second++) {
    rig.manager.missingFor([ANNA.id], Basic, ['1_A'])
    await rig.pass(1_000)
  }
  assert.ok(rig.writes > before && rig.writes - before <= 5, `${rig.writes - before} writes`)
})

test('upstream calls never name a unit that nobody asked for', async () => {
  const rig = new OrderPathRig()
  await rig.subscribe(ANNA, ['A'], [Basic])
  await rig.subscribe(ANNA, ['A', 'B'], [Basic, OrderBook])
  assert.deepEqual(rig.opend.subs.flatMap(unitsOf).sort(), ['1:1_A', '1:1_B', '2:1_A', '2:1_B'])
})
