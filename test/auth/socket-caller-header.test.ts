import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller } from '../../src/auth/caller.ts'
import { readKeyTable } from '../../src/auth/key-table.ts'
import {
  readSocketCaller,
  SOCKET_CALLER_HEADER,
  socketCallerOf,
  writeSocketCaller,
} from '../../src/auth/socket-caller-header.ts'
import type { SocketCaller } from '../../src/auth/socket-caller.ts'
import { keyMarkOf } from '../../src/auth/caller-standing.ts'

const ID = 'Zoë, "desk" 港'
const RECORD = { id: ID, hash: `sha256:${'0a'.repeat(32)}`, scopes: ['qot:read', 'acc:read'], subscription_quota: 100 }
const [KEY = null] = readKeyTable(JSON.stringify({ version: 1, keys: [RECORD] }), [])
assert.ok(KEY)
const CALLER: Caller = {
  id: `key:${ID}`,
  scopes: KEY.scopes,
  expiresAtMs: 123,
  key: KEY,
  keyMark: keyMarkOf(KEY),
  restrictions: KEY,
}

function overTheHeader(caller: SocketCaller | null): SocketCaller | null {
  return readSocketCaller(new Headers({ [SOCKET_CALLER_HEADER]: writeSocketCaller(caller) }))
}

test('whatever a key is called, the object reads back what the Worker wrote', () => {
  const accIds = [281756455988247813n, 281756455988247815n]
  const caller = socketCallerOf(CALLER, accIds)
  assert.deepEqual(caller, {
    id: CALLER.id,
    scopes: ['qot:read', 'acc:read'],
    expiresAtMs: 123,
    accIds,
    quotaShare: 100,
    keyMark: keyMarkOf(KEY),
  })
  assert.deepEqual(overTheHeader(caller), caller)
})

test('a caller without key, whitelist and end', () => {
  const caller = socketCallerOf(
    { ...CALLER, id: 'jwt:alice', expiresAtMs: null, key: null, keyMark: null, restrictions: null },
    null,
  )
  const { expiresAtMs, accIds, quotaShare, keyMark } = caller
  assert.deepEqual([expiresAtMs, accIds, quotaShare, keyMark], [null, null, null, null])
  assert.deepEqual(overTheHeader(caller), caller)
})

test('a caller who may see no account is not one who may see all', () => {
  assert.deepEqual(overTheHeader(socketCallerOf(CALLER, []))?.accIds, [])
})

test('a caller not known yet is said to be just that', () => {
  assert.equal(overTheHeader(null), null)
})

test('a socket without its caller is a bug, not an anonymous socket', () => {
  assert.throws(() => readSocketCaller(new Headers()))
  for (const text of ['', '{"id":"key:a"}', '[]', '"key:a"', 'nul']) {
    assert.throws(() => readSocketCaller(new Headers({ [SOCKET_CALLER_HEADER]: encodeURIComponent(text) })), text)
  }
})
