import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SubType } from '../../../proto/enums.ts'
import { SubscriptionRegistry, unitsOf } from '../../../src/simulator/session/subscription-registry.ts'
import { Bench, type TcpClient } from './tcp-client.ts'

const TENCENT = { market: 1, code: '00700' }
const HSBC = { market: 1, code: '00005' }

function sub(
  client: TcpClient,
  securityList: readonly { market: number; code: string }[],
  subTypeList: readonly number[],
) {
  return client.call('Qot_Sub', { securityList, subTypeList, isSubOrUnSub: true })
}

function unsub(
  client: TcpClient,
  securityList: readonly { market: number; code: string }[],
  subTypeList: readonly number[],
) {
  return client.call('Qot_Sub', { securityList, subTypeList, isSubOrUnSub: false })
}

function used(client: TcpClient): number | undefined {
  return client.call('Qot_GetSubInfo', {}).s2c?.totalUsedQuota
}

test("unsubscribing within the minute is refused in OpenD's words, after it it works", () => {
  const bench = new Bench()
  const client = bench.login()
  sub(client, [TENCENT], [SubType.KL_Day])
  bench.pass(29_999)
  client.call('KeepAlive', { time: 0n })
  bench.pass(29_999)
  const early = unsub(client, [TENCENT], [SubType.KL_Day])
  assert.deepEqual([early.retType, early.retMsg], [-1, 'HK.00700的KL_Day订阅时间过短，至少需要订阅1分钟'])
  assert.equal(used(client), 1)
  bench.pass(2)
  assert.equal(unsub(client, [TENCENT], [SubType.KL_Day]).retType, 0)
  assert.equal(used(client), 0)
})

test('one fresh unit keeps the whole batch subscribed, and unsubscribe-all obeys the minute too', () => {
  const bench = new Bench()
  const client = bench.login()
  sub(client, [TENCENT], [SubType.Basic])
  bench.pass(25_000)
  client.call('KeepAlive', { time: 0n })
  bench.pass(25_000)
  sub(client, [HSBC], [SubType.Basic])
  client.call('KeepAlive', { time: 0n })
  bench.pass(15_000)
  assert.match(unsub(client, [TENCENT, HSBC], [SubType.Basic]).retMsg ?? '', /^HK\.00005/)
  assert.equal(client.call('Qot_Sub', { isSubOrUnSub: false, isUnsubAll: true }).retType, -1)
  assert.equal(used(client), 2)
  bench.pass(14_000)
  client.call('KeepAlive', { time: 0n })
  bench.pass(31_000 - 14_000)
  client.call('KeepAlive', { time: 0n })
  bench.pass(20_000)
  assert.equal(client.call('Qot_Sub', { isSubOrUnSub: false, isUnsubAll: true }).retType, 0)
  assert.equal(used(client), 0)
})

test('a unit is paid for once, however many connections share it', () => {
  const bench = new Bench()
  const [one, other] = [bench.login(), bench.login()]
  sub(one, [TENCENT, HSBC], [SubType.Basic, SubType.OrderBook])
  sub(other, [TENCENT], [SubType.Basic])
  assert.equal(used(one), 4)
  const all = one.call('Qot_GetSubInfo', { isReqAllConn: true }).s2c
  assert.deepEqual(
    all?.connSubInfoList?.map(({ usedQuota, isOwnConnData }) => [usedQuota, isOwnConnData]),
    [
      [4, true],
      [1, false],
    ],
  )
  assert.equal(all?.remainQuota, 996)
  const own = other.call('Qot_GetSubInfo', {}).s2c?.connSubInfoList
  assert.deepEqual(own, [
    { subInfoList: [{ subType: SubType.Basic, securityList: [TENCENT] }], usedQuota: 1, isOwnConnData: true },
  ])
})

test("quota that does not suffice refuses the whole request in OpenD's words", () => {
  const client = new Bench({ subscriptionQuota: 3 }).login()
  sub(client, [TENCENT], [SubType.Basic, SubType.Ticker])
  const refused = sub(client, [HSBC], [SubType.Basic, SubType.Ticker])
  assert.deepEqual([refused.retType, refused.retMsg], [-1, '订阅额度不足，订阅失败，已用订阅额度：2/3'])
  assert.equal(used(client), 2)
  assert.equal(sub(client, [TENCENT], [SubType.Basic]).retType, 0, 'what is held already costs nothing')
  assert.equal(sub(client, [HSBC], [SubType.Basic]).retType, 0)
})

test('a closed connection pays until its minute is over', () => {
  const bench = new Bench()
  const [one, other] = [bench.login(), bench.login()]
  sub(one, [TENCENT], [SubType.Basic])
  bench.pass(20_000)
  one.connection.closed(bench.nowMs)
  other.call('KeepAlive', { time: 0n })
  bench.pass(20_000)
  assert.equal(used(other), 1)
  bench.pass(19_999)
  assert.equal(used(other), 1)
  bench.pass(1)
  assert.equal(used(other), 0)
})

test('units keep lingering over a restart, and no more than that', () => {
  const bench = new Bench()
  sub(bench.login(), [TENCENT], [SubType.Basic, SubType.Ticker])
  const state: unknown = JSON.parse(JSON.stringify(bench.opend.snapshot(bench.nowMs)))
  const after = new Bench({ state: state as ReturnType<typeof bench.opend.snapshot> })
  assert.equal(used(after.login()), 2)
  after.pass(60_000)
  assert.equal(used(after.login()), 0)
})

test('one unknown security refuses the batch and changes nothing', () => {
  const client = new Bench().login()
  const refused = sub(client, [TENCENT, { market: 1, code: '99999' }], [SubType.Basic])
  assert.deepEqual([refused.retType, refused.retMsg], [-1, '未知股票 HK.99999'])
  assert.equal(used(client), 0)
  assert.equal(sub(client, [TENCENT], [3]).retType, -1, 'there is no subscription type 3')
  assert.equal(sub(client, [], [1]).retType, -1)
})

test('getters need a subscription on the very connection, and say what is missing', () => {
  const bench = new Bench()
  const [one, other] = [bench.login(), bench.login()]
  sub(other, [TENCENT], [SubType.Basic, SubType.KL_Day])
  const quote = one.call('Qot_GetBasicQot', { securityList: [TENCENT, HSBC] })
  assert.equal(quote.retType, -1)
  assert.match(quote.retMsg ?? '', /HK\.00700 Basic, HK\.00005 Basic/)
  sub(one, [TENCENT], [SubType.Basic])
  assert.match(one.call('Qot_GetBasicQot', { securityList: [TENCENT, HSBC] }).retMsg ?? '', /: HK\.00005 Basic$/)
  assert.equal(one.call('Qot_GetBasicQot', { securityList: [TENCENT] }).retType, 0)
  const kline = { rehabType: 1, klType: 2, security: TENCENT, reqNum: 10 }
  assert.match(one.call('Qot_GetKL', kline).retMsg ?? '', /KL_Day/)
  assert.equal(other.call('Qot_GetKL', kline).retType, 0)
  assert.equal(other.call('Qot_GetKL', { ...kline, klType: 1 }).retType, -1, 'another period is another subscription')
  assert.equal(one.call('Qot_GetRT', { security: TENCENT }).retType, -1)
  assert.equal(one.call('Qot_GetTicker', { security: TENCENT, maxRetNum: 1 }).retType, -1)
  assert.equal(one.call('Qot_GetOrderBook', { security: TENCENT, num: 1 }).retType, -1)
  assert.equal(one.call('Qot_GetBroker', { security: TENCENT }).retType, -1)
})

test('used quota never exceeds the total, and equals the distinct units held or lingering', () => {
  const action = fc.record({
    at: fc.constantFrom('sub', 'unsub', 'close', 'wait'),
    conn: fc.integer({ min: 1, max: 3 }),
    codes: fc.uniqueArray(fc.constantFrom('A', 'B', 'C', 'D'), { minLength: 1 }),
    types: fc.uniqueArray(fc.constantFrom(1, 2), { minLength: 1 }),
    ms: fc.integer({ min: 1, max: 70_000 }),
  })
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const book = new SubscriptionRegistry(5, [])
      const held = new Map<string, number>()
      const lingering = new Map<string, number>()
      let nowMs = 0
      for (const { at, conn, codes, types, ms } of actions) {
        const units = unitsOf(
          codes.map((code) => ({ market: 1, code })),
          types,
        )
        const names = units.map(({ security, subType }) => `${security.code}/${subType}`)
        const connId = BigInt(conn)
        if (at === 'wait') nowMs += ms
        else if (at === 'close') {
          book.close(connId, nowMs)
          for (const [key, sinceMs] of held) {
            if (!key.startsWith(`${conn}:`)) continue
            const name = key.slice(2)
            lingering.set(name, Math.max(sinceMs + 60_000, lingering.get(name) ?? 0))
            held.delete(key)
          }
        } else if (at === 'sub') {
          if (book.subscribe(connId, units, nowMs) !== null) continue
          for (const name of names) held.set(`${conn}:${name}`, held.get(`${conn}:${name}`) ?? nowMs)
        } else if (book.tooFresh(connId, units, nowMs).length === 0) {
          book.unsubscribe(connId, units)
          for (const name of names) held.delete(`${conn}:${name}`)
        }
        const expected = new Set([...held.keys()].map((key) => key.slice(2)))
        for (const [name, untilMs] of lingering) if (untilMs > nowMs) expected.add(name)
        assert.equal(book.used(nowMs), expected.size)
        assert.ok(book.used(nowMs) <= 5)
      }
    }),
  )
})

test('a security named twice is one unit and gets one first push; a request cannot multiply without bound', () => {
  const client = new Bench().login()
  client.call('Qot_Sub', {
    securityList: [TENCENT, TENCENT],
    subTypeList: [SubType.Basic, SubType.Basic],
    isSubOrUnSub: true,
    isRegOrUnRegPush: true,
  })
  assert.equal(client.takePushes().length, 1)
  assert.equal(used(client), 1)
  const crowd = Array.from({ length: 1001 }, () => TENCENT)
  assert.match(
    sub(
      client,
      crowd,
      Array.from({ length: 20 }, () => SubType.Basic),
    ).retMsg ?? '',
    /at most 20000/,
  )
})
