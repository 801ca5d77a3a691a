import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RehabType, SubType } from '../../../proto/enums.ts'
import { Bench, type TcpClient } from './tcp-client.ts'

const TENCENT = { market: 1, code: '00700' }

function sub(client: TcpClient, subTypeList: readonly number[], more: object = {}) {
  return client.call('Qot_Sub', { securityList: [TENCENT], subTypeList, isSubOrUnSub: true, ...more })
}

function ids(client: TcpClient): number[] {
  return client.takePushes().map(({ protoId }) => protoId)
}

test('registering brings the present value at once, unless it is not wanted', () => {
  const client = new Bench().login()
  sub(client, [SubType.Basic])
  assert.deepEqual(ids(client), [], 'a subscription alone pushes nothing')
  sub(client, [SubType.OrderBook], { isRegOrUnRegPush: true, isFirstPush: false })
  assert.deepEqual(ids(client), [])
  const reply = sub(client, [SubType.Broker], { isRegOrUnRegPush: true })
  assert.equal(reply.retType, 0)
  assert.deepEqual(ids(client), [3015])
})

test('every type has its push, on subscribing and when the market moves', () => {
  const bench = new Bench()
  const client = bench.login()
  const types = [SubType.Basic, SubType.KL_1Min, SubType.RT, SubType.Ticker, SubType.OrderBook, SubType.Broker]
  sub(client, types, { isRegOrUnRegPush: true })
  assert.deepEqual(ids(client), [3005, 3007, 3009, 3011, 3013, 3015])
  bench.pass(25_000)
  assert.deepEqual(
    [...new Set(ids(client))].toSorted((a, b) => a - b),
    [3005, 3007, 3009, 3011, 3013, 3015],
  )
})

test('pushes are registered and unregistered by themselves, on what is subscribed', () => {
  const bench = new Bench()
  const client = bench.login()
  const register = (isRegOrUnReg: boolean, subTypeList: readonly number[]) =>
    client.call('Qot_RegQotPush', { securityList: [TENCENT], subTypeList, isRegOrUnReg })
  assert.match(register(true, [SubType.Basic]).retMsg ?? '', /HK\.00700 Basic/)
  sub(client, [SubType.Basic])
  assert.equal(register(true, [SubType.Basic]).retType, 0)
  assert.deepEqual(ids(client), [3005])
  bench.pass(20_000)
  assert.notDeepEqual(ids(client), [])
  assert.equal(register(false, [SubType.Basic]).retType, 0)
  client.call('KeepAlive', { time: 1n })
  bench.pass(20_000)
  assert.deepEqual(ids(client), [])
  assert.equal(client.call('Qot_GetBasicQot', { securityList: [TENCENT] }).retType, 0, 'the subscription stays')
})

test('K-lines come in the adjustments asked for, forward-adjusted by default', () => {
  const client = new Bench().login()
  const rehabTypes = () => client.takePushes().map(({ s2c }) => s2c['rehabType'])
  sub(client, [SubType.KL_Day], { isRegOrUnRegPush: true })
  assert.deepEqual(rehabTypes(), [RehabType.Forward])
  sub(client, [SubType.KL_Day], { isRegOrUnRegPush: true, regPushRehabTypeList: [RehabType.None, RehabType.Backward] })
  assert.deepEqual(rehabTypes(), [RehabType.None, RehabType.Backward])
  assert.equal(sub(client, [SubType.KL_Day], { isRegOrUnRegPush: true, regPushRehabTypeList: [9] }).retType, -1)
})

test('each print reaches a subscriber once, whatever the rhythm of waking', () => {
  const sequences = (steps: readonly number[]): bigint[] => {
    const bench = new Bench()
    const client = bench.login()
    sub(client, [SubType.Ticker], { isRegOrUnRegPush: true, isFirstPush: false })
    for (const ms of steps) {
      bench.nowMs += ms
      client.call('KeepAlive', { time: 1n })
      bench.opend.advance(bench.nowMs)
    }
    return client
      .takePushes()
      .flatMap(({ s2c }) => (s2c['tickerList'] as { sequence: bigint }[]).map(({ sequence }) => sequence))
  }
  const often = sequences(Array.from({ length: 600 }, () => 100))
  assert.ok(often.length > 5)
  assert.equal(new Set(often).size, often.length)
  assert.deepEqual(sequences([60_000]), often)
  assert.deepEqual(sequences([1, 12_345, 7, 47_647]), often)
})

test('a connection hears only what it registered, and nothing after it unsubscribed', () => {
  const bench = new Bench()
  const [one, other] = [bench.login(), bench.login()]
  sub(one, [SubType.Basic], { isRegOrUnRegPush: true })
  sub(other, [SubType.Ticker], { isRegOrUnRegPush: true })
  bench.pass(20_000)
  assert.deepEqual([...new Set(ids(one))], [3005])
  assert.deepEqual([...new Set(ids(other))], [3011])
  for (let i = 0; i < 3; i++) {
    for (const client of [one, other]) client.call('KeepAlive', { time: 1n })
    bench.pass(20_000)
  }
  one.call('Qot_Sub', { isSubOrUnSub: false, isUnsubAll: true })
  ids(one)
  bench.pass(5000)
  assert.deepEqual(ids(one), [])
})

test('a closed market wakes nobody up', () => {
  const bench = new Bench()
  bench.nowMs = Date.UTC(2026, 10, 21, 4)
  const client = bench.login()
  sub(client, [SubType.Basic], { isRegOrUnRegPush: true })
  bench.opend.advance(bench.nowMs)
  const wakeMs = bench.opend.nextWakeMs(bench.nowMs)
  assert.ok(wakeMs !== null && wakeMs - bench.nowMs >= 10_000, `woken after ${(wakeMs ?? 0) - bench.nowMs} ms`)
})
