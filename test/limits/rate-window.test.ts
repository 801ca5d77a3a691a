import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MOST_ORDERS_PER_WINDOW, RATE_WINDOW_MS, RateWindow } from '../../src/limits/rate-window.ts'

const START_MS = Date.UTC(2026, 4, 5, 1, 30)

/** Pauses between orders, with the edges of the window as likely as anything else. */
const pauseMs = fc.oneof(
  fc.constantFrom(0, 0, 1, 59_999, 60_000, 60_001, 30_000),
  fc.integer({ min: 0, max: 5_000 }),
  fc.integer({ min: 0, max: 130_000 }),
)

test('an order exactly 60 s old no longer counts, one a millisecond younger does', () => {
  const window = new RateWindow()
  window.add('a', START_MS)
  assert.equal(window.count(START_MS + 59_999), 1)
  assert.equal(window.count(START_MS + 60_000), 0)
})

test('no 60 seconds hold more than the cap, whatever comes when, and nothing is refused without need', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(pauseMs, { maxLength: 120 }), (cap, pauses) => {
      const window = new RateWindow()
      const admitted: number[] = []
      let nowMs = START_MS
      for (const pause of pauses) {
        nowMs += pause
        const counted = admitted.filter((atMs) => atMs > nowMs - RATE_WINDOW_MS && atMs <= nowMs).length
        assert.equal(window.count(nowMs), counted)
        if (counted >= cap) continue
        window.add(`order ${admitted.length}`, nowMs)
        admitted.push(nowMs)
      }
      for (const fromMs of admitted) {
        const inside = admitted.filter((atMs) => atMs >= fromMs && atMs < fromMs + RATE_WINDOW_MS)
        assert.ok(inside.length <= cap, `${inside.length} orders in the 60 s from ${fromMs}`)
      }
    }),
  )
})

test('waiting as long as the window says is enough, and a millisecond less is not', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(pauseMs, { minLength: 1, maxLength: 40 }), (cap, pauses) => {
      const window = new RateWindow()
      let nowMs = START_MS
      // More than the cap, as when a cap was lowered.
      for (const [index, pause] of pauses.entries()) window.add(`order ${index}`, (nowMs += pause))
      const waitMs = window.waitMs(cap, nowMs)
      assert.ok(waitMs !== null)
      if (waitMs > 0) assert.ok(window.count(nowMs + waitMs - 1) >= cap)
      assert.ok(window.count(nowMs + waitMs) < cap)
    }),
  )
})

test('a cap of 0 never frees', () => {
  assert.equal(new RateWindow().waitMs(0, START_MS), null)
})

test('an order taken out makes room at once and only its own', () => {
  const shortPauseMs = fc.oneof(fc.constantFrom(0, 30_000, 60_000), fc.integer({ min: 0, max: 40_000 }))
  const step = fc.record({ pauseMs: shortPauseMs, removeBack: fc.option(fc.nat(4)) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const window = new RateWindow()
      const entries = new Map<string, number>()
      let nowMs = START_MS
      for (const [index, { pauseMs: pause, removeBack }] of steps.entries()) {
        nowMs += pause
        window.add(`order ${index}`, nowMs)
        entries.set(`order ${index}`, nowMs)
        if (removeBack !== null) {
          window.remove(`order ${index - removeBack}`)
          entries.delete(`order ${index - removeBack}`)
        }
        const counted = [...entries.values()].filter((atMs) => atMs > nowMs - RATE_WINDOW_MS).length
        assert.equal(window.count(nowMs), counted)
      }
    }),
  )
})

test('a window rebuilt from its entries in any order counts the same from then on', () => {
  fc.assert(
    fc.property(
      fc.array(pauseMs, { maxLength: 40 }),
      fc.array(pauseMs, { maxLength: 10 }),
      fc.nat(),
      (past, later, turn) => {
        const window = new RateWindow()
        const entries: { id: string; atMs: number }[] = []
        let nowMs = START_MS
        for (const [index, pause] of past.entries()) {
          nowMs += pause
          window.add(`order ${index}`, nowMs)
          entries.push({ id: `order ${index}`, atMs: nowMs })
        }
        const shuffled = entries.toSorted((a, b) => ((a.atMs * 31 + turn) % 17) - ((b.atMs * 31 + turn) % 17))
        const rebuilt = RateWindow.from(shuffled, nowMs)
        for (const pause of later) {
          nowMs += pause
          assert.equal(rebuilt.count(nowMs), window.count(nowMs))
          assert.equal(rebuilt.waitMs(2, nowMs), window.waitMs(2, nowMs))
        }
      },
    ),
  )
})

test('a clock that steps back neither frees a place early nor holds one for longer than 60 s', () => {
  const step = fc.record({ pause: pauseMs, backMs: fc.oneof(fc.constant(0), fc.constantFrom(1, 60_000, 3_600_000)) })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.array(step, { maxLength: 80 }), (cap, steps) => {
      const window = new RateWindow()
      const admittedAtTrueMs: number[] = []
      let trueMs = START_MS
      let aheadMs = 0
      for (const { pause, backMs } of steps) {
        trueMs += pause
        aheadMs -= backMs
        const clockMs = trueMs + aheadMs
        const waitMs = window.waitMs(cap, clockMs)
        assert.ok(waitMs !== null && waitMs <= RATE_WINDOW_MS)
        if (window.count(clockMs) >= cap) continue
        window.add(`order ${admittedAtTrueMs.length}`, clockMs)
        admittedAtTrueMs.push(trueMs)
      }
      for (const fromMs of admittedAtTrueMs) {
        const inside = admittedAtTrueMs.filter((atMs) => atMs >= fromMs && atMs < fromMs + RATE_WINDOW_MS)
        assert.ok(inside.length <= cap)
      }
    }),
  )
})

test('entries dated after now, left by a clock that was wrong, count from now on after a restart', () => {
  const window = RateWindow.from([{ id: 'a', atMs: START_MS + 3_600_000 }], START_MS)
  assert.equal(window.count(START_MS + 59_999), 1)
  assert.equal(window.count(START_MS + 60_000), 0)
})

test('the memory of a window has an end', () => {
  const entries = Array.from({ length: MOST_ORDERS_PER_WINDOW + 5 }, (_, index) => ({ id: `${index}`, atMs: START_MS }))
  const window = RateWindow.from(entries, START_MS)
  assert.equal(window.count(START_MS), MOST_ORDERS_PER_WINDOW)
  assert.throws(() => window.add('one more', START_MS), /full/)
})
