import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { KLType, RehabType, Session } from '../../proto/enums.ts'
import { QuoteCache } from '../../src/quotes/quote-cache.ts'
import { needsOf } from '../../src/quotes/quote-read.ts'
import { securityOf } from '../../src/subscriptions/stream.ts'
import { QuoteRig, replyOf, requestOf, type Security } from './quote-rig.ts'

/** Stocks of three markets, and futures whose night belongs to the next trading day. */
const SECURITIES: readonly Security[] = [
  { market: 1, code: '00700' },
  { market: 1, code: '00939' },
  { market: 21, code: '600519' },
  { market: 11, code: 'AAPL' },
  { market: 1, code: 'HSImain' },
]
const REHAB_TYPES = [RehabType.None, RehabType.Forward]

const aSecurity = fc.constantFrom(...SECURITIES)
const aCount = fc.constantFrom(1, 2, 10, 50, 400, 1000)

const aRead: fc.Arbitrary<readonly [protoId: number, c2s: object]> = fc.oneof(
  fc.array(aSecurity, { minLength: 1, maxLength: 6 }).map((securityList) => [3004, { securityList }] as const),
  fc
    .record({
      security: aSecurity,
      klType: fc.constantFrom(KLType._1Min, KLType._5Min, KLType.Day, KLType.Week),
      // Backward adjustment is never registered for pushes, so it must not be answered from them.
      rehabType: fc.constantFrom(RehabType.None, RehabType.Forward, RehabType.Backward),
      reqNum: aCount,
    })
    .map((c2s) => [3006, c2s] as const),
  aSecurity.map((security) => [3008, { security }] as const),
  fc.record({ security: aSecurity, maxRetNum: aCount }).map((c2s) => [3010, c2s] as const),
  fc.record({ security: aSecurity, num: fc.constantFrom(1, 5, 10, 40) }).map((c2s) => [3012, c2s] as const),
  aSecurity.map((security) => [3014, { security }] as const),
)

/**
 * Fields that go on without a trade, so that a push lags behind a getter: theirs is the time of asking. They are the
 * figures of futures (days left, basis) and the status, which expiry or a suspension changes.
 */
const LAGGING = new Set(['futureExData', 'secStatus', 'isSuspended'])

function withoutLagging(protoId: number, body: Uint8Array): unknown {
  const { retType, s2c } = replyOf(protoId, body)
  if (protoId !== 3004) return { retType, s2c }
  const quotes = (s2c?.['basicQotList'] ?? []) as readonly object[]
  return {
    retType,
    quotes: quotes.map((quote) => Object.fromEntries(Object.entries(quote).filter(([name]) => !LAGGING.has(name)))),
  }
}

type Step =
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'send'; readonly read: readonly [number, object] }
  | { readonly kind: 'reply' }
  | { readonly kind: 'learn' }
  | { readonly kind: 'know'; readonly read: readonly [number, object] }
  | { readonly kind: 'compare'; readonly read: readonly [number, object] }

const aStep = (reads: fc.Arbitrary<readonly [number, object]>): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 20_000 }).map((ms): Step => ({ kind: 'pass', ms })) },
    { weight: 1, arbitrary: fc.integer({ min: 60_000, max: 900_000 }).map((ms): Step => ({ kind: 'pass', ms })) },
    { weight: 4, arbitrary: reads.map((read): Step => ({ kind: 'send', read })) },
    { weight: 4, arbitrary: fc.constant<Step>({ kind: 'reply' }) },
    { weight: 4, arbitrary: fc.constant<Step>({ kind: 'learn' }) },
    { weight: 3, arbitrary: reads.map((read): Step => ({ kind: 'know', read })) },
    { weight: 5, arbitrary: reads.map((read): Step => ({ kind: 'compare', read })) },
  )

/** A few reads that come again and again, as in life, so that what is learned is asked for. */
const aStory = fc
  .array(aRead, { minLength: 1, maxLength: 5 })
  .chain((reads) => fc.array(aStep(fc.constantFrom(...reads)), { minLength: 20, maxLength: 60 }))

/** Mornings, lunch, the close, the night of the futures, New York's open, an evening after hours, a weekend. */
const aStart = fc.constantFrom(
  '2026-11-20T09:29:30+08:00',
  '2026-11-20T11:55:00+08:00',
  '2026-11-20T15:55:00+08:00',
  '2026-11-20T17:10:00+08:00',
  '2026-11-20T23:50:00+08:00',
  '2026-11-20T09:25:00-05:00',
  '2026-11-20T15:50:00-05:00',
  '2026-11-22T12:00:00+08:00',
  // The ends of the other sessions of US stocks.
  '2026-11-20T03:57:00-05:00',
  '2026-11-19T19:57:00-05:00',
  '2026-11-19T23:57:00-05:00',
)
const aSession = fc.constantFrom(Session.RTH, Session.ETH, Session.ALL)

/** Runs a story and counts the reads that were answered without OpenD, by protocol id. */
function run(
  startText: string,
  steps: readonly Step[],
  hasExchangeHours: boolean,
  session: number,
  answers: Map<number, number>,
): void {
  const rig = new QuoteRig(Date.parse(startText), hasExchangeHours)
  for (const step of steps) {
    if (!('read' in step)) continue
    const needs = needsOf(step.read[0], requestOf(...step.read))
    if (needs !== null) rig.subscribe(needs.secKeys.map(securityOf), [needs.subType], REHAB_TYPES, session)
  }
  const cache = new QuoteCache({ isLive: (unitKey) => rig.live.has(unitKey), nowMs: () => rig.nowMs })
  for (const push of rig.pushes()) cache.onPush(push)
  const sent: {
    protoId: number
    body: Uint8Array
    applyReply: ReturnType<QuoteCache['expect']>
    reply: Uint8Array | null
  }[] = []
  for (const step of steps) {
    switch (step.kind) {
      case 'pass':
        for (const push of rig.pass(step.ms)) cache.onPush(push)
        break
      case 'send': {
        const [protoId, c2s] = step.read
        const body = requestOf(protoId, c2s)
        sent.push({ protoId, body, applyReply: cache.expect(protoId, body), reply: null })
        break
      }
      case 'reply': {
        // OpenD makes its reply some time after the getter was sent, and pushes may overtake it on our side.
        const call = sent.find(({ reply }) => reply === null)
        if (call !== undefined) call.reply = rig.ask(call.protoId, call.body)
        break
      }
      case 'learn': {
        const at = sent.findIndex(({ reply }) => reply !== null)
        const [call] = at < 0 ? [] : sent.splice(at, 1)
        if (call?.reply) call.applyReply?.({ body: call.reply, atMs: rig.nowMs })
        break
      }
      case 'know': {
        const [protoId, c2s] = step.read
        const body = requestOf(protoId, c2s)
        cache.expect(protoId, body)?.({ body: rig.ask(protoId, body), atMs: rig.nowMs })
        break
      }
      case 'compare': {
        const [protoId, c2s] = step.read
        const body = requestOf(protoId, c2s)
        const answer = cache.answer(protoId, body)
        if (answer === null) break
        answers.set(protoId, (answers.get(protoId) ?? 0) + 1)
        assert.deepEqual(withoutLagging(protoId, answer.body), withoutLagging(protoId, rig.ask(protoId, body)))
        assert.deepEqual(cache.answer(protoId, body), answer)
        assert.ok(answer.asOfMs <= rig.nowMs)
      }
    }
  }
}

test('whatever comes in whatever order, an answer is what OpenD would say at that moment', () => {
  const answers = new Map<number, number>()
  fc.assert(
    fc.property(aStart, aStory, fc.boolean(), aSession, (start, steps, hasExchangeHours, session) => {
      run(start, steps, hasExchangeHours, session, answers)
    }),
    { numRuns: 50 },
  )
  for (const protoId of [3004, 3006, 3008, 3010, 3012, 3014]) {
    assert.ok((answers.get(protoId) ?? 0) > 0, `the test compared no answer to ${protoId}`)
  }
})
