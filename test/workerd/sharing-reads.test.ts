import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { TEST_KEY } from './harness.ts'
import { type Answer, priceIn, PROTO, PushRig, sampleKey } from './push-rig.ts'

/** Reads of many callers in the real runtime, and how few of them reach OpenD. */

const SYMBOLS = Array.from({ length: 40 }, (_, index) => `HK.S${String(index + 1).padStart(5, '0')}`)
const POLLED = SYMBOLS.slice(0, 20)
const POLLERS = Array.from({ length: 50 }, (_, index) => ({
  id: `poller-${index}`,
  key: sampleKey((index + 16).toString(16).padStart(2, '0')),
}))
const ROUNDS = 5
/** How old a value may be that is served from what an isolate has just read; and what a busy machine takes. */
const FRESH_WITHIN_MS = 1_000

let rig: PushRig

before(async () => {
  rig = await PushRig.start({ keys: POLLERS, market: { synthetic: { count: 40, ticksPerMinute: 1 } } })
})
after(() => rig.close())

type Json = Readonly<Record<string, unknown>>

function source({ headers }: Answer): string | null {
  return headers.get('X-Source')
}

/** The prices by code in an answer of `/api/quote`. */
function pricesIn(answer: Answer): ReadonlyMap<string, unknown> {
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  const { basic_qot_list: quotes } = answer.body['s2c'] as { readonly basic_qot_list: readonly Json[] }
  return new Map(quotes.map((quote) => [(quote['security'] as { readonly code: string }).code, quote['cur_price']]))
}

test('fifty pollers of twenty symbols cost OpenD the subscriptions and next to nothing more', async () => {
  await Promise.all(POLLERS.map(({ key }) => rig.subscribe(POLLED, ['Basic'], key)))
  const subs = rig.opend.seen(PROTO.sub)
  assert.ok(subs <= 2, `${subs} calls`)
  const sources = new Map<string | null, number>()
  for (let round = 1; round <= ROUNDS; round++) {
    for (const symbol of POLLED) rig.opend.quote(symbol.slice(3), round)
    // Its reply comes over the same link, behind the pushes.
    await rig.ask('/api/global-state')
    const sinceMs = performance.now()
    await Promise.all(
      POLLERS.map(async ({ key }) => {
        for (;;) {
          const answer = await rig.call('/api/quote', { symbols: POLLED }, key)
          const seen = source(answer)
          sources.set(seen, (sources.get(seen) ?? 0) + 1)
          const prices = pricesIn(answer)
          assert.equal(prices.size, POLLED.length)
          assert.ok(new Set(prices.values()).size === 1 || round === 1, 'all of one moment')
          if (prices.values().every((price) => price === round)) return
          const ageMs = performance.now() - sinceMs
          assert.ok(ageMs < FRESH_WITHIN_MS, `an old price after ${ageMs} ms`)
        }
      }),
    )
  }
  assert.equal(rig.opend.seen(PROTO.sub), subs)
  assert.ok(rig.opend.seen(PROTO.quote) <= 3, `${rig.opend.seen(PROTO.quote)} calls`)
  assert.ok((sources.get('push') ?? 0) > 0)
  assert.equal(sources.get('upstream') ?? 0, 0, JSON.stringify([...sources]))
})

test('no-cache goes to OpenD, and tells so', async () => {
  const calls = rig.opend.seen(PROTO.quote)
  await rig.subscribe(['HK.00700'], ['Basic'])
  const read = (headers: Json = {}): Promise<Answer> =>
    rig.call('/api/quote', { symbols: ['HK.00700'] }, TEST_KEY, headers)
  const pushed = await read()
  assert.equal(source(pushed), 'push')
  const fresh = await read({ 'Cache-Control': 'no-cache' })
  assert.equal(source(fresh), 'upstream')
  assert.equal(rig.opend.seen(PROTO.quote), calls + 1)
  const [pushedMs, freshMs] = [pushed, fresh].map(({ headers }) => Date.parse(headers.get('X-As-Of') ?? ''))
  assert.ok(Number(pushedMs) <= Number(freshMs))
})

test('a read from a push is the read that OpenD would give', async () => {
  await rig.subscribe(['HK.00005'], ['Basic'])
  const read = (headers: Json = {}): Promise<Answer> =>
    rig.call('/api/quote', { symbols: ['HK.00005'] }, TEST_KEY, headers)
  const [pushed, fresh] = [await read(), await read({ 'Cache-Control': 'no-cache' })]
  assert.deepEqual([source(pushed), source(fresh)], ['push', 'upstream'])
  assert.deepEqual(pushed.body, fresh.body)
  assert.equal(typeof priceIn(fresh.body['s2c'] as Json), 'number')
})

/** The codes of an answer of `/api/snapshot`. */
function codesIn({ body }: Answer): readonly unknown[] {
  const { snapshot_list: list } = body['s2c'] as {
    readonly snapshot_list: readonly { readonly basic: { readonly security: { readonly code: string } } }[]
  }
  return list.map(({ basic }) => basic.security.code)
}

test('identical snapshots that are under way are one call', async () => {
  const calls = rig.opend.seen(PROTO.snapshot)
  const answers = await Promise.all(
    POLLERS.map(({ key }) => rig.call('/api/snapshot', { symbols: ['HK.00700', 'HK.00388'] }, key)),
  )
  for (const answer of answers) assert.deepEqual([answer.status, ...codesIn(answer)], [200, '00700', '00388'])
  assert.ok(rig.opend.seen(PROTO.snapshot) - calls <= 5, `${rig.opend.seen(PROTO.snapshot) - calls} calls`)
  assert.ok(answers.filter((answer) => source(answer) !== 'upstream').length >= 45)
})

test('forty snapshots of one symbol each are a few calls, and each caller gets its own', async () => {
  const calls = rig.opend.seen(PROTO.snapshot)
  const answers = await Promise.all(SYMBOLS.map((symbol) => rig.call('/api/snapshot', { symbols: [symbol] })))
  answers.forEach((answer, index) => assert.deepEqual(codesIn(answer), [SYMBOLS[index]?.slice(3)]))
  assert.ok(rig.opend.seen(PROTO.snapshot) - calls <= 10, `${rig.opend.seen(PROTO.snapshot) - calls} calls`)
})

test('an unknown code among them fails alone', async () => {
  const symbols = [...SYMBOLS.slice(0, 15), 'HK.99999']
  const answers = await Promise.all(
    symbols.map((symbol) => rig.call('/api/snapshot', { symbols: [symbol, 'HK.00700'] })),
  )
  const bad = answers.pop()
  assert.deepEqual([bad?.status, bad?.body['code']], [400, 'opend.refused'])
  assert.match(String(bad?.body['ret_msg']), /99999/)
  answers.forEach((answer, index) => assert.deepEqual(codesIn(answer), [symbols[index]?.slice(3), '00700']))
})

test('what changes by the day is asked for once', async () => {
  const read = (key: string): Promise<Answer> => rig.call('/api/static-info', { symbols: ['HK.00700'] }, key)
  const [first, other] = [await read(TEST_KEY), await read(POLLERS[0]?.key ?? '')]
  assert.deepEqual([source(first), source(other)], ['upstream', 'cache'])
  assert.deepEqual(other.body, first.body)
  assert.equal(other.headers.get('X-As-Of'), first.headers.get('X-As-Of'))
  assert.equal(rig.opend.seen(PROTO.staticInfo), 1)
})
