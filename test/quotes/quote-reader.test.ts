import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SubType } from '../../proto/enums.ts'
import type { CallOutcome } from '../../src/gateway/link/effect.ts'
import { QuoteReader, type ReadAnswer } from '../../src/quotes/quote-reader.ts'
import { VirtualClock } from '../orders/simulation/virtual-clock.ts'
import { QuoteRig, refusalOf, replyOf, requestOf, successOf, TENCENT } from './quote-rig.ts'

const START_MS = Date.parse('2026-11-20T10:00:00+08:00')
const ASK_QUOTE = requestOf(3004, { securityList: [TENCENT] })
const ASK_PLATES = requestOf(3204, { market: 1, plateSetType: 0 })
const ASK_ORDERS = requestOf(2201, { header: { trdEnv: 0, accID: 1n, trdMarket: 1 } })

/** A reader before the simulated OpenD. Calls take 30 ms. */
class ReaderRig {
  readonly clock = new VirtualClock()
  readonly opend = new QuoteRig(START_MS)
  readonly calls: number[] = []
  readonly reader: QuoteReader
  /** What upstream says instead of OpenD. */
  override: ((protoId: number) => CallOutcome) | null = null

  constructor() {
    this.reader = new QuoteReader({
      send: (protoId, body) => {
        this.calls.push(protoId)
        const outcome = this.override?.(protoId) ?? { ok: true, body: this.opend.ask(protoId, body) }
        return new Promise((resolve) => void this.clock.after(30, () => resolve(outcome)))
      },
      isLive: (unitKey) => this.opend.live.has(unitKey),
      nowMs: () => START_MS + this.clock.elapsedMs,
      after: (ms, fn) => void this.clock.after(ms, fn),
      remaining: () => null,
    })
  }

  read(protoId: number, body: Uint8Array, isFresh = false, caller = 'anna'): Promise<ReadAnswer> {
    return this.reader.read({ protoId, body, caller, isFresh })
  }

  async settled<Value>(asked: Promise<Value>): Promise<Value> {
    await this.clock.runUntil(this.clock.elapsedMs + 1_000)
    return asked
  }

  /** Subscribes, and hands on what is pushed for it. */
  subscribe(...subTypes: readonly number[]): void {
    this.opend.subscribe([TENCENT], subTypes)
    for (const push of this.opend.pushes()) this.reader.onPush(push)
  }
}

function sourcesOf(answers: readonly ReadAnswer[]): readonly string[] {
  return answers.map(({ source }) => source)
}

test('a subscribed quote is read from what was pushed, and from OpenD when it has to be fresh', async () => {
  const rig = new ReaderRig()
  rig.subscribe(SubType.Basic)
  const pushed = await rig.settled(rig.read(3004, ASK_QUOTE))
  assert.equal(pushed.source, 'push')
  assert.deepEqual(rig.calls, [])
  const fresh = await rig.settled(rig.read(3004, ASK_QUOTE, true))
  assert.deepEqual([fresh.source, rig.calls], ['upstream', [3004]])
  if (!pushed.outcome.ok || !fresh.outcome.ok) throw new Error('refused')
  assert.deepEqual(replyOf(3004, pushed.outcome.body), replyOf(3004, fresh.outcome.body))
  assert.equal(pushed.asOfMs, START_MS)
  assert.equal((await rig.settled(rig.read(3004, ASK_QUOTE))).asOfMs, fresh.asOfMs, 'what is fresh is learned')
  assert.deepEqual(rig.reader.counts, { push: 2, upstream: 1, coalesced: 0, cache: 0 })
})

test('ticks, bars and minutes are asked for once, and then go on with the pushes', async () => {
  const rig = new ReaderRig()
  rig.subscribe(SubType.Ticker, SubType.RT, SubType.KL_1Min)
  const reads: readonly (readonly [number, Uint8Array])[] = [
    [3010, requestOf(3010, { security: TENCENT, maxRetNum: 50 })],
    [3008, requestOf(3008, { security: TENCENT })],
    [3006, requestOf(3006, { security: TENCENT, klType: 1, rehabType: 1, reqNum: 30 })],
  ]
  for (const [protoId, body] of reads) {
    assert.equal((await rig.settled(rig.read(protoId, body))).source, 'upstream')
    for (const push of rig.opend.pass(61_000)) rig.reader.onPush(push)
    const { source, outcome } = await rig.settled(rig.read(protoId, body))
    assert.equal(source, 'push')
    if (!outcome.ok) throw new Error('refused')
    assert.deepEqual(replyOf(protoId, outcome.body), replyOf(protoId, rig.opend.ask(protoId, body)))
  }
})

test('a dropped unit and a lost link end what is known, also of a getter under way', async () => {
  for (const end of ['unitDropped', 'linkLost'] as const) {
    const rig = new ReaderRig()
    rig.subscribe(SubType.Basic)
    const underWay = rig.read(3004, ASK_QUOTE, true)
    if (end === 'unitDropped') rig.reader.unitDropped('1:1_00700')
    else rig.reader.linkLost()
    await rig.settled(underWay)
    assert.equal((await rig.settled(rig.read(3004, ASK_QUOTE))).source, 'upstream', end)
  }
})

test('identical reads share a call, also reads of accounts, and what is fresh does not join', async () => {
  const rig = new ReaderRig()
  const asked = [rig.read(2201, ASK_ORDERS), rig.read(2201, ASK_ORDERS, false, 'ben'), rig.read(2201, ASK_ORDERS, true)]
  assert.deepEqual(sourcesOf(await rig.settled(Promise.all(asked))), ['upstream', 'coalesced', 'upstream'])
  assert.deepEqual(rig.calls, [2201, 2201])
  assert.equal((await rig.settled(rig.read(2201, ASK_ORDERS))).source, 'upstream', 'and nothing of it is kept')
})

test('who reads after a write does not get what was asked for before it', async () => {
  const rig = new ReaderRig()
  rig.override = () => ({ ok: true, body: refusalOf('whatever') })
  const before = rig.read(2201, ASK_ORDERS)
  rig.reader.invalidateInFlight()
  const after = rig.read(2201, ASK_ORDERS)
  assert.equal(rig.calls.length, 2)
  await rig.settled(Promise.all([before, after]))

  const subscription = rig.read(3001, requestOf(3001, { isSubOrUnSub: false, isUnsubAll: true }))
  await rig.clock.runUntil(rig.clock.elapsedMs + 29)
  const during = rig.read(2201, ASK_ORDERS)
  await rig.clock.runUntil(rig.clock.elapsedMs + 1)
  await subscription
  const [, later] = await rig.settled(Promise.all([during, rig.read(2201, ASK_ORDERS)]))
  assert.equal(later.source, 'upstream')
})

test('writes are never shared, kept or answered from anything', async () => {
  const rig = new ReaderRig()
  const body = requestOf(3001, { isSubOrUnSub: false, isUnsubAll: true })
  await rig.settled(Promise.all([rig.read(3001, body), rig.read(3001, body)]))
  await rig.settled(rig.read(3001, body))
  assert.deepEqual(rig.calls, [3001, 3001, 3001])
})

test('plates are kept for the hour, until a reload', async () => {
  const rig = new ReaderRig()
  assert.equal((await rig.settled(rig.read(3204, ASK_PLATES))).source, 'upstream')
  const kept = await rig.settled(rig.read(3204, ASK_PLATES))
  assert.deepEqual([kept.source, kept.asOfMs], ['cache', START_MS + 30])
  assert.equal((await rig.settled(rig.read(3204, ASK_PLATES, true))).source, 'upstream')
  rig.reader.clearCaches()
  assert.equal((await rig.settled(rig.read(3204, ASK_PLATES))).source, 'upstream')
  assert.equal(rig.calls.length, 3)
})

test('snapshots of one moment are one call, and a fresh one is its own', async () => {
  const rig = new ReaderRig()
  const body = (code: string) => requestOf(3203, { securityList: [{ market: 1, code }] })
  const asked = [
    rig.read(3203, body('00700')),
    rig.read(3203, body('00005'), false, 'ben'),
    rig.read(3203, body('00700'), true),
  ]
  assert.deepEqual(sourcesOf(await rig.settled(Promise.all(asked))), ['coalesced', 'coalesced', 'upstream'])
  assert.deepEqual(rig.calls, [3203, 3203])
  assert.equal((await rig.settled(rig.read(3203, body('00700')))).source, 'upstream', 'one alone was not merged')
})

test('failures are outcomes, and teach nothing', async () => {
  const rig = new ReaderRig()
  rig.subscribe(SubType.RT)
  const failure = { code: 'gateway.disconnected', detail: 'cut', retryInMs: null } as const
  const body = requestOf(3008, { security: TENCENT })
  for (const outcome of [
    { ok: false, failure, sent: true },
    { ok: true, body: refusalOf('no') },
  ] as const) {
    rig.override = () => outcome
    assert.deepEqual((await rig.settled(rig.read(3008, body))).outcome, outcome)
  }
  rig.override = () => ({ ok: true, body: successOf(3008, { security: TENCENT, rtList: [] }) })
  await rig.settled(rig.read(3008, body))
  rig.override = null
  assert.equal((await rig.settled(rig.read(3008, body))).source, 'upstream')
  assert.equal((await rig.settled(rig.read(3008, body))).source, 'push')
})

test('who shares an answer, and who gets it later, is told the same time as who asked', async () => {
  let nowMs = START_MS
  const body = successOf(3204, { plateInfoList: [] })
  const reader = new QuoteReader({
    send: async () => ({ ok: true, body }),
    isLive: () => false,
    // A clock that never stands still, as no clock does.
    nowMs: () => nowMs++,
    after: () => undefined,
    remaining: () => null,
  })
  const ask = (caller: string): Promise<ReadAnswer> =>
    reader.read({ protoId: 3204, body: ASK_PLATES, caller, isFresh: false })
  const answers = [...(await Promise.all([ask('anna'), ask('bert')])), await ask('carl')]
  assert.deepEqual(
    answers.map(({ source }) => source),
    ['upstream', 'coalesced', 'cache'],
  )
  assert.equal(new Set(answers.map(({ asOfMs }) => asOfMs)).size, 1)
})
