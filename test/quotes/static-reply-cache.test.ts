import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bodyKeyOf } from '../../src/quotes/encoded-calls.ts'
import { ByteLru } from '../../src/base/collections/byte-lru.ts'
import { StaticReplyCache } from '../../src/quotes/static-reply-cache.ts'
import { refusalOf, requestOf, successOf, TENCENT } from './quote-rig.ts'

const HSBC = { market: 1, code: '00005' }
const HOUR_MS = 3_600_000

/** Whether a reply to that request is kept, and for how long at least and at most. */
function cachedMs(protoId: number, c2s: object, reply: Uint8Array): number {
  const staticReplies = new StaticReplyCache()
  const body = requestOf(protoId, c2s)
  staticReplies.put(protoId, body, reply, 0)
  let ms = 0
  while (ms <= 2 * HOUR_MS && staticReplies.get(protoId, body, ms) !== null) ms += 1_000
  return ms
}

test('what moves by the day is kept for minutes, what has prices is not', () => {
  const list = { securityList: [TENCENT] }
  const plate = { plate: TENCENT }
  const chain = { owner: TENCENT, beginTime: '2026-11-20', endTime: '2026-12-10' }
  assert.equal(cachedMs(3202, list, successOf(3202, {})), 300_000)
  assert.equal(cachedMs(3204, { market: 1, plateSetType: 1 }, successOf(3204, {})), HOUR_MS)
  assert.equal(cachedMs(3205, plate, successOf(3205, {})), 600_000)
  assert.equal(cachedMs(3205, { ...plate, sortField: 1 }, successOf(3205, {})), 600_000)
  assert.equal(cachedMs(3205, { ...plate, sortField: 2 }, successOf(3205, {})), 0, 'sorted by price')
  assert.equal(cachedMs(3206, { security: TENCENT, referenceType: 1 }, successOf(3206, {})), 300_000)
  assert.equal(cachedMs(3207, list, successOf(3207, {})), HOUR_MS)
  assert.equal(cachedMs(3209, chain, successOf(3209, {})), 300_000)
  assert.equal(cachedMs(3209, { ...chain, dataFilter: { deltaMin: 0.1 } }, successOf(3209, {})), 0)
  assert.equal(cachedMs(3209, { ...chain, condition: 1 }, successOf(3209, {})), 0, 'in the money depends on the price')
  assert.equal(cachedMs(3217, { market: 1 }, successOf(3217, {})), 60_000)
  assert.equal(cachedMs(3218, list, successOf(3218, {})), 600_000)
  assert.equal(cachedMs(3203, list, successOf(3203, {})), 0)
  assert.equal(cachedMs(3223, list, successOf(3223, {})), 0)
})

test('only successes are kept, by the exact request', () => {
  const list = { securityList: [TENCENT] }
  assert.equal(cachedMs(3202, list, refusalOf('unknown')), 0)
  assert.equal(cachedMs(3202, list, new Uint8Array([0xff])), 0)
  const staticReplies = new StaticReplyCache()
  staticReplies.put(3202, requestOf(3202, list), successOf(3202, {}), 5)
  assert.equal(staticReplies.get(3202, requestOf(3202, { securityList: [HSBC] }), 6), null)
  assert.equal(staticReplies.get(3207, requestOf(3202, list), 6), null)
  assert.equal(staticReplies.get(3202, requestOf(3202, list), 6)?.asOfMs, 5)
  assert.equal(staticReplies.get(3202, requestOf(3202, list), 4), null, 'a clock that was set back')
  staticReplies.put(3202, requestOf(3202, list), successOf(3202, {}), 5)
  staticReplies.clear()
  assert.equal(staticReplies.get(3202, requestOf(3202, list), 6), null)
})

test('what is kept stays within its bytes, and what was used last stays', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 3_000 }), fc.boolean())),
      (steps) => {
        const lru = new ByteLru<{ readonly body: Uint8Array }>(10_000)
        /** What was used, the latest last. */
        let used: string[] = []
        for (const [name, bytes, isSet] of steps) {
          const key = String(name)
          const body = new Uint8Array(bytes)
          const before = lru.get(key)
          if (isSet) lru.set(key, { body })
          assert.ok(lru.bytes <= 10_000)
          used = used.filter((other) => other !== key)
          if (isSet || before !== null) used.push(key)
          // An eighth of all, with the key and 256 bytes for the entry.
          if (isSet && bytes + 258 > 1_250) used.pop()
          // What is there is the latest of what was used.
          used = used.slice(used.length - lru.size)
          for (const one of used) assert.notEqual(lru.get(one), null)
        }
      },
    ),
    { numRuns: 300 },
  )
})

test('two requests have the same key only when they are the same', () => {
  const aBody = fc.uint8Array({ maxLength: 3 })
  fc.assert(
    fc.property(fc.constantFrom(3004, 3005), aBody, fc.constantFrom(3004, 3005), aBody, (id, body, otherId, other) => {
      const isSame = id === otherId && Buffer.compare(body, other) === 0
      assert.equal(bodyKeyOf(id, body) === bodyKeyOf(otherId, other), isSame)
    }),
  )
  const long = Uint8Array.from({ length: 20_000 }, (_, at) => at & 255)
  const key = bodyKeyOf(3004, long)
  assert.equal(key.length, 20_001)
  assert.equal(key.charCodeAt(20_000), 19_999 & 255)
})
