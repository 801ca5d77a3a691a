import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ItemSeries, type SeriesRules } from '../../src/quotes/item-series.ts'
import { BARS, POINTS, ticksOf } from '../../src/quotes/series-rules.ts'

/** A bar that has its time and how often it changed; every tenth begins a day. */
interface Bar {
  readonly at: number
  readonly change: number
}

const RULES: SeriesRules<Bar> = {
  compare: (one, other) => one.at - other.at,
  follows: (last, next) => Math.floor(last.at / 10) === Math.floor(next.at / 10),
  asRead: (bar) => bar,
  most: 8,
}

/** What a market does, and when getters are sent, answered and received. */
const aStep = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'change' as const, by: 0 }) },
  { weight: 4, arbitrary: fc.constant({ kind: 'change' as const, by: 1 }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'change' as const, by: 3 }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('send' as const), asked: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'reply' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'learn' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'lose' as const }) },
)

test('a line is the end of what there is, whenever pushes and replies come', () => {
  let known = 0
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 6 }), fc.array(aStep, { minLength: 20, maxLength: 80 }), (start, steps) => {
      const truth: Bar[] = Array.from({ length: start }, (_, at) => ({ at, change: 0 }))
      const series = new ItemSeries(RULES)
      const sent: { asked: number; token: Bar[]; reply: Bar[] | null }[] = []
      for (const step of steps) {
        switch (step.kind) {
          case 'change': {
            const last = truth.at(-1) ?? { at: 0, change: 0 }
            const next = { at: last.at + step.by, change: step.by === 0 ? last.change + 1 : 0 }
            if (step.by === 0) truth.pop()
            truth.push(next)
            series.onPush([next])
            break
          }
          case 'send':
            sent.push({ asked: step.asked, token: series.begin(), reply: null })
            break
          case 'reply': {
            const call = sent.find(({ reply }) => reply === null)
            if (call !== undefined) call.reply = truth.slice(-call.asked)
            break
          }
          case 'learn': {
            const call = sent.find(({ reply }) => reply !== null)
            if (call?.reply) series.applyReply(call.token, call.reply, call.asked)
            if (call !== undefined) sent.splice(sent.indexOf(call), 1)
            break
          }
          case 'lose': {
            const call = sent.shift()
            if (call !== undefined) series.abort(call.token)
          }
        }
        for (const count of [1, 2, 5, 8, Infinity]) {
          const items = series.last(count)
          if (items === null) continue
          known++
          assert.deepEqual(items, count === Infinity ? truth : truth.slice(-count), `the last ${count}`)
        }
        assert.ok(series.size <= 2 * RULES.most)
      }
    }),
    { numRuns: 2_000 },
  )
  assert.ok(known > 1_000)
})

const bar = (time: string, closePrice = 1) => ({ time, isBlank: false, closePrice })
const known = <Item>(rules: SeriesRules<Item>, items: readonly Item[], asked: number): ItemSeries<Item> => {
  const series = new ItemSeries(rules)
  series.applyReply(series.begin(), items, asked)
  return series
}

test('a reply shorter than what it was asked for is all there is', () => {
  const bars = [bar('2026-11-20 09:31:00'), bar('2026-11-20 09:32:00')]
  assert.deepEqual(known(BARS, bars, 3).last(1_000), bars)
  assert.equal(known(BARS, bars, 2).last(3), null)
  assert.deepEqual(known(BARS, bars, 2).last(2), bars)
})

test('a shorter reply does not make the longer one before it forgotten', () => {
  const bars = [1, 2, 3, 4].map((minute) => bar(`2026-11-20 09:3${minute}:00`))
  const series = known(BARS, bars, 4)
  series.applyReply(series.begin(), [bar('2026-11-20 09:34:00', 7)], 1)
  assert.deepEqual(series.last(4), [...bars.slice(0, 3), bar('2026-11-20 09:34:00', 7)])
})

test('a reply that reaches into a new day is not put together with the days before', () => {
  const days = ['2026-11-18 00:00:00', '2026-11-19 00:00:00', '2026-11-20 00:00:00']
  const series = known(
    BARS,
    days.map((time) => bar(time)),
    3,
  )
  series.applyReply(series.begin(), [bar('2026-11-20 00:00:00', 7), bar('2026-11-23 00:00:00')], 2)
  assert.equal(series.last(2)?.[0]?.closePrice, 7)
  assert.equal(series.last(3), null)
})

test('an empty reply and one out of order teach nothing', () => {
  assert.equal(known(BARS, [], 10).last(1), null)
  assert.equal(known(BARS, [bar('2026-11-20 09:32:00'), bar('2026-11-20 09:31:00')], 2).last(1), null)
})

test('the bars of a new day may come with an adjustment of the old ones', () => {
  const series = known(BARS, [bar('2026-11-19 00:00:00'), bar('2026-11-20 00:00:00')], 2)
  series.onPush([bar('2026-11-20 00:00:00', 5)])
  assert.equal(series.last(2)?.at(-1)?.closePrice, 5)
  series.onPush([bar('2026-11-23 00:00:00')])
  assert.equal(series.last(1), null)
})

const point = (time: string) => ({ time, minute: 0, isBlank: false })

test('minute points have no holes', () => {
  const series = known(POINTS, [point('2026-11-20 11:59:00')], Infinity)
  series.onPush([point('2026-11-20 12:00:00')])
  assert.equal(series.last(Infinity)?.length, 2)
  series.onPush([point('2026-11-20 13:01:00')])
  assert.equal(series.last(Infinity), null)
  const aroundTheClock = known(POINTS, [point('2026-11-20 23:59:00'), point('2026-11-21 00:00:00')], Infinity)
  aroundTheClock.onPush([point('2026-11-21 00:01:00')])
  assert.equal(aroundTheClock.last(Infinity), null, 'the minute that ends at midnight ends the day')
})

const tick = (time: string, sequence: bigint) => ({ time, sequence, dir: 1, price: 1, volume: 1n, turnover: 1 })

test('ticks go on through a morning, and not through a long pause or a midnight', () => {
  const hk = ticksOf(1)
  const series = known(hk, [tick('2026-11-20 11:00:00', 5n)], 1)
  series.onPush([tick('2026-11-20 11:29:59', 9n)])
  series.onPush([tick('2026-11-20 11:29:59', 9n)])
  assert.equal(series.last(2)?.length, 2, 'the same tick twice is one tick')
  series.onPush([tick('2026-11-20 11:59:59', 10n)])
  assert.equal(series.last(1), null)
  const night = known(hk, [tick('2026-11-20 23:59:59', 5n)], 1)
  night.onPush([tick('2026-11-21 00:00:01', 6n)])
  assert.equal(night.last(1), null)
})

test('ticks of US securities before and after hours are left to OpenD', () => {
  const pushed = (before: string, after: string, market = 11) => {
    const series = known(ticksOf(market), [tick(before, 5n)], 1)
    series.onPush([tick(after, 6n)])
    return series.last(1) !== null
  }
  assert.ok(pushed('2026-11-20 09:30:00', '2026-11-20 09:30:01'))
  assert.ok(!pushed('2026-11-20 15:59:59', '2026-11-20 16:00:01'))
  assert.ok(!pushed('2026-11-20 09:29:59', '2026-11-20 09:30:01'))
  assert.ok(pushed('2026-11-20 17:30:59', '2026-11-20 17:31:00', 1))
})
