import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readKeyTable } from '../../src/auth/key-table.ts'
import type { KeyRecord } from '../../src/auth/key-record.ts'
import { MOST_WRONG_LOOKUPS, RECORD_FRESH_MS, RemoteKeys, WRONG_TOKEN_MS } from '../../src/auth/remote-keys.ts'
import { fail, succeed, type Result } from '../../src/base/result.ts'

const [RECORD] = readKeyTable(`{"version":1,"keys":[{"id":"ann","hash":"${'0a'.repeat(32)}","scopes":[]}]}`, [])
assert.ok(RECORD)

/** The object behind an isolate: it has the hash `good`, until it is revoked. */
class Source {
  readonly keys = new RemoteKeys()
  readonly asked: string[] = []
  isRevoked = false

  async find(hash: string, nowMs: number, isFresh = false): Promise<string> {
    const found = await this.keys.find(hash, nowMs, isFresh, (one) => this.lookup(one))
    if (!found.ok) return found.failure.code
    const { record, isCached } = found.value
    return record === null ? 'none' : isCached ? 'cached' : record.id
  }

  async lookup(hash: string): Promise<Result<KeyRecord | null>> {
    this.asked.push(hash)
    return succeed(hash === 'good' && !this.isRevoked ? (RECORD ?? null) : null)
  }
}

test('a record is read once in five seconds, and again when the request needs a fresh one', async () => {
  const source = new Source()
  const seen = [
    await source.find('good', 0),
    await source.find('good', RECORD_FRESH_MS - 1),
    await source.find('good', RECORD_FRESH_MS - 1, true),
    await source.find('good', 2 * RECORD_FRESH_MS),
  ]
  assert.deepEqual(seen, ['ann', 'cached', 'ann', 'ann'])
  source.isRevoked = true
  assert.equal(await source.find('good', 2 * RECORD_FRESH_MS + 1, true), 'none')
  // What was revoked is not read from the cache afterwards.
  assert.equal(await source.find('good', 2 * RECORD_FRESH_MS + 2), 'none')
})

test('a wrong token is looked up once, however often it is sent', async () => {
  const source = new Source()
  for (let n = 0; n < 100; n++) assert.equal(await source.find('bad', n, n % 2 === 0), 'none')
  assert.equal(source.asked.length, 1)
  await source.find('bad', WRONG_TOKEN_MS)
  assert.equal(source.asked.length, 2)
})

test('a flood of different wrong tokens does not reach the object, and known keys pass it', async () => {
  const source = new Source()
  assert.equal(await source.find('good', 0), 'ann')
  const outcomes = new Map<string, number>()
  for (let n = 0; n < 1_000; n++) {
    const code = await source.find(`bad ${n}`, 10)
    outcomes.set(code, (outcomes.get(code) ?? 0) + 1)
  }
  assert.deepEqual(Object.fromEntries(outcomes), {
    none: MOST_WRONG_LOOKUPS,
    'auth.too_many_failures': 1_000 - MOST_WRONG_LOOKUPS,
  })
  assert.equal(await source.find('good', 11, true), 'ann')
  assert.equal(await source.find('other', 1_010), 'none')
})

test('a hundred requests of one new key at once are one unknown token', async () => {
  const source = new Source()
  const found = await Promise.all(Array.from({ length: 100 }, () => source.find('good', 0)))
  assert.deepEqual([...new Set(found)], ['ann'])
})

test('a lookup that fails is no answer about the token', async () => {
  const source = new Source()
  const failing = await source.keys.find('good', 0, false, async () => fail({ code: 'server.bug' }))
  assert.ok(!failing.ok && failing.failure.code === 'server.bug')
  assert.equal(await source.find('good', 1), 'ann')
})
