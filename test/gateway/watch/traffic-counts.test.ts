import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CALLS } from '../../../src/calls.ts'
import { TrafficCounts } from '../../../src/gateway/watch/traffic-counts.ts'

const { protoId: SNAPSHOT } = CALLS.Qot_GetSecuritySnapshot

test('calls are counted by how they ended, and a refusal of OpenD is an answer', () => {
  const counts = new TrafficCounts()
  const lost = { code: 'gateway.call_timeout', detail: '', retryInMs: null } as const
  const limited = { code: 'upstream.rate_limited', limit: 60, windowMs: 30_000, retryAfterMs: 1 } as const
  counts.countCall(SNAPSHOT, { ok: true, body: new Uint8Array() })
  counts.countCall(SNAPSHOT, { ok: true, body: new Uint8Array() })
  counts.countCall(SNAPSHOT, { ok: false, failure: lost, sent: true })
  counts.countCall(SNAPSHOT, { ok: false, failure: lost, sent: false })
  counts.countCall(SNAPSHOT, { ok: false, failure: limited, sent: false })
  assert.deepEqual(
    counts.metrics()[0]?.values.map(({ labels, value }) => [labels['call'], labels['outcome'], value]),
    [
      ['Qot_GetSecuritySnapshot', 'answered', 2],
      ['Qot_GetSecuritySnapshot', 'lost', 1],
      ['Qot_GetSecuritySnapshot', 'not_sent', 1],
      ['Qot_GetSecuritySnapshot', 'limited', 1],
    ],
  )
})

test('pushes have the time of the last one, and invented protocol ids make one series', () => {
  const counts = new TrafficCounts()
  assert.deepEqual(counts.lastPushes, {})
  counts.countPush(CALLS.Trd_UpdateOrder.protoId, 1_000)
  counts.countPush(CALLS.Trd_UpdateOrder.protoId, 2_000)
  for (let protoId = 90_000; protoId < 90_100; protoId++) counts.countPush(protoId, 3_000)
  assert.deepEqual(counts.lastPushes, { Trd_UpdateOrder: 2_000, other: 3_000 })
  const [, pushes, times] = counts.metrics()
  assert.deepEqual(pushes?.values, [
    { labels: { push: 'Trd_UpdateOrder' }, value: 2 },
    { labels: { push: 'other' }, value: 100 },
  ])
  assert.deepEqual(times?.values[0], { labels: { push: 'Trd_UpdateOrder' }, value: 2 })
})
