import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ModifyOrderOp, OrderType, SubType, TrdEnv, TrdMarket, TrdSide } from '../../../proto/enums.ts'
import { ReplyTimes, USUAL_LATENCY } from '../../../src/simulator/session/latency.ts'
import { CallLane } from '../../../src/simulator/session/call-lane.ts'
import { MAX_HELD_BYTES, Schedule } from '../../../src/simulator/session/schedule.ts'
import { parseFaultScript } from '../../../src/simulator/session/fault-script.ts'
import { Bench, type Call, type TcpClient } from './tcp-client.ts'

const HEADER = { trdEnv: TrdEnv.Simulate, accID: 281756479345015383n, trdMarket: TrdMarket.HK }
const TENCENT = { market: 1, code: '00700' }

const [PLACE, CHANGE, COMBO] = [2202, 2205, 2227]

let serialNo = 0

function orderOf(client: TcpClient) {
  return {
    packetID: { connID: client.connId, serialNo: ++serialNo },
    header: HEADER,
    trdSide: TrdSide.Buy,
    orderType: OrderType.Normal,
    code: TENCENT.code,
    secMarket: 1,
    qty: 100,
    price: 100,
  }
}

function cancelOf(client: TcpClient, orderID: bigint) {
  const packetID = { connID: client.connId, serialNo: ++serialNo }
  return { packetID, header: HEADER, orderID, modifyOrderOp: ModifyOrderOp.Cancel }
}

/** Sends a call and lets time pass until its reply; returns the reply and how long it took. */
function waitFor<Name extends Call>(
  bench: Bench,
  client: TcpClient,
  name: Name,
  c2s: Parameters<typeof client.call<Name>>[1],
) {
  const sentMs = bench.nowMs
  const serial = client.send(name, c2s)
  for (;;) {
    const reply = client.take(name, serial)
    if (reply !== null) return { reply, tookMs: bench.nowMs - sentMs }
    assert.ok(bench.nowMs - sentMs < 1000, `no reply to ${name}`)
    bench.pass(1)
  }
}

function orders(bench: Bench): number {
  bench.opend.advance(bench.nowMs)
  return bench.opend.world.accounts.account(HEADER.accID)?.orders.length ?? 0
}

test('a caller that waits for each reply never meets the gap between orders or changes', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const bench = new Bench({ seed, latency: USUAL_LATENCY })
    const client = bench.login()
    for (let i = 0; i < 7; i++) {
      const placed = waitFor(bench, client, 'Trd_PlaceOrder', orderOf(client))
      assert.equal(placed.reply.retType, 0, placed.reply.retMsg)
      assert.ok(placed.tookMs >= 25 && placed.tookMs <= 120, `${placed.tookMs} ms`)
      const orderID = placed.reply.s2c?.orderID ?? 0n
      const changed = waitFor(bench, client, 'Trd_ModifyOrder', {
        ...cancelOf(client, orderID),
        modifyOrderOp: ModifyOrderOp.Normal,
        qty: 200,
        price: 101,
      })
      assert.equal(changed.reply.retType, 0, changed.reply.retMsg)
      const cancelled = waitFor(bench, client, 'Trd_ModifyOrder', cancelOf(client, orderID))
      assert.equal(cancelled.reply.retType, 0, cancelled.reply.retMsg)
      assert.ok(cancelled.tookMs >= 40, `${cancelled.tookMs} ms`)
    }
  }
})

test('two orders without waiting meet the gap, and the refusal names the gap and not the thirty seconds', () => {
  const bench = new Bench({ latency: USUAL_LATENCY })
  const client = bench.login()
  const serials = [client.send('Trd_PlaceOrder', orderOf(client)), client.send('Trd_PlaceOrder', orderOf(client))]
  bench.pass(300)
  const [first, second] = serials.map((serial) => client.take('Trd_PlaceOrder', serial))
  assert.equal(first?.retType, 0)
  assert.deepEqual([second?.retType, second?.retMsg], [-1, '下单频率太高，请求失败，两次请求至少间隔20毫秒。'])
})

test('the sixteenth order within thirty seconds is refused with that limit, however long its caller waits', () => {
  const bench = new Bench({ latency: USUAL_LATENCY })
  const client = bench.login()
  for (let i = 0; i < 15; i++) assert.equal(waitFor(bench, client, 'Trd_PlaceOrder', orderOf(client)).reply.retType, 0)
  const refused = waitFor(bench, client, 'Trd_PlaceOrder', orderOf(client))
  assert.equal(refused.reply.retMsg, '下单频率太高，请求失败，每30秒最多15次。')
})

test('every reply is within its range, at least as long as its gap, and the same for the same seed', () => {
  const range = fc.tuple(fc.nat(200), fc.nat(200)).map(([leastMs, more]) => ({ leastMs, mostMs: leastMs + more }))
  const calls = fc.array(fc.constantFrom(PLACE, CHANGE, COMBO, 2101, 3004, 3203), { maxLength: 30 })
  fc.assert(
    fc.property(fc.integer(), range, range, calls, (seed, ordersRange, reads, ids) => {
      const latency = { orders: ordersRange, reads }
      const [times, again] = [new ReplyTimes(seed, latency), new ReplyTimes(seed, latency)]
      for (const id of ids) {
        const ms = times.nextMs(id)
        assert.equal(again.nextMs(id), ms)
        const gapMs = id === CHANGE ? 40 : id === PLACE || id === COMBO ? 20 : 0
        const { leastMs, mostMs } = gapMs > 0 ? ordersRange : reads
        assert.ok(ms >= Math.max(leastMs, gapMs) && ms <= Math.max(mostMs, gapMs), `${id}: ${ms}`)
      }
    }),
  )
})

test('replies of one kind keep the order of their calls; a read can overtake an order', () => {
  const bench = new Bench({ latency: USUAL_LATENCY, limitsRates: false })
  const client = bench.login()
  const sent: number[] = []
  for (let i = 0; i < 40; i++) {
    sent.push(client.send('Trd_PlaceOrder', orderOf(client)), client.send('GetGlobalState', { userID: 0n }))
  }
  bench.pass(200)
  const order = client.frames.filter(({ header }) => header.protoId === PLACE).map(({ header }) => header.serial)
  const reads = client.frames.filter(({ header }) => header.protoId === 1002).map(({ header }) => header.serial)
  assert.deepEqual(
    order,
    sent.filter((_, i) => i % 2 === 0),
  )
  assert.deepEqual(
    reads,
    sent.filter((_, i) => i % 2 === 1),
  )
  const all = client.frames.map(({ header }) => header.protoId)
  assert.ok(all.lastIndexOf(1002) < all.indexOf(PLACE), 'reads take at most 10 ms, orders at least 25')
})

test('pushes follow the reply of the call that causes them', () => {
  const bench = new Bench({ latency: USUAL_LATENCY })
  const client = bench.login()
  waitFor(bench, client, 'Trd_SubAccPush', { accIDList: [HEADER.accID] })
  const order = client.send('Trd_PlaceOrder', orderOf(client))
  const sub = client.send('Qot_Sub', {
    securityList: [TENCENT],
    subTypeList: [SubType.Basic],
    isSubOrUnSub: true,
    isRegOrUnRegPush: true,
    isFirstPush: true,
  })
  bench.pass(300)
  const at = (protoId: number, serial?: number): number =>
    client.frames.findIndex(({ header }) => header.protoId === protoId && (serial ?? header.serial) === header.serial)
  assert.ok(at(3001, sub) >= 0 && at(3001, sub) < at(3005))
  assert.ok(at(PLACE, order) >= 0 && at(PLACE, order) < at(2208))
})

test('an order is carried out although its connection ends before the reply; a subscription is not', () => {
  const bench = new Bench({ latency: USUAL_LATENCY })
  const client = bench.login()
  client.send('Trd_PlaceOrder', orderOf(client))
  client.send('Qot_Sub', { securityList: [TENCENT], subTypeList: [SubType.Basic], isSubOrUnSub: true })
  client.connection.closed(bench.nowMs)
  assert.equal(orders(bench), 0)
  bench.pass(200)
  assert.equal(orders(bench), 1)
  assert.equal(waitFor(bench, bench.login(), 'Qot_GetSubInfo', {}).reply.s2c?.totalUsedQuota, 0)
})

test('a late order is carried out minutes after its call, with or without a reply, and after its connection', () => {
  for (const [kind, hasReply] of [
    ['late', true],
    ['late-drop-reply', false],
  ] as const) {
    const script = parseFaultScript(JSON.stringify([{ id: PLACE, nth: 1, do: kind, ms: 180_000 }]))
    assert.ok(script.ok)
    const bench = new Bench({ faults: script.rules, latency: USUAL_LATENCY })
    const client = bench.login()
    const serial = client.send('Trd_PlaceOrder', orderOf(client))
    const heartbeats = (ms: number): void => {
      for (let passedMs = 0; passedMs < ms; passedMs += 10_000) {
        waitFor(bench, client, 'KeepAlive', { time: 1n })
        bench.pass(Math.min(10_000, ms - passedMs))
      }
    }
    heartbeats(179_000)
    assert.equal(orders(bench), 0, kind)
    assert.equal(
      waitFor(bench, client, 'Trd_PlaceOrder', orderOf(client)).reply.retType,
      0,
      'later orders are not late',
    )
    heartbeats(2_000)
    assert.equal(orders(bench), 2, kind)
    assert.equal(client.take('Trd_PlaceOrder', serial)?.retType ?? null, hasReply ? 0 : null)
  }
  const script = parseFaultScript(JSON.stringify([{ id: PLACE, do: 'late', ms: 60_000 }]))
  assert.ok(script.ok)
  const bench = new Bench({ faults: script.rules })
  const client = bench.login()
  client.send('Trd_PlaceOrder', orderOf(client))
  client.connection.closed(bench.nowMs)
  bench.pass(59_999)
  assert.equal(orders(bench), 0)
  bench.pass(1)
  assert.equal(orders(bench), 1)
})

test('a client that never waits holds a bounded number of calls, and still gets every reply in order', () => {
  const schedule = new Schedule()
  const lane = new CallLane()
  const ran: number[] = []
  for (let i = 0; i < 5000; i++) {
    lane.add(schedule, { dueMs: 100 + ((i * 7) % 50), bytes: 900, run: () => ran.push(i) }, 0)
    assert.ok(lane.length <= 1000 && schedule.nextMs !== null)
  }
  schedule.runDue(1000)
  assert.equal(lane.length, 0)
  assert.deepEqual(
    ran,
    Array.from({ length: 5000 }, (_, i) => i),
  )
  lane.add(schedule, { dueMs: 2000, bytes: 2 * 1024 * 1024, run: () => ran.push(-1) }, 1000)
  assert.equal(ran.at(-1), -1, 'a request above the bound of bytes does not wait')
})

test('late calls are bounded by number and by bytes: the earliest ones are carried out before their time', () => {
  for (const [calls, bytes] of [
    [100_000, 1],
    [16, MAX_HELD_BYTES / 16],
  ] as const) {
    const schedule = new Schedule()
    const ran: (readonly [call: number, atMs: number])[] = []
    // An effect with another owner stays, although it is due first.
    schedule.add(1, () => ran.push([-1, 0]))
    const hold = (call: number): void =>
      schedule.hold({ atMs: 60_000 + call, bytes, run: (atMs) => ran.push([call, atMs]) }, 5)
    for (let call = 0; call < calls; call++) hold(call)
    assert.deepEqual(ran, [], 'all of them fit')
    hold(calls)
    assert.deepEqual(ran, [[0, 5]])
    schedule.runDue(5)
    assert.deepEqual(ran.at(-1), [-1, 0])
    schedule.runDue(60_001)
    hold(calls + 1)
    assert.deepEqual(ran.at(-1), [1, 60_001], 'the bytes of calls that were carried out are free again')
  }
  const schedule = new Schedule()
  const ran: number[] = []
  schedule.hold({ atMs: 60_000, bytes: 10, run: () => ran.push(1) }, 5)
  schedule.hold({ atMs: 60_001, bytes: MAX_HELD_BYTES + 1, run: () => ran.push(2) }, 5)
  assert.deepEqual(ran, [1, 2], 'a call above the bound does not wait, and overtakes no other')
})

test('the same seed and calls give the same bytes with latency too', () => {
  const run = (): readonly number[] => {
    const bench = new Bench({ latency: USUAL_LATENCY })
    const client = bench.login()
    serialNo = 0
    for (let i = 0; i < 5; i++) {
      client.send('Trd_PlaceOrder', orderOf(client))
      client.send('GetGlobalState', { userID: 0n })
      bench.pass(35)
    }
    bench.pass(1000)
    return client.bytes
  }
  assert.deepEqual(run(), run())
})
