import assert from 'node:assert/strict'
import { test } from 'node:test'
import { QotMarketState, UserInfoField } from '../../../proto/enums.ts'
import { Bench, FRIDAY_MORNING_MS, type TcpClient } from './tcp-client.ts'

const TENCENT = { market: 1, code: '00700' }
const APPLE = { market: 11, code: 'AAPL' }

function history(client: TcpClient, security: { market: number; code: string }) {
  return client.call('Qot_RequestHistoryKL', {
    rehabType: 1,
    klType: 2,
    security,
    beginTime: '2026-11-02',
    endTime: '2026-11-19',
  })
}

test("global state tells the market's time and how the exchanges stand", () => {
  const frozenAt = Date.UTC(2026, 10, 20, 2)
  const bench = new Bench({ clock: { kind: 'frozen', atMs: frozenAt } })
  bench.nowMs = 5_000_000
  const state = bench.login().call('GetGlobalState', { userID: 0n }).s2c
  assert.equal(state?.time, BigInt(frozenAt / 1000))
  // Ten in the morning in Hong Kong, nine in the evening in New York.
  assert.equal(state?.marketHK, QotMarketState.Morning)
  assert.notEqual(state?.marketUS, QotMarketState.Morning)
  assert.equal(state?.marketSH, QotMarketState.Morning)
})

test('a frozen market does not stop the heartbeat rule', () => {
  const bench = new Bench({ clock: { kind: 'frozen', atMs: FRIDAY_MORNING_MS } })
  const client = bench.login()
  client.call('Qot_Sub', { securityList: [TENCENT], subTypeList: [1], isSubOrUnSub: true, isRegOrUnRegPush: true })
  assert.equal(client.takePushes().length, 1, 'the first push')
  bench.pass(29_999)
  assert.deepEqual(client.takePushes(), [])
  bench.pass(1)
  assert.match(client.closed ?? '', /heartbeat/)
})

test('a fast market moves faster than the heartbeat', () => {
  const sinceMs = FRIDAY_MORNING_MS
  const bench = new Bench({ clock: { kind: 'fast', factor: 60, fromMs: sinceMs, sinceMs } })
  const client = bench.login()
  bench.pass(20_000)
  assert.equal(client.call('KeepAlive', { time: 1n }).s2c?.time, BigInt(sinceMs / 1000 + 20 * 60))
  assert.equal(client.closed, null)
})

test("a security's history is paid for once in 30 days, and refused when the quota is used up", () => {
  const bench = new Bench({ historyQuota: 1 })
  const client = bench.login()
  assert.equal(history(client, TENCENT).retType, 0)
  assert.equal(history(client, TENCENT).retType, 0, 'repeats are free')
  assert.match(history(client, APPLE).retMsg ?? '', /1\/1/)
  assert.equal(history(client, { market: 1, code: 'NOSUCH' }).retType, -1)
  const quota = client.call('Qot_RequestHistoryKLQuota', { bGetDetail: true }).s2c
  assert.deepEqual([quota?.usedQuota, quota?.remainQuota], [1, 0])
  assert.deepEqual(
    quota?.detailList?.map(({ security, requestTime }) => [security, requestTime]),
    [[TENCENT, '2026-11-20 10:00:00']],
  )
  assert.equal(client.call('UsedQuota', {}).s2c?.usedKLineQuota, 1)
  const state = JSON.parse(JSON.stringify(bench.opend.snapshot(bench.nowMs))) as ReturnType<Bench['opend']['snapshot']>
  const later = new Bench({ historyQuota: 1, state })
  later.nowMs = bench.nowMs + 30 * 86_400_000
  assert.equal(history(later.login(), APPLE).retType, 0)
})

test('a refused history costs nothing', () => {
  const client = new Bench().login()
  history(client, { market: 1, code: 'NOSUCH' })
  assert.equal(client.call('UsedQuota', {}).s2c?.usedKLineQuota, 0)
})

test('user info has what the flag asks for', () => {
  const client = new Bench({ subscriptionQuota: 300, historyQuota: 100 }).login()
  const all = client.call('GetUserInfo', {}).s2c
  assert.deepEqual([all?.subQuota, all?.historyKLQuota, all?.isNeedAgreeDisclaimer], [300, 100, false])
  const basic = client.call('GetUserInfo', { flag: UserInfoField.Basic }).s2c
  assert.ok(basic?.userID !== undefined)
  assert.equal(basic.subQuota, undefined)
  assert.equal(basic.hkQotRight, undefined)
})

test('delay statistics count the calls and pushes there were', () => {
  const client = new Bench().login()
  client.call('KeepAlive', { time: 1n })
  client.call('KeepAlive', { time: 1n })
  client.call('Qot_Sub', { securityList: [TENCENT], subTypeList: [1], isSubOrUnSub: true, isRegOrUnRegPush: true })
  const seen = client.call('GetDelayStatistics', { segmentList: [1, 5] }).s2c
  assert.deepEqual(
    seen?.reqReplyStatisticsList?.map(({ protoID, count }) => [protoID, count]),
    [
      [1004, 2],
      [1007, 1],
      [3001, 1],
    ],
  )
  const [price] = seen.qotPushStatisticsList ?? []
  assert.equal(price?.count, 1)
  assert.deepEqual(
    price.itemList?.map(({ begin, end, count }) => [begin, end, count]),
    [
      [0, 1, 0],
      [1, 5, 1],
      [5, -1, 0],
    ],
  )
})

test('internal and verification calls are acknowledged', () => {
  const client = new Bench().login()
  assert.equal(client.call('TestCmd', { cmd: 'hello' }).s2c?.cmd, 'hello')
  assert.equal(client.call('Verification', { type: 2, op: 1 }).retType, 0)
})
