import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller } from '../../src/auth/caller.ts'
import { readSocketCaller, SOCKET_CALLER_HEADER, writeSocketCaller } from '../../src/auth/socket-caller.ts'

const CALLER: Caller = {
  id: 'key:Zoë, "desk" 港',
  scopes: new Set(['qot:read', 'acc:read']),
  expiresAtMs: 123,
  key: null,
}

test('whatever a key is called, the object reads back what the Worker wrote', () => {
  const accIds = [281756455988247813n, 281756455988247815n]
  const headers = new Headers({ [SOCKET_CALLER_HEADER]: writeSocketCaller(CALLER, accIds) })
  assert.deepEqual(readSocketCaller(headers), {
    id: CALLER.id,
    scopes: ['qot:read', 'acc:read'],
    expiresAtMs: 123,
    accIds,
  })
})

test('a caller without whitelist and without end', () => {
  const headers = new Headers({ [SOCKET_CALLER_HEADER]: writeSocketCaller({ ...CALLER, expiresAtMs: null }, null) })
  const { expiresAtMs, accIds } = readSocketCaller(headers)
  assert.equal(expiresAtMs, null)
  assert.equal(accIds, null)
})

test('a socket without its caller is a bug, not an anonymous socket', () => {
  assert.throws(() => readSocketCaller(new Headers()))
  assert.throws(() => readSocketCaller(new Headers({ [SOCKET_CALLER_HEADER]: encodeURIComponent('{"id":"key:a"}') })))
})
