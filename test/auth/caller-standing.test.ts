import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { type KeyTable, readKeyTable } from '../../src/auth/key-table.ts'
import {
  finderOf,
  hasDigestMark,
  keyMarkOf,
  type OpenedBy,
  recordOfCaller,
  socketStanding,
} from '../../src/auth/caller-standing.ts'

const NOW_MS = Date.UTC(2026, 10, 22, 12)

function tableOf(...keys: readonly object[]): KeyTable {
  const problems: string[] = []
  const table = readKeyTable(JSON.stringify({ version: 1, keys }), problems)
  assert.deepEqual(problems, [])
  return table
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')
const RECORD = { id: 'desk', hash: hashOf('fc_one'), scopes: ['qot:read'] }

/** A socket of the key that the table has. */
function openedWith(table: KeyTable): OpenedBy {
  const [key] = table
  assert.ok(key)
  return { id: `key:${key.id}`, keyMark: keyMarkOf(key), expiresAtMs: key.expiresAtMs }
}

const OPENED = openedWith(tableOf(RECORD))
const standing = (...keys: readonly object[]): string => socketStanding(finderOf(tableOf(...keys)), OPENED, NOW_MS)

test('a socket stands as long as its key does', () => {
  const other = { id: 'other', hash: hashOf('fc_other'), scopes: [] }
  assert.equal(standing(RECORD), 'valid')
  assert.equal(standing(other, { ...RECORD, note: 'this may change', limits: { max_orders_per_minute: 1 } }), 'valid')
})

test('a key that was removed, renamed, replaced, frozen or may no longer read quotes ends its sockets', () => {
  assert.equal(standing(), 'revoked')
  assert.equal(standing({ ...RECORD, id: 'desk2' }), 'revoked')
  assert.equal(standing({ ...RECORD, hash: hashOf('fc_two') }), 'revoked')
  assert.equal(standing({ ...RECORD, allowed_machines: [] }), 'revoked')
  assert.equal(standing({ ...RECORD, scopes: ['acc:read', 'admin'] }), 'revoked')
})

test('the record says when a key ends, whatever it said when the socket was opened', () => {
  const at = (ms: number): object => ({ ...RECORD, expires_at: new Date(ms).toISOString() })
  assert.equal(standing(at(NOW_MS + 1)), 'valid')
  assert.equal(standing(at(NOW_MS)), 'expired')
  const opened = openedWith(tableOf(at(NOW_MS)))
  assert.equal(socketStanding(finderOf(tableOf(at(NOW_MS + 60_000))), opened, NOW_MS), 'valid')
})

test('callers without a key only expire', () => {
  const jwt = { id: 'jwt:alice', keyMark: null, expiresAtMs: NOW_MS }
  assert.equal(socketStanding(finderOf([]), jwt, NOW_MS - 1), 'valid')
  assert.equal(socketStanding(finderOf([]), jwt, NOW_MS), 'expired')
  assert.equal(socketStanding(finderOf([]), { id: 'local', keyMark: null, expiresAtMs: null }, NOW_MS), 'valid')
})

test('a subject of a JWT that is spelt like a key has nothing to do with it', () => {
  const table = tableOf(RECORD)
  assert.equal(recordOfCaller(finderOf(table), 'jwt:desk'), null)
  assert.equal(socketStanding(finderOf([]), { id: 'jwt:key:desk', keyMark: null, expiresAtMs: null }, NOW_MS), 'valid')
  assert.equal(socketStanding(finderOf(table), { ...OPENED, keyMark: null }, NOW_MS), 'revoked')
})

test('a socket whose key has other scopes, accounts or addresses now has the rights of before, so it ends', () => {
  assert.equal(standing({ ...RECORD, scopes: ['acc:read', 'qot:read'] }), 'changed')
  assert.equal(standing({ ...RECORD, allowed_acc_ids: ['281756455988247813'] }), 'changed')
  assert.equal(standing({ ...RECORD, allowed_cidrs: ['192.0.2.0/24'] }), 'changed')
})

test('a socket of an earlier version, whose mark has one part, ends with its key only', () => {
  const [mark = ''] = (OPENED.keyMark ?? '').split('.')
  const early = { ...OPENED, keyMark: mark }
  const wider = tableOf({ ...RECORD, scopes: ['acc:read', 'qot:read'] })
  assert.equal(socketStanding(finderOf(wider), early, NOW_MS), 'valid')
  assert.equal(socketStanding(finderOf([]), early, NOW_MS), 'revoked')
})

test('after a rotation the old secret stands until its overlap ends', () => {
  const until = new Date(NOW_MS + 1).toISOString()
  const previous = { hash: RECORD.hash, valid_until: until }
  const rotated = tableOf({ ...RECORD, hash: hashOf('fc_two'), previous_hash: previous })
  assert.equal(socketStanding(finderOf(rotated), OPENED, NOW_MS), 'valid')
  assert.equal(socketStanding(finderOf(rotated), OPENED, NOW_MS + 1), 'revoked')
  const [key] = rotated
  assert.ok(key && hasDigestMark(key, keyMarkOf(key), NOW_MS + 1))
})

test('a key that is not valid yet has no sockets', () => {
  assert.equal(standing({ ...RECORD, not_before: new Date(NOW_MS + 1).toISOString() }), 'revoked')
  assert.equal(standing({ ...RECORD, not_before: new Date(NOW_MS).toISOString() }), 'valid')
})

test('the mark of a key is no part of its hash', () => {
  const mark = keyMarkOf(tableOf(RECORD)[0] ?? assert.fail())
  assert.match(mark, /^[0-9a-f]{16}\.[0-9a-f]{16}$/)
  assert.equal(RECORD.hash.includes(mark), false)
})
