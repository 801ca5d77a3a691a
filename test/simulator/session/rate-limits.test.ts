import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RateLimits } from '../../../src/simulator/session/rate-limits.ts'
import { Bench } from './tcp-client.ts'

const TENCENT = { market: 1, code: '00700' }

test("the sixty-first snapshot within 30 s is refused in OpenD's words, on whichever connection", () => {
  const bench = new Bench()
  const clients = [bench.login(), bench.login()]
  for (let i = 0; i < 60; i++) {
    assert.equal(clients[i % 2]?.call('Qot_GetSecuritySnapshot', { securityList: [TENCENT] }).retType, 0)
  }
  const refused = clients[0]?.call('Qot_GetSecuritySnapshot', { securityList: [TENCENT] })
  assert.deepEqual([refused?.retType, refused?.retMsg], [-1, '获取市场快照频率太高，请求失败，每30秒最多60次。'])
  // Request 1 and request 61 must be more than 30 s apart.
  bench.pass(30_000)
  const fresh = bench.login()
  assert.equal(fresh.call('Qot_GetSecuritySnapshot', { securityList: [TENCENT] }).retType, -1)
  bench.pass(1)
  assert.equal(fresh.call('Qot_GetSecuritySnapshot', { securityList: [TENCENT] }).retType, 0)
})

test('real-time getters and heartbeats have no limit', () => {
  const client = new Bench().login()
  client.call('Qot_Sub', { securityList: [TENCENT], subTypeList: [1], isSubOrUnSub: true })
  for (let i = 0; i < 500; i++) {
    assert.equal(client.call('Qot_GetBasicQot', { securityList: [TENCENT] }).retType, 0)
  }
})

test('a trade query counts only when it refreshes the cache, and for each account by itself', () => {
  const limits = new RateLimits()
  const query = (accID: bigint, refreshCache: boolean) => limits.admit(2101, { header: { accID }, refreshCache }, 0)
  for (let i = 0; i < 50; i++) assert.equal(query(1n, false), null)
  for (let i = 0; i < 10; i++) assert.equal(query(1n, true), null)
  assert.match(query(1n, true) ?? '', /每30秒最多10次/)
  assert.equal(query(2n, true), null)
  assert.equal(query(1n, false), null)
})

test('orders and combo orders share fifteen per account, 20 ms apart', () => {
  const limits = new RateLimits()
  const place = (protoId: number, nowMs: number) => limits.admit(protoId, { header: { accID: 1n } }, nowMs)
  assert.equal(place(2202, 0), null)
  assert.notEqual(place(2227, 19), null)
  assert.equal(place(2227, 20), null)
  for (let i = 2; i < 15; i++) assert.equal(place(2202, i * 20), null)
  assert.match(place(2202, 400) ?? '', /^下单频率太高.*15次/)
})

test('of a paged history only the first page counts', () => {
  const limits = new RateLimits()
  for (let i = 0; i < 100; i++) assert.equal(limits.admit(3103, { nextReqKey: Uint8Array.of(1) }, 0), null)
  for (let i = 0; i < 60; i++) assert.equal(limits.admit(3103, {}, 0), null)
  assert.notEqual(limits.admit(3103, { nextReqKey: new Uint8Array(0) }, 0), null)
})

test('no 30 s ever hold more than the limit, and a call is refused only when they would', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9000 }), { maxLength: 80 }), (gaps) => {
      const limits = new RateLimits()
      const admitted: number[] = []
      let nowMs = 0
      for (const gap of gaps) {
        nowMs += gap
        const inWindow = admitted.filter((atMs) => nowMs - atMs <= 30_000).length
        const isAdmitted = limits.admit(3209, {}, nowMs) === null
        assert.equal(isAdmitted, inWindow < 10)
        if (isAdmitted) admitted.push(nowMs)
      }
    }),
  )
})

test('limits can be lifted for load tests', () => {
  const client = new Bench({ limitsRates: false }).login()
  for (let i = 0; i < 100; i++) {
    assert.equal(client.call('Qot_GetSecuritySnapshot', { securityList: [TENCENT] }).retType, 0)
  }
})
