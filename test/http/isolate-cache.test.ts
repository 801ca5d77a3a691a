import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MAX_CACHED_CHARS, MAX_CACHED_GRANTS } from '../../src/base/memory-budget.ts'
import {
  GRANT_MS,
  IsolateCache,
  type CachedAnswer,
  MAX_ANSWER_CHARS,
  MAX_BODY_CHARS,
  MAX_ENTRIES,
  VALUE_FRESH_MS,
} from '../../src/http/reads/isolate-cache.ts'

const answerOf = (json: string, asOfMs = 0): CachedAnswer => ({ json, asOfMs })

/** Reads something, at once. */
function read(cache: IsolateCache, caller: string, key: string, nowMs: number, answer = answerOf('{}', nowMs)): void {
  cache.store(caller, key, answer, cache.ticket, nowMs)
}

/** What is under way between this isolate and the object, and what time does to it. */
type Step =
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'ask' | 'find'; readonly caller: string; readonly key: string }
  /** The reply to one of the reads under way arrives. */
  | { readonly do: 'arrive'; readonly which: number; readonly isRefused: boolean }
  | { readonly do: 'withdraw'; readonly caller: string }

const who = { caller: fc.constantFrom('a', 'b', 'c'), key: fc.constantFrom('quote 1', 'quote 2') }
const waitMs = fc.constantFrom(0, 1, 40, 99, 100, 500, 999, 1000)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: waitMs }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('ask' as const, 'find' as const), ...who }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('arrive' as const), which: fc.nat(2), isRefused: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), caller: who.caller }) },
)

/** A read that the object was asked for. */
interface Asked {
  readonly caller: string
  readonly key: string
  readonly ticket: number
  readonly version: number
  readonly askedAt: number
}

test('however replies, withdrawals and times interleave, nobody gets an old value or one without permission', () => {
  let found = 0
  const property = fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
    const cache = new IsolateCache()
    let nowMs = 1_000_000
    let version = 0
    const underWay: Asked[] = []
    /** When each answer arrived, by version. */
    const arrivedAtMs = new Map<number, number>()
    /** Until when a caller may read a key; steps count the order of things. */
    const allowed = new Map<string, number>()
    const withdrawnAt = new Map<string, number>()
    for (const [index, one] of steps.entries()) {
      switch (one.do) {
        case 'wait':
          nowMs += one.ms
          break
        case 'ask':
          underWay.push({ ...one, ticket: cache.ticket, version: ++version, askedAt: index })
          break
        case 'arrive': {
          const [asked] = underWay.splice(one.which, 1)
          if (asked === undefined) break
          const { caller, key, ticket, askedAt } = asked
          const name = `${caller} ${key}`
          if (one.isRefused) {
            cache.refuse(caller, key)
            allowed.delete(name)
          } else {
            cache.store(caller, key, answerOf(String(asked.version), asked.version), ticket, nowMs)
            arrivedAtMs.set(asked.version, nowMs)
            if ((withdrawnAt.get(caller) ?? -1) < askedAt) allowed.set(name, nowMs + GRANT_MS)
          }
          break
        }
        case 'withdraw':
          cache.withdraw(one.caller)
          withdrawnAt.set(one.caller, index)
          for (const name of allowed.keys()) if (name.startsWith(`${one.caller} `)) allowed.delete(name)
          break
        case 'find': {
          const answer = cache.find(one.caller, one.key, nowMs)
          if (answer === null) break
          found++
          const readAtMs = arrivedAtMs.get(Number(answer.json))
          assert.ok(readAtMs !== undefined && nowMs - readAtMs < VALUE_FRESH_MS, 'the value is old')
          assert.ok(nowMs < (allowed.get(`${one.caller} ${one.key}`) ?? 0), 'the caller may not have it')
        }
      }
    }
  })
  fc.assert(property, { numRuns: 4_000 })
  assert.ok(found > 200, `only ${found} answers were looked at`)
})

test('one caller reads, another who may read the same gets the value too, and a third does not', () => {
  const cache = new IsolateCache()
  read(cache, 'a', 'k', 0, answerOf('old', 0))
  read(cache, 'b', 'k', 500, answerOf('new', 500))
  assert.equal(cache.find('a', 'k', 599)?.json, 'new')
  assert.equal(cache.find('b', 'k', 599)?.json, 'new')
  assert.equal(cache.find('c', 'k', 599), null)
  assert.equal(cache.find('a', 'k', 600), null)
  read(cache, 'b', 'k', 950)
  assert.ok(cache.find('a', 'k', GRANT_MS - 1))
  assert.equal(cache.find('a', 'k', GRANT_MS), null, 'the permission of a is a second old')
})

test('answers that overtook each other do not turn time back', () => {
  const cache = new IsolateCache()
  read(cache, 'a', 'k', 10, answerOf('new', 9))
  read(cache, 'b', 'k', 20, answerOf('old', 5))
  assert.equal(cache.find('b', 'k', 30)?.json, 'new')
  assert.equal(cache.find('b', 'k', 110), null, 'and the newer one does not live longer for it')
})

test('a read that began before its caller unsubscribed allows nothing', () => {
  const cache = new IsolateCache()
  const { ticket } = cache
  cache.withdraw('a')
  cache.store('a', 'k', answerOf('{}'), ticket, 0)
  assert.equal(cache.find('a', 'k', 1), null)
})

test('long bodies, huge answers and a clock that was set back are left alone', () => {
  assert.equal(IsolateCache.keyOf('/api/quote', 'x'.repeat(MAX_BODY_CHARS + 1)), null)
  assert.ok(IsolateCache.keyOf('/api/quote', 'x'.repeat(MAX_BODY_CHARS)))
  const cache = new IsolateCache()
  read(cache, 'a', 'small', 0)
  read(cache, 'a', 'huge', 0, answerOf('x'.repeat(MAX_ANSWER_CHARS + 1)))
  assert.equal(cache.find('a', 'huge', 1), null)
  assert.ok(cache.find('a', 'small', 1), 'and push nothing out')
  assert.equal(cache.find('a', 'small', -1), null)
})

test('there are never more entries, characters or permissions than the bounds; the latest reads stay', () => {
  const cache = new IsolateCache()
  for (let i = 0; i <= MAX_ENTRIES; i++) read(cache, 'a', `k${i}`, 0)
  assert.equal(cache.find('a', 'k0', 1), null)
  assert.ok(cache.find('a', 'k1', 1))

  const json = 'x'.repeat(MAX_ANSWER_CHARS)
  const fitting = MAX_CACHED_CHARS / MAX_ANSWER_CHARS - 1
  for (let i = 0; i <= fitting; i++) read(cache, 'a', `big${i}`, 1, answerOf(json))
  assert.equal(cache.find('a', `k${MAX_ENTRIES}`, 2), null)
  assert.equal(cache.find('a', 'big0', 2), null)
  assert.ok(cache.find('a', 'big1', 2))

  const crowd = new IsolateCache()
  for (let i = 0; i <= MAX_CACHED_GRANTS; i++) read(crowd, `caller ${i}`, 'k', 0)
  assert.ok(crowd.find(`caller ${MAX_CACHED_GRANTS - 1}`, 'k', 1))
  assert.equal(crowd.find(`caller ${MAX_CACHED_GRANTS}`, 'k', 1), null)
  read(crowd, 'late', 'k', GRANT_MS)
  assert.ok(crowd.find('late', 'k', GRANT_MS), 'old permissions make room')
})
