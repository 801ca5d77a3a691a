import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { KLType, RehabType, SubType } from '../../../proto/enums.ts'
import { currentPush, nextChangeMs, pushFor } from '../../../src/simulator/quotes/pushes.ts'
import { aMoment, NOW_MS, SAMPLES } from '../market/sample-securities.ts'
import { answer, assertEncodes, WORLD } from './quote-call.ts'

const TENCENT = { market: 1, code: '00700' }
const aSecurity = fc.constantFrom(...SAMPLES).map(([market, code]) => ({ market, code }))
const MINUTE_MS = 60_000

test('every push is a valid message', () => {
  fc.assert(
    fc.property(aSecurity, aMoment, fc.constantFrom(...Object.values(SubType)), (security, nowMs, subType) => {
      const pushes = [
        ...currentPush(WORLD, subType, security, nowMs),
        ...pushFor(WORLD, subType, security, nowMs - MINUTE_MS, nowMs, [RehabType.None, RehabType.Backward]),
      ]
      for (const { protocolName, s2c } of pushes) assertEncodes(`${protocolName}.Response`, s2c)
    }),
    { numRuns: 150 },
  )
})

test('the prints pushed in pieces are the prints of the tape, none lost and none twice', () => {
  fc.assert(
    fc.property(
      aSecurity,
      fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 30 }),
      (security, steps) => {
        let fromMs = Date.parse('2026-11-20T09:29:58+08:00')
        const startMs = fromMs
        const pushed: bigint[] = []
        for (const step of steps) {
          for (const push of pushFor(WORLD, SubType.Ticker, security, fromMs, fromMs + step)) {
            if (push.protocolName === 'Qot_UpdateTicker')
              pushed.push(...(push.s2c.tickerList ?? []).map((tick) => tick.sequence))
          }
          fromMs += step
        }
        const whole = pushFor(WORLD, SubType.Ticker, security, startMs, fromMs).flatMap((push) =>
          push.protocolName === 'Qot_UpdateTicker' ? (push.s2c.tickerList ?? []).map((tick) => tick.sequence) : [],
        )
        assert.deepEqual(pushed, whole)
      },
    ),
    { numRuns: 60 },
  )
})

test('nothing is pushed while nothing trades', () => {
  for (const time of ['2026-11-20T12:30:00+08:00', '2026-11-21T10:00:00+08:00', '2026-11-20T08:00:00+08:00']) {
    const nowMs = Date.parse(time)
    for (const subType of Object.values(SubType)) {
      assert.deepEqual(pushFor(WORLD, subType, TENCENT, nowMs - 1000, nowMs), [], `${time} ${subType}`)
    }
  }
})

test('a client that applies bar pushes holds what the getter would answer', () => {
  const held = new Map<string, unknown>()
  const endMs = NOW_MS + 3 * MINUTE_MS
  for (let nowMs = NOW_MS; nowMs < endMs; nowMs += 700) {
    for (const push of pushFor(WORLD, SubType.KL_1Min, TENCENT, nowMs, Math.min(endMs, nowMs + 700), [
      RehabType.None,
    ])) {
      if (push.protocolName !== 'Qot_UpdateKL') throw new Error('not a K-line')
      assert.deepEqual([push.s2c.klType, push.s2c.rehabType], [KLType._1Min, RehabType.None])
      for (const bar of push.s2c.klList ?? []) held.set(bar.time, bar)
    }
  }
  const { klList = [] } = answer(
    'Qot_GetKL',
    { security: TENCENT, klType: KLType._1Min, rehabType: 0, reqNum: 4 },
    endMs,
  )
  assert.deepEqual([...held.values()], klList)
})

test('a client that applies minute pushes holds the minute line', () => {
  const held = new Map<string, unknown>()
  const startMs = Date.parse('2026-11-20T09:29:00+08:00')
  const endMs = startMs + 4 * MINUTE_MS
  for (let nowMs = startMs; nowMs < endMs; nowMs += 900) {
    for (const push of pushFor(WORLD, SubType.RT, TENCENT, nowMs, Math.min(endMs, nowMs + 900))) {
      if (push.protocolName !== 'Qot_UpdateRT') throw new Error('not a minute line')
      for (const point of push.s2c.rtList ?? []) held.set(point.time, point)
    }
  }
  assert.deepEqual([...held.values()], answer('Qot_GetRT', { security: TENCENT }, endMs).rtList)
})

test('quotes, books and queues are pushed as the getters show them', () => {
  const startMs = NOW_MS - MINUTE_MS
  const [quote] = pushFor(WORLD, SubType.Basic, TENCENT, startMs, NOW_MS)
  assert.deepEqual(quote?.s2c, answer('Qot_GetBasicQot', { securityList: [TENCENT] }))
  const [book] = pushFor(WORLD, SubType.OrderBook, TENCENT, startMs, NOW_MS)
  assert.deepEqual(book?.s2c, answer('Qot_GetOrderBook', { security: TENCENT, num: 10 }))
  const [queue] = pushFor(WORLD, SubType.Broker, TENCENT, startMs, NOW_MS)
  assert.deepEqual(queue?.s2c, answer('Qot_GetBroker', { security: TENCENT }))
})

test('K-lines are pushed once for each rehab type that was registered', () => {
  const pushes = pushFor(WORLD, SubType.KL_Day, TENCENT, NOW_MS - MINUTE_MS, NOW_MS, [0, 1, 2])
  assert.deepEqual(
    pushes.map((push) => (push.protocolName === 'Qot_UpdateKL' ? push.s2c.rehabType : null)),
    [0, 1, 2],
  )
})

test('nothing changes before the moment that is announced', () => {
  fc.assert(
    fc.property(aSecurity, aMoment, fc.constantFrom('RTH', 'ETH', 'ALL'), (security, nowMs, hours) => {
      for (const subType of [SubType.Ticker, SubType.Basic, SubType.RT, SubType.KL_1Min]) {
        const nextMs = nextChangeMs(WORLD, subType, security, nowMs, hours)
        if (nextMs === null) throw new Error('not listed')
        assert.ok(nextMs > nowMs)
        assert.deepEqual(pushFor(WORLD, subType, security, nowMs, nextMs - 1, [RehabType.Forward], hours), [])
      }
    }),
    { numRuns: 100 },
  )
})

test('a fresh registration is told the present value', () => {
  const [ticker] = currentPush(WORLD, SubType.Ticker, TENCENT, NOW_MS)
  if (ticker?.protocolName !== 'Qot_UpdateTicker') throw new Error('no ticker')
  assert.equal(ticker.s2c.tickerList?.length, 1)
  const [bar] = currentPush(WORLD, SubType.KL_Day, TENCENT, NOW_MS, [RehabType.Forward])
  if (bar?.protocolName !== 'Qot_UpdateKL') throw new Error('no bar')
  assert.equal(bar.s2c.klList?.length, 1)
  assert.deepEqual(currentPush(WORLD, SubType.Basic, { market: 1, code: '99999' }, NOW_MS), [])
})
