import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { type KeyTable, readKeyTable } from '../../src/auth/key-table.ts'
import { keyMarkOf, type OpenedBy, recordOfSocket, socketStanding } from '../../src/auth/caller-standing.ts'

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
const standing = (...keys: readonly object[]): string => socketStanding(tableOf(...keys), OPENED, NOW_MS)

test('a socket stands as long as its key does', () => {
  const other = { id: 'other', hash: hashOf('fc_other'), scopes: [] }
  assert.equal(standing(RECORD), 'valid')
  assert.equal(standing(other, { ...RECORD, scopes: ['acc:read', 'qot:read'], note: 'more may change' }), 'valid')
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
  assert.equal(socketStanding(tableOf(at(NOW_MS + 60_000)), opened, NOW_MS), 'valid')
})

test('callers without a key only expire', () => {
  const jwt = { id: 'jwt:alice', keyMark: null, expiresAtMs: NOW_MS }
  assert.equal(socketStanding([], jwt, NOW_MS - 1), 'valid')
  assert.equal(socketStanding([], jwt, NOW_MS), 'expired')
  assert.equal(socketStanding([], { id: 'local', keyMark: null, expiresAtMs: null }, NOW_MS), 'valid')
})

test('a subject of a JWT that is spelt like a key has nothing to do with it', () => {
  const table = tableOf(RECORD)
  assert.equal(recordOfSocket(table, { ...OPENED, id: 'jwt:desk' }), null)
  assert.equal(socketStanding([], { id: 'jwt:key:desk', keyMark: null, expiresAtMs: null }, NOW_MS), 'valid')
  assert.equal(socketStanding(table, { ...OPENED, keyMark: null }, NOW_MS), 'revoked')
})

test('the record of a valid socket tells what it may see now', () => {
  const table = tableOf({ ...RECORD, scopes: ['qot:read', 'acc:read'], allowed_acc_ids: ['281756455988247813'] })
  const record = recordOfSocket(table, OPENED)
  assert.deepEqual(record?.accIds, [281756455988247813n])
  assert.ok(record?.scopes.has('acc:read'))
  assert.equal(recordOfSocket(tableOf({ ...RECORD, hash: hashOf('fc_two') }), OPENED), null)
})

test('the mark of a key is no part of its hash', () => {
  const mark = keyMarkOf(tableOf(RECORD)[0] ?? assert.fail())
  assert.match(mark, /^[0-9a-f]{16}$/)
  assert.equal(RECORD.hash.includes(mark), false)
})
