import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyMarkOf } from '../../src/auth/caller-standing.ts'
import type { JsonObject } from '../../src/wire/json/json-text.ts'
import { MAX_CHILDREN_OF_KEY } from '../../src/keys/key-rules.ts'
import { BY, codeOf, hashOf, KeyRig, NOW_MS, objectOf, okOf } from './key-rig.ts'

const CONFIGURED = { id: 'root', hash: hashOf('root'), scopes: ['admin'] }

test('a key that is made is found by its hash, after a restart too, and not once it is revoked', () => {
  const rig = new KeyRig()
  rig.create('ann', { note: 'desk' })
  rig.restart()
  assert.equal(okOf(rig.service.byHash(hashOf('ann')))?.id, 'ann')
  assert.equal(okOf(rig.service.byHash(hashOf('bob'))), null)
  assert.deepEqual(okOf(rig.service.revoke('ann', BY)), ['ann'])
  rig.restart()
  assert.equal(okOf(rig.service.byHash(hashOf('ann'))), null)
  assert.equal(codeOf(rig.service.revoke('ann', BY)), 'key.unknown')
})

test('the configured keys are listed first and cannot be changed; their ids and hashes are taken', () => {
  const rig = new KeyRig([CONFIGURED])
  rig.create('ann')
  const listed = okOf(rig.service.list()).map(({ id, source, state }) => [id, source, state])
  assert.deepEqual(listed, [
    ['root', 'config', 'active'],
    ['ann', 'service', 'active'],
  ])
  assert.equal(codeOf(rig.service.change('root', { note: 'x' }, BY)), 'key.read_only')
  assert.equal(codeOf(rig.service.rotate('root', hashOf('x'), 0, BY)), 'key.read_only')
  assert.equal(codeOf(rig.service.revoke('root', BY)), 'key.read_only')
  const taken = { id: 'root', hash: hashOf('other'), scopes: [] }
  assert.equal(codeOf(rig.service.create(taken, BY)), 'key.id_taken')
  assert.equal(codeOf(rig.service.create({ ...taken, id: 'other', hash: hashOf('root') }, BY)), 'key.hash_taken')
  assert.equal(codeOf(rig.service.create({ ...taken, id: 'other', hash: hashOf('ann') }, BY)), 'key.hash_taken')
})

test('a configured key that takes the id or the hash of a stored one hides it', () => {
  const rig = new KeyRig()
  rig.create('root', { scopes: ['trade:real'] })
  rig.create('ann')
  const byId = new KeyRig([CONFIGURED], [...rig.store.all()])
  assert.deepEqual([...byId.found('root').scopes], ['admin'])
  assert.deepEqual([...(okOf(byId.service.byHash(hashOf('root')))?.scopes ?? [])], ['admin'])
  const byHash = new KeyRig([{ ...CONFIGURED, id: 'other', hash: hashOf('ann') }], [...rig.store.all()])
  assert.equal(okOf(byHash.service.byHash(hashOf('ann')))?.id, 'other')
  const states = okOf(byHash.service.list()).map(({ id, state }) => `${id} ${String(state)}`)
  assert.deepEqual(states, ['other active', 'root active', 'ann hidden'])
})

test('the same command again changes nothing, so a repetition after a lost answer is safe', () => {
  const rig = new KeyRig()
  rig.create('ann')
  rig.create('ann')
  okOf(rig.service.rotate('ann', hashOf('new'), 1_000, BY))
  okOf(rig.service.rotate('ann', hashOf('new'), 1_000, BY))
  okOf(rig.mint('ann', 'child', { scopes: ['qot:read'] }))
  assert.deepEqual(
    rig.changes.map(({ kind }) => kind),
    ['created', 'rotated', 'minted'],
  )
  assert.equal(okOf(rig.service.byHash(hashOf('ann')))?.id, 'ann')
})

test('a rotated key has two secrets until the overlap ends', () => {
  const rig = new KeyRig()
  rig.create('ann')
  okOf(rig.service.rotate('ann', hashOf('new'), 1_000, BY))
  for (const secret of ['ann', 'new']) assert.equal(okOf(rig.service.byHash(hashOf(secret)))?.id, 'ann')
  assert.equal(rig.found('ann').previous?.untilMs, NOW_MS + 1_000)
  okOf(rig.service.rotate('ann', hashOf('newer'), 0, BY))
  assert.equal(okOf(rig.service.byHash(hashOf('ann'))), null)
  assert.equal(okOf(rig.service.byHash(hashOf('new'))), null)
  assert.equal(okOf(rig.service.byHash(hashOf('newer')))?.id, 'ann')
})

test('a change sets the given fields, null removes one, and a wrong value changes nothing', () => {
  const rig = new KeyRig()
  rig.create('ann', { limits: { max_orders_per_minute: 5, allowed_markets: ['HK'] }, note: 'n' })
  okOf(rig.service.change('ann', { max_orders_per_minute: 1, note: null }, BY))
  const { limits, note } = rig.found('ann')
  assert.deepEqual([limits.maxOrdersPerMinute, limits.allowedMarkets, note], [1, ['HK'], null])
  const wrong = rig.service.change('ann', { max_orders_per_minute: -1 }, BY)
  assert.equal(codeOf(wrong), 'request.invalid_value')
  assert.equal(rig.found('ann').limits.maxOrdersPerMinute, 1)
  assert.equal(codeOf(rig.service.change('bob', {}, BY)), 'key.unknown')
})

/** A file as futu-opend-rs writes it, with both forms of limits and an account id beyond the precision of a double. */
const FILE = `{"version":1,"keys":[{"id":"mcp","hash":"sha256:${hashOf('mcp')}","scopes":["qot:read","trade:simulate"],\
"allowed_machines":["m1"],"allowed_acc_ids":[281756455988247813],"raw_explicit_acc_ids":[281756455988247813],\
"max_order_value":50000.5,"hours_window":"09:30-16:00","created_at":"2026-01-02T03:04:05Z","note":"港"},\
{"id":"flat","hash":"${hashOf('flat')}","scopes":[],"limits":{"max_daily_value":{"HKD":1},"allowed_markets":["HK"]},\
"expires_at":"2030-01-01T00:00:00+08:00","allowed_cidrs":["192.0.2.0/24"]}]}`

test('a key file comes out as it went in', () => {
  const rig = new KeyRig()
  const records = objectOf(FILE)['keys'] as readonly JsonObject[]
  okOf(rig.service.import(records, false, BY))
  rig.restart()
  assert.equal(okOf(rig.service.export()), FILE)
  assert.deepEqual(rig.found('mcp').accIds, [281756455988247813n])
  const again = okOf(rig.service.import(records, false, BY))
  assert.deepEqual(again, [])
})

test('an import stores all records or none', () => {
  const rig = new KeyRig()
  rig.create('ann')
  const record = (id: string, secret: string, fields: JsonObject = {}): JsonObject => {
    return { id, hash: hashOf(secret), scopes: [], ...fields }
  }
  const refused = (...records: readonly JsonObject[]): string => codeOf(rig.service.import(records, false, BY))
  assert.equal(refused(record('bob', 'bob'), record('ann', 'other')), 'key.id_taken')
  assert.equal(refused(record('bob', 'bob'), record('cat', 'bob')), 'key.hash_taken')
  assert.equal(refused(record('bob', 'bob'), record('bob', 'cat')), 'key.id_taken')
  assert.equal(refused(record('bob', 'bob'), record('a~b', 'cat')), 'request.invalid_value')
  const wrong = rig.service.import([record('bob', 'bob'), record('cat', 'cat', { scopes: ['all'] })], false, BY)
  assert.ok(!wrong.ok && 'path' in wrong.failure && wrong.failure.path === 'keys[1].scopes[0]', JSON.stringify(wrong))
  assert.equal(rig.service.find('bob'), null)
  okOf(rig.service.import([record('bob', 'bob'), record('ann', 'other')], true, BY))
  assert.equal(okOf(rig.service.byHash(hashOf('ann'))), null)
  assert.equal(okOf(rig.service.byHash(hashOf('other')))?.id, 'ann')
})

test('a stored record that cannot be read opens no stored key and says why; the configured ones work', () => {
  const rig = new KeyRig()
  rig.create('ann')
  const stored = [...rig.store.all(), { id: 'bad', record: '{"id":"bad"}', parent: null }]
  const broken = new KeyRig([CONFIGURED], stored)
  assert.deepEqual(broken.errors, ['the stored keys cannot be read, so none of them is accepted'])
  assert.equal(broken.service.find('ann'), null)
  assert.equal(broken.found('root').id, 'root')
  const { service } = broken
  const results = [service.byHash(hashOf('ann')), service.list(), service.export(), service.revoke('ann', BY)]
  assert.deepEqual(results.map(codeOf), Array(4).fill('key.unreadable'))
  assert.equal(codeOf(service.create({ id: 'x', hash: hashOf('x'), scopes: [] }, BY)), 'key.unreadable')
})

test('a storage that refuses a write changes nothing in memory either', () => {
  const rig = new KeyRig()
  rig.create('ann')
  rig.store.apply = () => {
    throw new Error('SQLITE_FULL')
  }
  assert.throws(() => rig.service.revoke('ann', BY), /SQLITE_FULL/)
  assert.equal(rig.found('ann').id, 'ann')
  assert.deepEqual(
    rig.changes.map(({ kind }) => kind),
    ['created'],
  )
})

test('the number of keys and of the children of a key is bounded', () => {
  const configured = Array.from({ length: 998 }, (_, n) => ({ id: `c${n}`, hash: hashOf(`c${n}`), scopes: [] }))
  const rig = new KeyRig(configured)
  rig.create('a')
  rig.create('b')
  assert.equal(codeOf(rig.service.create({ id: 'c', hash: hashOf('c'), scopes: [] }, BY)), 'key.full')
  const small = new KeyRig()
  small.create('ann')
  const minted = Array.from({ length: MAX_CHILDREN_OF_KEY + 1 }, (_, n) =>
    codeOf(small.mint('ann', `child ${n}`, { scopes: ['qot:read'] })),
  )
  assert.deepEqual(minted, [...Array<string>(MAX_CHILDREN_OF_KEY).fill('ok'), 'key.full'])
})

test('a child ends with its time, its parent, and the secret that made it', () => {
  const rig = new KeyRig()
  rig.create('ann')
  const expiresAt = new Date(NOW_MS + 1_000).toISOString()
  const child = okOf(rig.mint('ann', 'one', { scopes: ['qot:read'], expires_at: expiresAt }))
  assert.match(child, /^ann~[0-9a-f]{12}$/)
  rig.nowMs += 999
  assert.equal(okOf(rig.service.byHash(hashOf('one')))?.id, child)
  rig.nowMs += 1
  assert.equal(okOf(rig.service.byHash(hashOf('one'))), null)
  assert.equal(rig.store.all().length, 1)

  okOf(rig.mint('ann', 'two', { scopes: ['qot:read'] }))
  okOf(rig.service.rotate('ann', hashOf('new'), 1_000, BY))
  assert.notEqual(okOf(rig.service.byHash(hashOf('two'))), null)
  rig.nowMs += 1_000
  assert.equal(okOf(rig.service.byHash(hashOf('two'))), null)

  const third = okOf(rig.mint('ann', 'three', { scopes: ['qot:read'] }))
  okOf(rig.mint(third, 'four', { scopes: ['qot:read'] }))
  okOf(rig.service.revoke('ann', BY))
  rig.restart()
  for (const secret of ['three', 'four']) assert.equal(okOf(rig.service.byHash(hashOf(secret))), null)
})

test('a child of a configured key ends when the key is removed or its secret replaced', () => {
  const rig = new KeyRig([CONFIGURED])
  okOf(rig.mint('root', 'child', { scopes: ['admin'] }))
  const stored = [...rig.store.all()]
  assert.notEqual(okOf(new KeyRig([CONFIGURED], stored).service.byHash(hashOf('child'))), null)
  assert.equal(okOf(new KeyRig([], stored).service.byHash(hashOf('child'))), null)
  const replaced = { ...CONFIGURED, hash: hashOf('new') }
  assert.equal(okOf(new KeyRig([replaced], stored).service.byHash(hashOf('child'))), null)
})

test('a caller can only revoke the child tokens of its own key, and a token that ended makes none', () => {
  const rig = new KeyRig()
  rig.create('ann')
  rig.create('bob')
  const child = okOf(rig.mint('ann', 'one', { scopes: ['qot:read'] }))
  assert.equal(codeOf(rig.service.revokeChild('bob', child, BY)), 'key.unknown')
  assert.equal(codeOf(rig.service.revokeChild('ann', 'bob', BY)), 'key.unknown')
  assert.deepEqual(okOf(rig.service.revokeChild('ann', child, BY)), [child])
  const early = keyMarkOf(rig.found('ann'))
  okOf(rig.service.rotate('ann', hashOf('new'), 0, BY))
  assert.equal(codeOf(rig.service.mint('ann', early, { scopes: [] }, hashOf('x'), BY)), 'auth.invalid_token')
})
