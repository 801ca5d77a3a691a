import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { NO_LIMITS } from '../../src/limits/key-limits.ts'
import { LimitState, type LedgerRow, type Reservation } from '../../src/limits/limit-state.ts'
import { factsOfPlaceOrder, type OrderFacts } from '../../src/limits/order-facts.ts'
import { orderPolicyOf } from '../../src/limits/order-policy.ts'
import { TrdMarket, TrdSecMarket } from '../../proto/enums.ts'
import { inMarket, placeOrder, SHARES } from './sample-orders.ts'
import { nearClockChange, wallClock } from './wall-clock.ts'

const NOW_MS = Date.UTC(2026, 4, 5, 2, 30)

test('two hundred orders in the same millisecond against a cap of 7: seven are admitted', () => {
  const state = new LimitState(orderPolicyOf({ ...NO_LIMITS, maxOrdersPerMinute: 7 }), [], NOW_MS)
  const admitted = Array.from({ length: 200 }, (_, index) => place(state, `${index}`, order('HKD', 1), NOW_MS))
  assert.equal(admitted.filter((one) => one !== null).length, 7)
})

test('a day of a thousand dimes is spent by exactly a thousand orders of a dime', () => {
  const state = new LimitState(orderPolicyOf({ ...NO_LIMITS, maxDailyValue: 100 }), [], NOW_MS)
  let admitted = 0
  while (place(state, `${admitted}`, order('HKD', 0.1), NOW_MS) !== null) admitted++
  assert.equal(admitted, 1000)
})

test('looking is free: a check changes no later check', () => {
  const state = new LimitState(orderPolicyOf({ ...NO_LIMITS, maxOrdersPerMinute: 1, maxDailyValue: 5 }), [], NOW_MS)
  for (let look = 0; look < 5; look++) {
    assert.equal(state.check(order('HKD', 5), SHARES, NOW_MS).isAdmitted, true)
    assert.equal(state.check(order('HKD', 6), SHARES, NOW_MS).isAdmitted, false)
  }
})

test('a rejected order gives its value back and keeps its place in the rate; one never sent gives back both', () => {
  const policy = orderPolicyOf({ ...NO_LIMITS, maxOrdersPerMinute: 2, maxDailyValue: 100 })
  const state = new LimitState(policy, [], NOW_MS)
  const rejected = place(state, 'rejected', order('HKD', 60), NOW_MS)
  const unsent = place(state, 'unsent', order('HKD', 40), NOW_MS)
  assert.ok(rejected !== null && unsent !== null)
  assert.equal(state.budgets(NOW_MS).rate?.used, 2)
  state.release(rejected, 'rejected')
  assert.deepEqual(spent(state, NOW_MS), { rate: 2, hkd: 40n * 10n ** 9n })
  state.release(unsent, 'not_sent')
  assert.deepEqual(spent(state, NOW_MS), { rate: 1, hkd: 0n })
})

test('a rejection that arrives after midnight makes no room in the new day', () => {
  const policy = orderPolicyOf({ ...NO_LIMITS, maxDailyValue: 100, timeZone: 'Asia/Hong_Kong' })
  const midnightMs = Date.UTC(2026, 4, 5, 16)
  const state = new LimitState(policy, [], midnightMs - 1)
  const late = place(state, 'late', order('HKD', 100), midnightMs - 1)
  assert.ok(late !== null)
  assert.equal(late.day, '2026-05-05')
  assert.ok(place(state, 'early', order('HKD', 100), midnightMs) !== null)
  state.release(late, 'rejected')
  assert.equal(place(state, 'one more', order('HKD', 0.01), midnightMs), null)
})

test('budgets tell what is left and when more comes', () => {
  const limits = { ...NO_LIMITS, maxOrdersPerMinute: 1, maxDailyValue: 100, timeZone: 'Asia/Hong_Kong' }
  const state = new LimitState(orderPolicyOf(limits), [], NOW_MS)
  assert.ok(place(state, 'a', order('USD', 7), NOW_MS) !== null)
  assert.deepEqual(state.budgets(NOW_MS + 1000), {
    rate: { cap: 1, used: 1, resetMs: 59_000 },
    day: '2026-05-05',
    dayEndsInMs: 13.5 * 3_600_000 - 1000,
    usedToday: new Map([['USD', 7n * 10n ** 9n]]),
  })
  assert.equal(new LimitState(orderPolicyOf(NO_LIMITS), [], NOW_MS).budgets(NOW_MS).rate, null)
})

const step = fc.record({
  pauseMs: fc.oneof(
    fc.constantFrom(0, 0, 1, 59_999, 60_000),
    fc.integer({ min: 0, max: 90_000 }),
    fc.integer({ min: 0, max: 9 * 3_600_000 }),
  ),
  currency: fc.constantFrom('HKD', 'USD'),
  cents: fc.integer({ min: 1, max: 6000 }),
  /** What becomes of the order, and after how many further steps it is known. */
  outcome: fc.constantFrom('accepted', 'rejected', 'not_sent', 'unknown'),
  knownAfter: fc.nat(6),
})

test('under any schedule the caps hold, nothing is refused without need, and a restart changes nothing', () => {
  fc.assert(
    fc.property(
      nearClockChange(),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 12_000 }),
      fc.array(step, { maxLength: 40 }),
      ({ timeZone, atMs }, rateCap, dailyCapCents, steps) => {
        const limits = { ...NO_LIMITS, timeZone, maxOrdersPerMinute: rateCap, maxDailyValue: dailyCapCents / 100 }
        const policy = orderPolicyOf(limits)
        let state = new LimitState(policy, [], atMs)
        const ledger: (LedgerRow & { cents: number })[] = []
        const pending: { atStep: number; index: number; outcome: 'rejected' | 'not_sent' }[] = []
        let nowMs = atMs
        for (const [number, { pauseMs, currency, cents, outcome, knownAfter }] of steps.entries()) {
          nowMs += pauseMs
          for (const { index, outcome: known } of pending.filter(({ atStep }) => atStep === number)) {
            const row = ledger[index]
            assert.ok(row !== undefined)
            state.release(row, known)
            ledger[index] = { ...row, holds: known === 'rejected' ? 'rate' : 'nothing' }
          }
          // The model: the ledger itself, counted anew each time.
          const recent = ledger.filter((row) => row.holds !== 'nothing' && row.atMs > nowMs - 60_000).length
          const { day } = wallClock(timeZone, nowMs)
          const used = ledger
            .filter((row) => row.holds === 'rate_and_value' && row.currency === currency)
            .filter((row) => wallClock(timeZone, row.atMs).day === day)
            .reduce((total, row) => total + row.cents, 0)
          const fits = recent < rateCap && used + cents <= dailyCapCents

          // Half the time the object was evicted in between and comes back from its rows, in whatever order.
          if (number % 2 === 1) state = new LimitState(policy, ledger.toReversed(), nowMs)
          const facts = order(currency, cents / 100)
          const reservation = place(state, `order ${number}`, facts, nowMs)
          assert.equal(reservation !== null, fits, `step ${number}`)
          if (reservation === null) continue
          assert.equal(reservation.day, day)
          ledger.push({ ...reservation, holds: 'rate_and_value', isPending: false, sentByMs: reservation.atMs, cents })
          if (outcome === 'rejected' || outcome === 'not_sent') {
            pending.push({ atStep: number + 1 + knownAfter, index: ledger.length - 1, outcome })
          }
        }
      },
    ),
    { numRuns: 300 },
  )
})

const delayedStep = fc.record({
  pauseMs: fc.oneof(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: 0, max: 9 * 3_600_000 })),
  cents: fc.integer({ min: 1, max: 6_000 }),
  /** How long the order waits before its frame leaves, or is taken back; ms. */
  waitMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30_000 })),
  leaves: fc.boolean(),
})

test('the caps hold over the times at which orders leave, however long each of them waited', () => {
  fc.assert(
    fc.property(
      nearClockChange(),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 12_000 }),
      fc.array(delayedStep, { maxLength: 40 }),
      ({ timeZone, atMs }, rateCap, dailyCapCents, steps) => {
        const limits = { ...NO_LIMITS, timeZone, maxOrdersPerMinute: rateCap, maxDailyValue: dailyCapCents / 100 }
        const policy = orderPolicyOf(limits)
        let state = new LimitState(policy, [], atMs)
        const rows = new Map<string, LedgerRow & { cents: number }>()
        const leaving: { atMs: number; id: string; leaves: boolean }[] = []
        const sent: { atMs: number; cents: number }[] = []
        const sendUntil = (nowMs: number): void => {
          leaving.sort((a, b) => a.atMs - b.atMs)
          for (let next = leaving[0]; next !== undefined && next.atMs <= nowMs; next = leaving[0]) {
            leaving.shift()
            const row = rows.get(next.id)
            assert.ok(row !== undefined)
            if (next.leaves && state.checkAtSending(false, row, next.atMs) === null) {
              const recorded = state.spend(row, next.atMs)
              rows.set(next.id, { ...row, ...recorded, isPending: false, sentByMs: recorded.atMs })
              sent.push({ atMs: next.atMs, cents: row.cents })
            } else {
              state.release(row, 'not_sent')
              rows.set(next.id, { ...row, holds: 'nothing', isPending: false })
            }
          }
        }
        let nowMs = atMs
        for (const [number, { pauseMs, cents, waitMs, leaves }] of steps.entries()) {
          nowMs += pauseMs
          sendUntil(nowMs)
          // The limits of the key were changed and changed back meanwhile: the state is made anew from the ledger.
          if (number % 3 === 2) state = new LimitState(policy, [...rows.values()].toReversed(), nowMs)
          const reservation = reserve(state, `${number}`, order('HKD', cents / 100), nowMs)
          if (reservation === null) continue
          rows.set(`${number}`, { ...reservation, holds: 'rate_and_value', isPending: true, sentByMs: nowMs, cents })
          leaving.push({ atMs: nowMs + waitMs, id: `${number}`, leaves })
        }
        sendUntil(Infinity)
        for (const { atMs: endMs } of sent) {
          const inWindow = sent.filter((one) => one.atMs > endMs - 60_000 && one.atMs <= endMs)
          assert.ok(inWindow.length <= rateCap, `${inWindow.length} orders left in 60 s (cap ${rateCap})`)
        }
        for (const [day, orders] of Map.groupBy(sent, (one) => wallClock(timeZone, one.atMs).day)) {
          const total = orders.reduce((sum, one) => sum + one.cents, 0)
          assert.ok(total <= dailyCapCents, `${day}: ${total} cents left (cap ${dailyCapCents})`)
        }
      },
    ),
    { numRuns: 300 },
  )
})

/** Checks and reserves as the object does, with nothing in between. */
function reserve(state: LimitState, id: string, facts: OrderFacts, nowMs: number): Reservation | null {
  const verdict = state.check(facts, SHARES, nowMs)
  return verdict.isAdmitted && verdict.charge !== null ? state.reserve(id, verdict.charge, nowMs) : null
}

/** The same for an order that is sent at once. */
function place(state: LimitState, id: string, facts: OrderFacts, nowMs: number): Reservation | null {
  const reservation = reserve(state, id, facts, nowMs)
  return reservation === null ? null : state.spend(reservation, nowMs)
}

function order(currency: 'HKD' | 'USD', price: number): OrderFacts {
  const us = { header: inMarket(TrdMarket.US), secMarket: TrdSecMarket.US, code: 'AAPL' }
  return factsOfPlaceOrder(placeOrder({ qty: 1, price, ...(currency === 'USD' ? us : {}) }))
}

function spent(state: LimitState, nowMs: number): { rate: number | undefined; hkd: bigint | undefined } {
  const { rate, usedToday } = state.budgets(nowMs)
  return { rate: rate?.used, hkd: usedToday.get('HKD') }
}
