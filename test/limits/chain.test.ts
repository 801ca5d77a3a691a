import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrderType, TrdMarket } from '../../proto/enums.ts'
import { GATES } from '../../src/limits/gate.ts'
import { NO_LIMITS, type KeyLimits } from '../../src/limits/key-limits.ts'
import { orderPolicyOf } from '../../src/limits/order-policy.ts'
import { MOST_ORDERS_PER_WINDOW } from '../../src/limits/rate-window.ts'
import { admit, check, NOW_MS, place, refusalOf, stateOf, STRICT } from './checking.ts'
import { inMarket, SHARES } from './sample-orders.ts'

/** One step off the allowed path for each gate, and the refusal it gets. */
const REFUSALS: readonly (readonly [string, Partial<KeyLimits>, string, number | null])[] = [
  ['account', { allowedAccIds: [1n, 2n] }, 'account not allowed: 281756 (allowed: 1, 2)', null],
  ['market', { allowedMarkets: ['US', 'SG'] }, 'market not allowed: HK (allowed: US, SG)', null],
  ['symbol', { allowedSymbols: ['HK.09988'] }, 'symbol not allowed: HK.00700 (allowed: HK.09988)', null],
  ['side', { allowedTrdSides: [] }, 'side not allowed: BUY (allowed: none)', null],
  [
    'hours',
    { hoursWindow: '13:00-16:00' },
    'outside trading hours: 10:30 is not in 13:00-16:00 Asia/Hong_Kong',
    9_000_000,
  ],
  ['order_value', { maxOrderValue: 29_999.99 }, 'order value exceeded: 30000.00 HKD (cap 29999.99)', null],
  ['rate', { maxOrdersPerMinute: 0 }, 'rate limit exceeded: 0 orders in the last 60s (cap 0)', null],
  [
    'daily_value',
    { maxDailyValue: { HKD: 29_999.99 } },
    'daily value exceeded: 0.00 + 30000.00 = 30000.00 HKD (cap 29999.99)',
    null,
  ],
]

test('an order that every limit allows to the last cent is admitted, with a report of every gate', () => {
  const verdict = check(STRICT)
  assert.ok(verdict.isAdmitted)
  assert.deepEqual(verdict.charge, { currency: 'HKD', value: 30_000n * 10n ** 9n })
  assert.deepEqual(verdict.gates, [
    { gate: 'account', requested: ['281756'], allowedCount: 1, refusal: null },
    { gate: 'market', requested: ['HK'], allowedCount: 1, refusal: null },
    { gate: 'symbol', requested: ['HK.00700'], allowedCount: 1, refusal: null },
    { gate: 'side', requested: ['BUY'], allowedCount: 1, refusal: null },
    { gate: 'hours', window: '09:30-16:00', timeZone: 'Asia/Hong_Kong', localTime: '10:30', refusal: null },
    { gate: 'order_value', currency: 'HKD', value: '30000.00', cap: '30000.00', refusal: null },
    { gate: 'rate', recent: 0, cap: 1, refusal: null },
    {
      gate: 'daily_value',
      day: '2026-05-05',
      currency: 'HKD',
      used: '0.00',
      added: '30000.00',
      cap: '30000.00',
      refusal: null,
    },
  ])
})

for (const [gate, change, text, retryAfterMs] of REFUSALS) {
  test(`the ${gate} gate refuses, alone and in words`, () => {
    const verdict = check({ ...STRICT, ...change })
    assert.deepEqual(refusalOf(verdict), { gate, text, isRetryable: retryAfterMs !== null, retryAfterMs })
    const refusing = verdict.gates.filter(({ refusal }) => refusal !== null).map((report) => report.gate)
    assert.deepEqual(refusing, [gate])
  })
}

test('the first gate that refuses decides, in the order account to daily value', () => {
  for (let first = 0; first < REFUSALS.length; first++) {
    const change = Object.assign({}, ...REFUSALS.slice(first).map(([, one]) => one))
    const verdict = check({ ...STRICT, ...change })
    assert.equal(refusalOf(verdict).gate, GATES[first])
    assert.deepEqual(
      verdict.gates.map((report) => [report.gate, report.refusal === null]),
      GATES.map((gate, index) => [gate, index < first]),
    )
  }
})

test('a key without limits may do anything', () => {
  for (const facts of [place(), place({ orderType: OrderType.Market }), place({ price: -3 })]) {
    assert.equal(check(NO_LIMITS, facts, { ...SHARES, lastPrice: null }).isAdmitted, true)
  }
})

test('an order with a number that is none is refused whatever the key', () => {
  const refusal = refusalOf(check(NO_LIMITS, place({ qty: Number.NaN })))
  assert.equal(refusal.text, 'order value not valid: qty must be a finite number, 0 or more')
})

test('the rate refusal has the words clients look for, and says when a place is free', () => {
  const state = stateOf({ ...NO_LIMITS, maxOrdersPerMinute: 3 })
  for (const atMs of [NOW_MS, NOW_MS + 10_000, NOW_MS + 20_000]) admit(state, `order at ${atMs}`, atMs)
  const refusal = refusalOf(state.check(place(), SHARES, NOW_MS + 25_000))
  assert.deepEqual(refusal, {
    gate: 'rate',
    text: 'rate limit exceeded: 3 orders in the last 60s (cap 3)',
    isRetryable: true,
    retryAfterMs: 35_000,
  })
  assert.equal(state.check(place(), SHARES, NOW_MS + 59_999).isAdmitted, false)
  assert.equal(state.check(place(), SHARES, NOW_MS + 60_000).isAdmitted, true)
})

test('the daily refusal says how long the day lasts, unless the order fits into no day', () => {
  const state = stateOf({ ...NO_LIMITS, maxDailyValue: 50_000, timeZone: 'America/New_York' })
  admit(state, 'first', NOW_MS)
  assert.deepEqual(refusalOf(state.check(place(), SHARES, NOW_MS)), {
    gate: 'daily_value',
    text: 'daily value exceeded: 30000.00 + 30000.00 = 60000.00 HKD (cap 50000.00)',
    isRetryable: true,
    // 22:30 in New York.
    retryAfterMs: 90 * 60_000,
  })
  assert.equal(state.check(place(), SHARES, NOW_MS + 90 * 60_000).isAdmitted, true)
  const tooLarge = refusalOf(state.check(place({ qty: 200 }), SHARES, NOW_MS))
  assert.equal(tooLarge.isRetryable, false)
})

test('waiting is advised until the last of several refusals is over and the hours are open', () => {
  const state = stateOf({ ...NO_LIMITS, maxOrdersPerMinute: 1, maxDailyValue: 50_000, hoursWindow: '02:00-03:00' })
  admit(state, 'first', NOW_MS)
  const refusal = refusalOf(state.check(place(), SHARES, NOW_MS))
  assert.equal(refusal.gate, 'rate')
  assert.equal(
    refusal.text,
    'rate limit exceeded: 1 orders in the last 60s (cap 1); ' +
      'daily value exceeded: 30000.00 + 30000.00 = 60000.00 HKD (cap 50000.00); ' +
      'then outside trading hours: 02:00-03:00 UTC',
  )
  // Not in a minute (the day is spent), not at midnight (closed), but at 02:00 tomorrow.
  assert.equal(refusal.retryAfterMs, Date.UTC(2026, 4, 6, 2) - NOW_MS)
  assert.equal(state.check(place(), SHARES, NOW_MS + (refusal.retryAfterMs ?? 0)).isAdmitted, true)
})

test('waiting is advised for the longest of the waits, whichever gate it is', () => {
  const lateMs = Date.UTC(2026, 4, 5, 23, 59, 50)
  const state = stateOf({ ...NO_LIMITS, maxOrdersPerMinute: 1, maxDailyValue: 50_000 })
  admit(state, 'first', lateMs)
  // The day ends in 10 s, the minute in 60.
  const refusal = refusalOf(state.check(place(), SHARES, lateMs))
  assert.equal(refusal.retryAfterMs, 60_000)
  assert.match(refusal.text, /^rate limit exceeded: .* \(cap 1\); daily value exceeded: .* \(cap 50000\.00\)$/)
})

test('waiting is not advised when another gate refuses for good', () => {
  const refusal = refusalOf(check({ ...STRICT, hoursWindow: '13:00-16:00', maxOrderValue: 1 }))
  assert.equal(refusal.gate, 'hours')
  assert.match(refusal.text, /^outside trading hours: .*; order value exceeded: 30000\.00 HKD \(cap 1\.00\)$/)
  assert.deepEqual([refusal.isRetryable, refusal.retryAfterMs], [false, null])
})

test('a symbol that the order leaves open is on no list, and the refusal says what is missing', () => {
  const open = place({ header: inMarket(TrdMarket.CN), secMarket: undefined, code: '600519' })
  const refusal = refusalOf(check({ ...NO_LIMITS, allowedSymbols: ['SH.600519'] }, open))
  assert.equal(refusal.text, 'symbol not allowed: not known without sec_market (allowed: SH.600519)')
})

test('a refusal repeats neither an endless code nor an endless list', () => {
  const allowedSymbols = Array.from({ length: 5000 }, (_, index) => `HK.${index}`)
  const refusal = refusalOf(check({ ...NO_LIMITS, allowedSymbols }, place({ code: 'X'.repeat(100_000) })))
  assert.equal(refusal.text, `symbol not allowed: HK.${'X'.repeat(37)}… (allowed: 5000)`)
})

test('a limit that makes no sense refuses at its gate and says so', () => {
  const cases: readonly (readonly [Partial<KeyLimits>, string, string])[] = [
    [{ hoursWindow: '9-17' }, 'hours', 'hours window 9-17 is not of the form HH:MM-HH:MM with two different times'],
    [{ hoursWindow: '09:00-17:00', timeZone: 'Mars/Base' }, 'hours', 'time zone Mars/Base is not known'],
    [{ maxDailyValue: 5, timeZone: 'Mars/Base' }, 'daily_value', 'time zone Mars/Base is not known'],
    [{ maxOrderValue: Number.NaN }, 'order_value', 'value cap NaN is not valid'],
    [{ maxDailyValue: { HKD: -1 } }, 'daily_value', 'value cap -1 for HKD is not valid'],
    [{ maxOrdersPerMinute: -1 }, 'rate', 'rate cap -1 is not valid'],
    [{ maxOrderValue: 5, marketPriceBandPercent: -1 }, 'order_value', 'market price band -1 is not valid'],
  ]
  for (const [change, gate, text] of cases) {
    const refusal = refusalOf(check({ ...NO_LIMITS, ...change }))
    assert.deepEqual(refusal, { gate, text, isRetryable: false, retryAfterMs: null })
  }
})

test('a rate cap is a whole number and has a ceiling, so that the memory of a window has an end', () => {
  const capOf = (maxOrdersPerMinute: number): unknown =>
    orderPolicyOf({ ...NO_LIMITS, maxOrdersPerMinute }).ordersPerMinute
  assert.equal(capOf(2.9), 2)
  assert.equal(capOf(1e15), MOST_ORDERS_PER_WINDOW)
})
