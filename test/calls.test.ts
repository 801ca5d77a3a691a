import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALL_CALLS, CALLS, callsOf, type CallTable } from '../src/calls.ts'
import { PER_ACCOUNT, PER_LOGIN } from '../src/calls/call-limit.ts'
import { UNOFFERED_LIMITS } from '../src/calls/unoffered-limits.ts'
import { API_ENDPOINTS, endpointsOf } from '../src/endpoints.ts'
import type { EndpointRow } from '../src/endpoints/endpoint-row.ts'
import { countedByBody } from '../src/gateway/rate-limit/classify-call.ts'
import { limitsOf, UPSTREAM_LIMITS } from '../src/gateway/rate-limit/upstream-limits.ts'
import { sharedReadsOf } from '../src/quotes/call-sharing.ts'
import { cacheTimesOf } from '../src/quotes/static-reply-cache.ts'
import { gettersByPush } from '../src/quotes/stream-state.ts'
import { messageType, protocolById } from '../src/wire/schema.ts'
import { isProductCode, repositoryFiles } from './rules/source-files.ts'

test('each row has the protocol id, the kind and the accounts that its messages show', () => {
  for (const { name, protoId, kind, accounts } of ALL_CALLS) {
    const protocol = protocolById(protoId)
    assert.equal(protocol?.response, `${name}.Response`)
    assert.equal(kind === 'push', protocol?.request === null, name)
    if (protocol?.request === null) continue
    const { byName } = messageType(`${name}.C2S`)
    assert.equal(kind === 'order', byName.has('packetID'), name)
    const isHeader = byName.get('header')?.messageName === 'Trd_Common.TrdHeader'
    const stated = isHeader ? 'header' : byName.has('accIDList') ? 'list' : undefined
    assert.equal(accounts, name === 'Trd_GetAccList' ? 'reply' : stated, name)
  }
})

test('every endpoint has its call in the table, and every call that is read or written has an endpoint', () => {
  const offered = new Set(API_ENDPOINTS.map(({ protocol }) => protocol))
  const callable = ALL_CALLS.filter(({ kind }) => kind !== 'push' && kind !== 'own')
  assert.deepEqual(offered, new Set(callable.map(({ name }) => name)))
})

test('each protocol id is listed once, with its limit in one place', () => {
  const unoffered = UNOFFERED_LIMITS.flatMap(({ firstId, lastId }) =>
    Array.from({ length: lastId - firstId + 1 }, (_, index) => firstId + index),
  )
  const ids = [...ALL_CALLS.map(({ protoId }) => protoId), ...unoffered]
  assert.equal(new Set(ids).size, ids.length)
})

test('the limits are the documented ones', () => {
  const shown = (id: number) => {
    const { calls = 0, scope, leastGapMs, counts, counter } = UPSTREAM_LIMITS.get(id) ?? {}
    return [calls, scope, leastGapMs, counts, counter]
  }
  assert.deepEqual(shown(2202), [15, 'account', 20, 'all', 2202])
  assert.deepEqual(shown(2227), [15, 'account', 20, 'all', 2202])
  assert.deepEqual(shown(2205), [20, 'account', 40, 'all', 2205])
  assert.deepEqual(shown(2101), [10, 'account', 0, 'refreshes', 2101])
  assert.deepEqual(shown(2221), [10, 'account', 0, 'all', 2221])
  assert.deepEqual(shown(2005), [10, 'login', 0, 'all', 2005])
  assert.deepEqual(shown(3103), [60, 'login', 0, 'first_pages', 3103])
  assert.deepEqual(shown(3203), [60, 'login', 0, 'all', 3203])
  assert.deepEqual(shown(3209), [10, 'login', 0, 'all', 3209])
  assert.deepEqual(shown(3251), [30, 'login', 0, 'all', 3251])
  assert.deepEqual(shown(3433), [60, 'login', 0, 'all', 3433])
  assert.equal(UPSTREAM_LIMITS.get(3004), undefined)
})

test('each quote push feeds the getter of the same content, and each getter is fed by one push', () => {
  const getters = ALL_CALLS.filter(({ subType }) => subType !== undefined).map(({ protoId }) => protoId)
  const fed = [...gettersByPush(ALL_CALLS).values()]
  assert.deepEqual(fed, getters)
  for (const { name, feeds } of ALL_CALLS) {
    if (feeds !== undefined) assert.equal(feeds, name.replace('Qot_Update', 'Qot_Get'))
  }
})

test('only reads of quotes are kept, and what is kept for minutes may be kept for a moment too', () => {
  for (const { name, kind, accounts, cacheMs, isIsolateCached } of ALL_CALLS) {
    if (isIsolateCached === true)
      assert.deepEqual([kind, accounts, name.slice(0, 4)], ['read', undefined, 'Qot_'], name)
    if (cacheMs !== undefined) assert.equal(isIsolateCached, true, name)
  }
})

/** A call that the table does not have. */
const INDICATOR: EndpointRow = {
  method: 'POST',
  path: '/api/indicator-calc',
  group: 'Quote',
  scopes: ['qot:read'],
  protocol: 'Qot_RequestIndicatorCalc',
  purpose: 'Values of a technical indicator',
}

test('a new read endpoint is one row of calls and one of endpoints', () => {
  const facts = { protoId: 3260, kind: 'read', cacheMs: 60_000, isIsolateCached: true } as const
  const table: CallTable = { ...CALLS, Qot_RequestIndicatorCalc: { ...facts, limit: { ...PER_LOGIN, calls: 60 } } }
  const calls = callsOf(table)
  assert.deepEqual(limitsOf(calls).get(3260), { ...PER_LOGIN, calls: 60, counter: 3260 })
  assert.ok(sharedReadsOf(calls).has(3260))
  assert.equal(cacheTimesOf(calls).get(3260), 60_000)
  assert.deepEqual(endpointsOf(table, [INDICATOR]), [
    { ...INDICATOR, protoId: 3260, isOrder: false, isIsolateCached: true, takesQuery: true },
  ])
  assert.throws(() => endpointsOf(CALLS, [INDICATOR]), /calls\.ts has no row for Qot_RequestIndicatorCalc/)
})

test('a new call of an account is counted for its account, with the counter that its row names', () => {
  const limit = { ...PER_ACCOUNT, calls: 15, sharesCounterOf: 'Trd_PlaceOrder' } as const
  const calls = callsOf({ ...CALLS, Trd_PlaceComboOrder: { protoId: 2227, kind: 'order', accounts: 'header', limit } })
  assert.equal(limitsOf(calls).get(2227)?.counter, 2202)
  assert.equal(countedByBody(calls).get(2227), 'Trd_PlaceComboOrder.Request')
  assert.ok(!sharedReadsOf(calls).has(2227))
})

test('no other file of the product writes a protocol id', () => {
  // The greeting of the WebSocket port has the id 1, which is in all code.
  const written = ALL_CALLS.map(({ protoId }) => protoId).filter((protoId) => protoId > 1_000)
  const ids = new RegExp(String.raw`\b(?:${written.join('|')})\b`)
  const files = repositoryFiles().filter(
    ({ path, ...file }) => isProductCode({ path, ...file }) && !/^src\/(?:calls|simulator|cli)[/.]/.test(path),
  )
  assert.ok(files.length > 100, 'the rule was given nothing to read')
  const found = files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => (ids.test(codeOf(line)) ? [`${path}:${index + 1}`] : [])),
  )
  assert.deepEqual(found, [])
})

test('a protocol id is found in code, and not in comments and texts', () => {
  assert.match(codeOf('if (protoId === 2202) return // 3001'), /2202/)
  for (const line of [' * 2202', '/** 2202 */', '// 2202', "'2202'", '`2202`', "f('a') // OpenD's 2202"]) {
    assert.doesNotMatch(codeOf(line), /2202/, line)
  }
})

/** A line without comments and without the texts that end on it. */
function codeOf(line: string): string {
  return /^\s*(?:\*|\/\*)/.test(line) ? '' : line.replaceAll(/'[^']*'|"[^"]*"|`[^`]*`|\/\/.*$/g, '')
}
