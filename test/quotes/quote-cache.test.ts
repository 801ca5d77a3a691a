import { MAX_SERIES_ITEMS } from '../../src/base/memory-budget.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PushDataType, SubType } from '../../proto/enums.ts'
import { CALL_DEADLINE_MS } from '../../src/gateway/link/timing.ts'
import { QuoteCache } from '../../src/quotes/quote-cache.ts'
import { needsOf } from '../../src/quotes/quote-read.ts'
import type { QuotePush } from '../../src/quotes/stream-state.ts'
import { securityOf } from '../../src/subscriptions/stream.ts'
import { eventsOf, QuoteRig, replyOf, requestOf, successOf, TENCENT, type Security } from './quote-rig.ts'

const HSBC = { market: 1, code: '00005' }
const START_MS = Date.parse('2026-11-20T10:00:00+08:00')

/** A cache with a clock, and units that are live unless a test says otherwise. */
function cacheOf(...notLive: readonly string[]) {
  const clock = { nowMs: START_MS, notLive: new Set(notLive) }
  const cache = new QuoteCache({ isLive: (unitKey) => !clock.notLive.has(unitKey), nowMs: () => clock.nowMs })
  return { cache, clock }
}

function quote(security: Security, curPrice: number) {
  const zero = { highPrice: 0, openPrice: 0, lowPrice: 0, lastClosePrice: 0, volume: 0n, turnover: 0 }
  const facts = { isSuspended: false, listTime: '', priceSpread: 1, updateTime: '', turnoverRate: 0, amplitude: 0 }
  return { security, curPrice, ...zero, ...facts }
}

function quotePush(security: Security, curPrice: number, receivedAtMs: number): QuotePush {
  const [event] = eventsOf(3005, { basicQotList: [quote(security, curPrice)] }, receivedAtMs)
  if (event === undefined) throw new Error('no event')
  return event
}

function pricesOf(answer: { readonly body: Uint8Array } | null): readonly number[] | null {
  if (answer === null) return null
  const list = replyOf(3004, answer.body).s2c?.['basicQotList'] as readonly { readonly curPrice: number }[]
  return list.map(({ curPrice }) => curPrice)
}

const ASK_TENCENT = requestOf(3004, { securityList: [TENCENT] })

test('quotes come in the order of the request, as often as they are asked for, and as old as the oldest', () => {
  const { cache } = cacheOf()
  cache.onPush(quotePush(TENCENT, 600, START_MS))
  assert.equal(cache.answer(3004, requestOf(3004, { securityList: [TENCENT, HSBC] })), null, 'one is not known')
  cache.onPush(quotePush(HSBC, 90, START_MS + 5))
  const answer = cache.answer(3004, requestOf(3004, { securityList: [HSBC, TENCENT, HSBC] }))
  assert.deepEqual(pricesOf(answer), [90, 600, 90])
  assert.equal(answer?.asOfMs, START_MS)
})

test('an answer is encoded once, until something is pushed', () => {
  const { cache } = cacheOf()
  cache.onPush(quotePush(TENCENT, 600, START_MS))
  const first = cache.answer(3004, ASK_TENCENT)
  assert.equal(cache.answer(3004, ASK_TENCENT)?.body, first?.body)
  cache.onPush(quotePush(HSBC, 90, START_MS))
  assert.equal(cache.answer(3004, ASK_TENCENT)?.body, first?.body, 'another security is none of its business')
  cache.onPush(quotePush(TENCENT, 601, START_MS + 1))
  assert.deepEqual(pricesOf(cache.answer(3004, ASK_TENCENT)), [601])
})

test('nothing is known of a unit that is not live, nor after it was dropped or the link was lost', () => {
  const { cache, clock } = cacheOf()
  const push = () => cache.onPush(quotePush(TENCENT, 600, START_MS))
  for (const forget of [() => cache.forget('1:1_00700'), () => cache.forgetAll()]) {
    push()
    assert.notEqual(cache.answer(3004, ASK_TENCENT), null)
    forget()
    assert.equal(cache.answer(3004, ASK_TENCENT), null)
  }
  push()
  assert.notEqual(cache.answer(3004, ASK_TENCENT), null)
  clock.notLive.add('1:1_00700')
  assert.equal(cache.answer(3004, ASK_TENCENT), null, 'also where the answer was made already')
})

test('a first push that overtakes the news of the subscription counts; a late one of an earlier subscription does not', () => {
  const { cache, clock } = cacheOf('1:1_00700')
  cache.onPush(quotePush(TENCENT, 600, START_MS))
  clock.notLive.clear()
  clock.nowMs = START_MS + 50
  assert.deepEqual(pricesOf(cache.answer(3004, ASK_TENCENT)), [600])
  clock.nowMs += 3_600_000
  assert.deepEqual(pricesOf(cache.answer(3004, ASK_TENCENT)), [600], 'a quiet market pushes nothing for hours')

  const late = cacheOf('1:1_00700')
  late.cache.onPush(quotePush(TENCENT, 600, START_MS))
  late.clock.nowMs = START_MS + CALL_DEADLINE_MS + 1
  late.clock.notLive.clear()
  assert.equal(late.cache.answer(3004, ASK_TENCENT), null)
})

test('a reply of OpenD is an answer only where pushes keep it true', () => {
  const { cache } = cacheOf()
  const reply = { body: successOf(3004, { basicQotList: [quote(TENCENT, 600)] }), atMs: START_MS }
  cache.expect(3004, ASK_TENCENT)?.(reply)
  assert.equal(cache.answer(3004, ASK_TENCENT), null)
  cache.onPush(quotePush(TENCENT, 599, START_MS))
  cache.expect(3004, ASK_TENCENT)?.({ ...reply, atMs: START_MS + 9 })
  const answer = cache.answer(3004, ASK_TENCENT)
  assert.deepEqual([pricesOf(answer), answer?.asOfMs], [[600], START_MS + 9])
})

test('a push that comes while a getter is under way is not undone by its reply', () => {
  const { cache } = cacheOf()
  cache.onPush(quotePush(TENCENT, 599, START_MS))
  const applyReply = cache.expect(3004, ASK_TENCENT)
  cache.onPush(quotePush(TENCENT, 601, START_MS + 1))
  applyReply?.({ body: successOf(3004, { basicQotList: [quote(TENCENT, 600)] }), atMs: START_MS + 2 })
  assert.deepEqual(pricesOf(cache.answer(3004, ASK_TENCENT)), [601])
})

test('a reply that comes after its unit was dropped teaches nothing', () => {
  const { cache } = cacheOf()
  const ask = requestOf(3010, { security: TENCENT, maxRetNum: 1 })
  const ticks = { security: TENCENT, tickerList: [tickAt(1n)] }
  const applyReply = cache.expect(3010, ask)
  cache.forget('4:1_00700')
  cache.onPush(tickPush(2n))
  applyReply?.({ body: successOf(3010, ticks), atMs: START_MS })
  assert.equal(cache.answer(3010, ask), null)
  assert.equal(cache.size.seriesItems, 0)
})

function tickAt(sequence: bigint) {
  const time = '2026-11-20 10:00:00'
  return { time, sequence, dir: 1, price: 1, volume: 1n, turnover: 1, pushDataType: PushDataType.Realtime }
}

function tickPush(...sequences: readonly bigint[]): QuotePush {
  const [event] = eventsOf(3011, { security: TENCENT, tickerList: sequences.map(tickAt) }, START_MS)
  if (event === undefined) throw new Error('no event')
  return event
}

test('ticks are the last of those replied and pushed, each once', () => {
  const { cache } = cacheOf()
  const ask = (maxRetNum: number) => requestOf(3010, { security: TENCENT, maxRetNum })
  const applyReply = cache.expect(3010, ask(3))
  cache.onPush(tickPush(4n, 5n))
  applyReply?.({
    body: successOf(3010, { security: TENCENT, name: 'T', tickerList: [2n, 3n, 4n].map(tickAt) }),
    atMs: 1,
  })
  cache.onPush(tickPush(5n, 6n))
  const { s2c } = replyOf(3010, cache.answer(3010, ask(4))?.body ?? new Uint8Array())
  const list = s2c?.['tickerList'] as readonly { readonly sequence: bigint }[]
  assert.deepEqual(
    list.map(({ sequence }) => sequence),
    [3n, 4n, 5n, 6n],
  )
  assert.equal(s2c?.['name'], 'T')
  assert.equal(cache.answer(3010, ask(6)), null)
})

const level = (price: number) => ({ price, volume: 1n, orederCount: 1 })

function bookPush(bids: number, asks: number, orderBookType = 0): QuotePush {
  const orderBookBidList = Array.from({ length: bids }, (_, at) => level(100 - at))
  const orderBookAskList = Array.from({ length: asks }, (_, at) => level(101 + at))
  const s2c = { security: TENCENT, orderBookBidList, orderBookAskList, orderBookType }
  const [event] = eventsOf(3013, s2c, START_MS)
  if (event === undefined) throw new Error('no event')
  return event
}

function levelsOf(cache: QuoteCache, num: number, orderBookType?: number): readonly number[] | null {
  const answer = cache.answer(3012, requestOf(3012, { security: TENCENT, num, orderBookType }))
  if (answer === null) return null
  const { s2c = {} } = replyOf(3012, answer.body)
  return ['orderBookBidList', 'orderBookAskList'].map((side) => (s2c[side] as readonly unknown[]).length)
}

test('a book is cut to the levels asked for, and no deeper than it surely is', () => {
  const { cache } = cacheOf()
  cache.onPush(bookPush(10, 10))
  assert.deepEqual(levelsOf(cache, 3), [3, 3])
  assert.deepEqual(levelsOf(cache, 10), [10, 10])
  assert.equal(levelsOf(cache, 11), null)
  cache.onPush(bookPush(4, 9))
  assert.deepEqual(levelsOf(cache, 5), [4, 5])
  assert.deepEqual(levelsOf(cache, 40), [4, 9], 'ten levels were pushed before, so nine are all there are')
  cache.onPush(bookPush(4, 10))
  assert.equal(levelsOf(cache, 40), null)
})

test('a book that a getter brought is as deep as the getter asked', () => {
  const { cache } = cacheOf()
  cache.onPush(bookPush(5, 5))
  const ask = requestOf(3012, { security: TENCENT, num: 20 })
  const { s2c } = bookPush(20, 12)
  cache.expect(3012, ask)?.({ body: successOf(3012, s2c), atMs: START_MS })
  assert.deepEqual(levelsOf(cache, 20), [20, 12])
  assert.equal(levelsOf(cache, 21), null)
  cache.onPush(bookPush(5, 5))
  assert.equal(levelsOf(cache, 20), null)
})

test('odd lots have a book of their own', () => {
  const { cache } = cacheOf()
  cache.onPush(bookPush(2, 2, 1))
  assert.equal(levelsOf(cache, 1), null)
  assert.deepEqual(levelsOf(cache, 1, 1), [1, 1])
  assert.equal(levelsOf(cache, 1, 2), null)
})

test('K-lines of each adjustment and each period are known by themselves', () => {
  const { cache } = cacheOf()
  const barOf = (closePrice: number) => ({ time: '2026-11-20 00:00:00', isBlank: false, closePrice })
  const ask = (rehabType: number, klType = 2) => requestOf(3006, { security: TENCENT, klType, rehabType, reqNum: 1 })
  for (const [rehabType, closePrice] of [
    [0, 10],
    [1, 11],
  ] as const) {
    const s2c = { rehabType, klType: 2, security: TENCENT, klList: [barOf(closePrice)] }
    const [push] = eventsOf(3007, s2c, START_MS)
    if (push !== undefined) cache.onPush(push)
  }
  for (const rehabType of [0, 1, 2]) {
    const body = successOf(3006, { security: TENCENT, klList: [barOf(20 + rehabType)] })
    cache.expect(3006, ask(rehabType))?.({ body, atMs: START_MS })
  }
  const closeOf = (body: Uint8Array) => {
    const answer = cache.answer(3006, body)
    const { s2c } = answer === null ? {} : replyOf(3006, answer.body)
    return (s2c?.['klList'] as readonly { readonly closePrice: number }[] | undefined)?.[0]?.closePrice
  }
  assert.deepEqual(
    [0, 1, 2].map((rehabType) => closeOf(ask(rehabType))),
    [20, 21, undefined],
    'none is pushed backward',
  )
  assert.equal(closeOf(ask(1, 1)), undefined)
  cache.forget('6:1_00700')
  assert.equal(closeOf(ask(0)), undefined)
})

test('requests that OpenD may answer in its own way go to OpenD', () => {
  const { cache } = cacheOf()
  cache.onPush(quotePush(TENCENT, 600, START_MS))
  cache.onPush(bookPush(10, 10))
  const special: readonly (readonly [number, object])[] = [
    [3004, { securityList: [TENCENT], header: { securityFirm: 2 } }],
    [3004, { securityList: [] }],
    [3012, { security: TENCENT, num: 0 }],
    [3012, { security: TENCENT, num: -1 }],
    [3012, { security: TENCENT, num: 1_001 }],
    [3002, { isRegOrUnReg: true }],
  ]
  for (const [protoId, c2s] of special) assert.equal(cache.answer(protoId, requestOf(protoId, c2s)), null)
  assert.equal(cache.answer(3004, new Uint8Array([0xff])), null)
})

test('what a read needs is what OpenD wants subscribed', () => {
  const reads: readonly (readonly [number, object])[] = [
    [3004, { securityList: [TENCENT, HSBC] }],
    [3008, { security: TENCENT }],
    [3010, { security: TENCENT, maxRetNum: 1 }],
    [3012, { security: TENCENT, num: 1 }],
    [3012, { security: TENCENT, num: 1, orderBookType: 1 }],
    [3014, { security: TENCENT }],
    ...Array.from({ length: 15 }, (_, at) => {
      return [3006, { security: TENCENT, klType: at + 1, rehabType: 0, reqNum: 1 }] as const
    }),
  ]
  const rig = new QuoteRig(START_MS)
  for (const [protoId, c2s] of reads) {
    const body = requestOf(protoId, c2s)
    assert.notEqual(replyOf(protoId, rig.ask(protoId, body)).retType, 0, `${protoId} without a subscription`)
    const needs = needsOf(protoId, body)
    if (needs === null) throw new Error(`${protoId} needs nothing`)
    rig.subscribe(needs.secKeys.map(securityOf), [needs.subType])
    assert.equal(replyOf(protoId, rig.ask(protoId, body)).retType, 0, `${protoId} with it`)
  }
  assert.equal(needsOf(3203, requestOf(3203, { securityList: [TENCENT] })), null)
  assert.equal(needsOf(3006, requestOf(3006, { security: TENCENT, klType: 99, rehabType: 0, reqNum: 1 })), null)
  assert.deepEqual(needsOf(3012, requestOf(3012, { security: TENCENT, num: 0 })), {
    subType: SubType.OrderBook,
    secKeys: ['1_00700'],
  })
})

test('lines are bounded together: those not asked for lately go first', () => {
  const { cache } = cacheOf()
  const ask = (at: number) => requestOf(3010, { security: { market: 1, code: String(at) }, maxRetNum: 1_000 })
  const tickerList = Array.from({ length: 1_000 }, (_, at) => tickAt(BigInt(at)))
  for (let at = 0; at <= MAX_SERIES_ITEMS / 1_000; at++) {
    const security = { market: 1, code: String(at) }
    const [push] = eventsOf(3011, { security, tickerList: [tickAt(999n)] }, START_MS)
    if (push !== undefined) cache.onPush(push)
    cache.expect(3010, ask(at))?.({ body: successOf(3010, { security, tickerList }), atMs: START_MS })
    assert.notEqual(cache.answer(3010, ask(0)), null, 'this one is asked for all the time')
    assert.ok(cache.size.seriesItems <= MAX_SERIES_ITEMS)
  }
  assert.equal(cache.answer(3010, ask(1)), null)
  assert.notEqual(cache.answer(3010, ask(MAX_SERIES_ITEMS / 1_000)), null)
  cache.forgetAll()
  assert.deepEqual(cache.size, { streams: 0, seriesItems: 0, answerBytes: 0 })
})
