import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_SHARED_BODIES_BYTES } from '../../src/base/memory-budget.ts'
import { API_ENDPOINTS } from '../../src/endpoints.ts'
import type { CallOutcome } from '../../src/gateway/link/effect.ts'
import { SHARED_READS, SharedCalls } from '../../src/quotes/call-sharing.ts'

/** Calls that change something at OpenD: subscriptions, the trade lock, push accounts, orders, settings of the user. */
const WRITES = new Set([3001, 2005, 2008, 2202, 2205, 3214, 3220, 3309])

test('every endpoint is a shared read or a write, and nothing else is shared', () => {
  const reads = API_ENDPOINTS.map(({ protoId }) => protoId).filter((protoId) => !WRITES.has(protoId))
  assert.deepEqual(SHARED_READS, new Set(reads))
  for (const protoId of [3002, 2227, 2237, 3214, 3220]) assert.ok(!SHARED_READS.has(protoId))
})

/** Shared calls with a clock, and the calls that were started, for the test to settle. */
function rig() {
  const clock = { nowMs: 0 }
  const started: ((outcome: CallOutcome) => void)[] = []
  const calls = new SharedCalls(() => clock.nowMs)
  const run = (key = 'k', caller = 'anna', isFresh = false) =>
    calls.joinOrStart(key, caller, isFresh, () => new Promise((settle) => started.push(settle)))
  return { clock, started, calls, run }
}

const reply = (byte: number): CallOutcome => ({ ok: true, body: new Uint8Array([byte]) })
const limited: CallOutcome = {
  ok: false,
  failure: { code: 'upstream.rate_limited', limit: 10, windowMs: 30_000, retryAfterMs: 5 },
  sent: false,
}

test('identical reads share one call, others do not, and the next one after it starts anew', async () => {
  const { started, calls, run } = rig()
  const [one, same, other] = [run(), run('k', 'ben'), run('other')]
  assert.equal(started.length, 2)
  started[0]?.(reply(1))
  started[1]?.(reply(2))
  assert.deepEqual(await one, { outcome: reply(1), isShared: false })
  assert.deepEqual(await same, { outcome: reply(1), isShared: true })
  assert.deepEqual(await other, { outcome: reply(2), isShared: false })
  assert.equal(calls.size, 0)
  void run()
  assert.equal(started.length, 3)
})

test('who wants it fresh starts a call, which others join, and the older one ends by itself', async () => {
  const { started, calls, run } = rig()
  const [old, fresh, joined] = [run(), run('k', 'ben', true), run('k', 'cleo')]
  assert.equal(started.length, 2)
  started[0]?.(reply(1))
  assert.deepEqual((await old).outcome, reply(1))
  assert.equal(calls.size, 1, 'the end of the older call leaves the fresh one to be joined')
  started[1]?.(reply(2))
  assert.deepEqual(await fresh, { outcome: reply(2), isShared: false })
  assert.deepEqual(await joined, { outcome: reply(2), isShared: true })
})

test('nobody joins a call from before a write, or one that has taken long', async () => {
  const { clock, started, calls, run } = rig()
  const before = run()
  calls.endJoining()
  const after = run()
  assert.equal(started.length, 2)
  clock.nowMs = 1_999
  const joined = run()
  assert.equal(started.length, 2)
  clock.nowMs = 2_000
  const late = run()
  assert.equal(started.length, 3)
  for (const [at, settle] of started.entries()) settle(reply(at))
  const outcomes = await Promise.all([before, after, joined, late])
  assert.deepEqual(
    outcomes.map(({ outcome }) => outcome),
    [reply(0), reply(1), reply(1), reply(2)],
  )
})

test("another caller's use of OpenD's limit is not one's own; any other failure is shared", async () => {
  const { started, run } = rig()
  const [one, same, other] = [run(), run(), run('k', 'ben')]
  started[0]?.(limited)
  assert.deepEqual(await one, { outcome: limited, isShared: false })
  assert.deepEqual(await same, { outcome: limited, isShared: true })
  assert.equal(started.length, 2)
  started[1]?.(reply(1))
  assert.deepEqual(await other, { outcome: reply(1), isShared: false })

  const failed = rig()
  const [first, second] = [failed.run(), failed.run('k', 'ben')]
  const failure = { code: 'gateway.disconnected', detail: 'cut', retryInMs: null } as const
  failed.started[0]?.({ ok: false, failure, sent: true })
  assert.deepEqual((await second).outcome, (await first).outcome)
  assert.equal(failed.started.length, 1)
})

test('past its bound calls go alone', () => {
  const { started, calls, run } = rig()
  for (let at = 0; at < 1_100; at++) void run(`${at}`)
  assert.equal(calls.size, 1_024)
  void run('1099')
  void run('5')
  assert.equal(started.length, 1_101)
})

test('the bodies of the calls that can be joined are bounded together', () => {
  const { started, calls, run } = rig()
  const keyOf = (name: string) => name.padEnd(MAX_SHARED_BODIES_BYTES / 4)
  for (const name of ['a', 'b', 'c', 'd', 'e']) void run(keyOf(name))
  assert.deepEqual([started.length, calls.size], [5, 4])
  void run(keyOf('d'))
  void run(keyOf('e'))
  assert.deepEqual([started.length, calls.size], [6, 4], 'the fifth goes alone each time')
})

test('what ended, or may not be joined any more, leaves its room to others', async () => {
  const { started, calls, run } = rig()
  const keyOf = (name: string) => name.padEnd(MAX_SHARED_BODIES_BYTES / 2)
  const ended = run(keyOf('a'))
  // A fresh call takes the place of the one before, and its room; the end of the older one gives nothing back.
  const fresh = run(keyOf('a'), 'anna', true)
  started[0]?.(reply(0))
  await ended
  void run(keyOf('b'))
  void run(keyOf('c'))
  assert.equal(calls.size, 2)
  started[1]?.(reply(1))
  await fresh
  void run(keyOf('c'))
  assert.equal(calls.size, 2)
  calls.endJoining()
  for (const name of ['d', 'e']) void run(keyOf(name))
  assert.equal(calls.size, 2)
  assert.equal(started.length, 7)
})
