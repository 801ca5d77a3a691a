import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CALLS } from '../../../src/calls.ts'
import { countOf } from '../../../src/gateway/rate-limit/classify-call.ts'
import { CALL_RANKS } from '../../../src/calls/call-rank.ts'
import { callsFor, LIMIT_WINDOW_MS, UPSTREAM_LIMITS } from '../../../src/gateway/rate-limit/upstream-limits.ts'
import { RATE_WINDOW_MS } from '../../../src/simulator/session/rate-limits.ts'
import { RATE_RULES } from '../../../src/simulator/session/rate-rules.ts'
import { protocolById } from '../../../src/wire/schema.ts'
import { bodyOf, fieldsOf, specOf } from './governor-rig.ts'

/** Combo orders' largest quantities: documented with a limit, and not among the calls that the simulator limits. */
const NOT_SIMULATED = new Set([2112])

test('the simulator and the governor know the same limits', () => {
  const ids = [...UPSTREAM_LIMITS.keys()].filter((id) => !NOT_SIMULATED.has(id))
  assert.deepEqual(
    ids.toSorted((a, b) => a - b),
    [...RATE_RULES.keys()].toSorted((a, b) => a - b),
  )
  assert.equal(LIMIT_WINDOW_MS, RATE_WINDOW_MS)
  for (const [id, rule] of RATE_RULES) {
    const limit = UPSTREAM_LIMITS.get(id)
    assert.deepEqual(
      { calls: limit?.calls, counter: limit?.counter, scope: limit?.scope, gapMs: limit?.leastGapMs },
      {
        calls: rule.limit,
        counter: Number(rule.counter),
        scope: rule.perAccount === true ? 'account' : 'login',
        gapMs: rule.leastGapMs ?? 0,
      },
      `limit of ${id}`,
    )
  }
})

test('both count the same calls', () => {
  for (const [id, rule] of RATE_RULES) {
    for (const counts of [true, false]) {
      const spec = specOf({ protoId: id, counts })
      const bySimulator = rule.counts?.(fieldsOf(spec)) ?? true
      assert.equal(countOf(id, bodyOf(spec)) !== null, bySimulator, `${id}, ${counts}`)
    }
  }
})

test('every call of the API that is limited for an account is counted for that account', () => {
  const limited = [...UPSTREAM_LIMITS].filter(
    ([id, { scope }]) => scope === 'account' && (protocolById(id)?.name ?? '') in CALLS,
  )
  assert.ok(limited.length > 10)
  for (const [id, limit] of limited) {
    const body = bodyOf(specOf({ protoId: id, accId: 281_474_976_710_657n }))
    assert.deepEqual(countOf(id, body), { limit, accId: 281_474_976_710_657n }, `account of ${id}`)
  }
})

test('a body that cannot be read counts rather than not', () => {
  const garbage = new Uint8Array([0xff, 0xff, 0xff])
  for (const [id, limit] of UPSTREAM_LIMITS) assert.deepEqual(countOf(id, garbage), { limit, accId: null })
})

test('a subscribed getter, a heartbeat and the account list are not limited', () => {
  for (const id of [1004, 2001, 3001, 3004, 3006, 3012]) assert.equal(countOf(id, new Uint8Array(0)), null)
})

test('reserves leave something to every rank, and name each rank once', () => {
  for (const [id, limit] of UPSTREAM_LIMITS) {
    for (const rank of CALL_RANKS) assert.ok(callsFor(rank, limit) > 0, `${rank} of ${id}`)
    assert.ok(limit.reserves.every(({ calls }) => calls > 0))
    assert.equal(new Set(limit.reserves.map(({ rank }) => rank)).size, limit.reserves.length)
  }
})
