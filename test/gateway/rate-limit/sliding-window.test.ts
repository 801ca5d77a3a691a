import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SlidingWindow } from '../../../src/gateway/rate-limit/sliding-window.ts'

const RULE = { calls: 4, windowMs: 1_000, gapMs: 50 }

/** Times in any order, close enough for windows and gaps to matter. */
const someTimes = fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 30 })

test('the next call is free at the first instant at which window and gap allow it', () => {
  fc.assert(
    fc.property(someTimes, fc.integer({ min: 1, max: 4 }), (times, allowed) => {
      const window = new SlidingWindow(RULE)
      for (const atMs of times) window.add(atMs)
      const latestMs = Math.max(0, ...times)
      const isOpen = (nowMs: number): boolean =>
        times.filter((atMs) => atMs + RULE.windowMs > nowMs).length < allowed &&
        times.every((atMs) => nowMs >= atMs + RULE.gapMs)
      const freeMs = window.freeAtMs(allowed)
      // Before the latest call the question has no meaning: that call has happened.
      if (freeMs > latestMs) assert.ok(!isOpen(freeMs - 1))
      assert.ok(isOpen(Math.max(freeMs, latestMs)))
    }),
  )
})

test('it says how many calls count, and when the first of them stops counting', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 250, max: 700 }), { maxLength: 20 }), (pauses) => {
      const window = new SlidingWindow(RULE)
      const times: number[] = []
      let nowMs = 0
      for (const pause of pauses) {
        nowMs += pause
        if (window.freeAtMs(RULE.calls) <= nowMs) {
          window.add(nowMs)
          times.push(nowMs)
        }
        const counting = times.filter((atMs) => atMs > nowMs - RULE.windowMs)
        assert.equal(window.usedAt(nowMs), counting.length)
        assert.equal(window.nextReturnInMs(nowMs), (counting[0] ?? nowMs - RULE.windowMs) + RULE.windowMs - nowMs)
      }
    }),
  )
})

test('a copy goes its own way', () => {
  const window = new SlidingWindow({ ...RULE, calls: 1 })
  const copy = window.clone()
  copy.add(5)
  assert.equal(window.freeAtMs(1), -Infinity)
  assert.equal(copy.freeAtMs(1), 1_005)
})
