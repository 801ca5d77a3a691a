import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  Flow,
  PING_EVERY_BYTES,
  PING_EVERY_MS,
  SILENCE_MS,
  STALL_MS,
  TRUSTED_BURST_BYTES,
  TRUSTED_BYTES_PER_SECOND,
  TRUSTED_UNCONFIRMED_BYTES,
  WINDOW_BYTES,
} from '../../../src/pushes/outbox/flow.ts'

/** A flow whose client answered its first ping. */
function confirming(): Flow {
  const flow = new Flow(0)
  assert.equal(flow.spend(PING_EVERY_BYTES, 0), 1)
  flow.pong(1, 0)
  return flow
}

test('a ping follows every 128 KiB, and what is sent 5 s after the last', () => {
  const flow = new Flow(0)
  assert.equal(flow.spend(PING_EVERY_BYTES - 1, 0), null)
  assert.equal(flow.spend(1, 0), 1)
  assert.equal(flow.spend(1, PING_EVERY_MS - 1), null)
  assert.equal(flow.spend(1, PING_EVERY_MS), 2)
})

test('a confirming client has 512 KiB under way and no more, and a pong opens what came before its ping', () => {
  const flow = confirming()
  let last = 1
  while (flow.canSend(0)) last = flow.spend(4096, 0) ?? last
  assert.equal(flow.unconfirmedBytes, WINDOW_BYTES)
  assert.equal(flow.sendableAtMs(0), Infinity, 'time alone does not open the window')
  flow.pong(2, 0)
  assert.equal(flow.unconfirmedBytes, WINDOW_BYTES - PING_EVERY_BYTES)
  flow.pong(last, 0)
  assert.equal(flow.unconfirmedBytes, 0)
})

test('over 80 ms of round trip a confirming client gets more than 5 MB in a second', () => {
  const flow = confirming()
  const pongs: { readonly atMs: number; readonly n: number }[] = []
  let sent = 0
  for (let nowMs = 0; nowMs < 1_000; nowMs++) {
    while (pongs[0] !== undefined && pongs[0].atMs <= nowMs) flow.pong(pongs.shift()?.n ?? 0, nowMs)
    // The line itself carries 12 MB/s.
    for (let bytes = 0; bytes < 12_000 && flow.canSend(nowMs); bytes += 1_000) {
      const n = flow.spend(1_000, nowMs)
      sent += 1_000
      if (n !== null) pongs.push({ atMs: nowMs + 80, n })
    }
  }
  assert.ok(sent > 5_000_000, `${sent} bytes`)
})

test('answers to pings that were never sent open nothing', () => {
  const flow = new Flow(0)
  flow.spend(100, 0)
  flow.pong(1, 0)
  flow.pong(99, 0)
  assert.deepEqual([flow.isConfirming, flow.unconfirmedBytes], [false, 100])
  const full = confirming()
  while (full.canSend(0)) full.spend(4096, 0)
  full.pong(10_000, 0)
  full.pong(1, 0)
  assert.equal(full.canSend(0), false)
})

test('a client that never answers gets 1 MiB at once and then 128 KiB/s, in any interval', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.oneof(fc.constantFrom(0, 0, 0, 60_000), fc.nat({ max: 3_000 })),
          fc.integer({ min: 1, max: 200_000 }),
        ),
        { maxLength: 80 },
      ),
      (steps) => {
        const flow = new Flow(0)
        const sent: { readonly atMs: number; readonly bytes: number }[] = []
        let nowMs = 0
        for (const [pauseMs, bytes] of steps) {
          nowMs += pauseMs
          if (!flow.canSend(nowMs)) {
            const openMs = flow.sendableAtMs(nowMs)
            assert.ok(openMs > nowMs)
            assert.ok(flow.canSend(openMs), 'it opens when it says')
            nowMs = openMs
          }
          flow.spend(bytes, nowMs)
          sent.push({ atMs: nowMs, bytes })
        }
        for (const [index, { atMs: fromMs }] of sent.entries()) {
          let sum = 0
          for (const { atMs, bytes } of sent.slice(index)) {
            // The text that uses up the rest may be larger than it.
            const allowed = TRUSTED_BURST_BYTES + ((atMs - fromMs) * TRUSTED_BYTES_PER_SECOND) / 1_000
            assert.ok(sum <= allowed)
            sum += bytes
          }
        }
      },
    ),
  )
})

test('a trusted client with 16 MiB unconfirmed is given up 5 minutes after its last sign of life', () => {
  const flow = new Flow(0)
  flow.spend(TRUSTED_UNCONFIRMED_BYTES, 10)
  assert.equal(flow.deadlineMs, Infinity)
  flow.spend(1, 10)
  assert.equal(flow.deadlineMs, SILENCE_MS)
  flow.recordActivity(5_000)
  assert.equal(flow.deadlineMs, 5_000 + SILENCE_MS)
})

test('a confirming client is given up when its window stays full for 2 minutes', () => {
  const flow = confirming()
  while (flow.canSend(1_000)) flow.spend(PING_EVERY_BYTES, 1_000)
  assert.equal(flow.deadlineMs, 1_000 + STALL_MS)
  flow.recordActivity(60_000)
  assert.equal(flow.deadlineMs, 1_000 + STALL_MS, 'a word is no confirmation')
  flow.pong(4, 60_000)
  assert.equal(flow.deadlineMs, Infinity)
})

test('a client that begins to confirm with more under way than a window has 2 minutes to catch up', () => {
  const flow = new Flow(0)
  const first = flow.spend(PING_EVERY_BYTES, 0)
  const second = flow.spend(WINDOW_BYTES * 2, 0)
  flow.pong(first ?? 0, 1_000)
  assert.deepEqual([flow.canSend(1_000), flow.deadlineMs], [false, 1_000 + STALL_MS])
  flow.pong(second ?? 0, 2_000)
  assert.deepEqual([flow.canSend(2_000), flow.deadlineMs], [true, Infinity])
})

test('an idle hour saves up no more than the burst', () => {
  const flow = new Flow(0)
  let bytes = 0
  for (; flow.canSend(3_600_000); bytes += 1_024) flow.spend(1_024, 3_600_000)
  assert.equal(bytes, TRUSTED_BURST_BYTES)
})
