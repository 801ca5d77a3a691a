import '../../src/wire/full-schema.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_MERGED_BODIES_BYTES } from '../../src/base/memory-budget.ts'
import { SnapshotMerger } from '../../src/quotes/snapshots/snapshot-merger.ts'
import { requestOf, successOf } from './quote-rig.ts'

test('the requests that wait to be merged are bounded in bytes; those beyond go alone until some have left', async () => {
  const timers: (() => void)[] = []
  const clock = { nowMs: 0, remaining: 0 }
  const merger = new SnapshotMerger({
    send: async () => ({ ok: true, body: successOf(3203, { snapshotList: [] }) }),
    nowMs: () => clock.nowMs,
    after: (_delayMs, fn) => void timers.push(fn),
    remaining: () => clock.remaining,
  })
  const securityList = Array.from({ length: 100 }, (_, code) => ({ market: 1, code: String(10_000 + code) }))
  const body = requestOf(3203, { securityList })
  const merged: unknown[] = []
  for (let asked = merger.ask(body, 'anna'); asked !== null; asked = merger.ask(body, 'anna')) merged.push(asked)
  assert.equal(merged.length, Math.floor(MAX_MERGED_BODIES_BYTES / body.length))
  assert.equal(merger.waiting, merged.length)
  clock.remaining = 60
  clock.nowMs = 1_000
  for (const fire of timers.splice(0)) fire()
  assert.equal(merger.waiting, 0)
  assert.notEqual(merger.ask(body, 'anna'), null)
})
