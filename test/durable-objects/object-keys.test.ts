import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ObjectKeys } from '../../durable-objects/object-keys.ts'
import { keyMarkOf } from '../../src/auth/caller-standing.ts'
import { readKeyTable } from '../../src/auth/key-table.ts'
import type { Gateway } from '../../src/core/gateway.ts'
import type { KeyCommand } from '../../src/keys/key-command.ts'
import { keysJson } from '../http/rig.ts'
import { BY, hashOf, okOf } from '../keys/key-rig.ts'
import { TestDatabase } from '../storage/stores.ts'

const CONFIGURED = readKeyTable(keysJson({ id: 'root', scopes: ['admin', 'qot:read'] }), [])

/** The keys of an object over its storage, and what happens to the parts of the gateway that they change. */
function objectKeys(db = new TestDatabase()) {
  const happened: string[] = []
  const gateway = {
    opend: { share: () => happened.push('shared') },
    keysChanged: () => happened.push('sockets checked'),
  }
  const keys = new ObjectKeys(
    db,
    CONFIGURED,
    () => gateway as unknown as Gateway,
    ({ kind }) => happened.push(kind),
  )
  return { keys, happened, run: (command: KeyCommand) => okOf(keys.run(command, BY)) }
}

test("OpenD's limits are shared from the first key of the service on, without a restart", () => {
  const { keys, happened, run } = objectKeys()
  run({ op: 'list' })
  assert.deepEqual([keys.count, happened], [0, []])
  run({ op: 'create', record: `{"id":"ann","hash":"sha256:${hashOf('ann')}","scopes":["qot:read"]}` })
  assert.deepEqual([keys.count, happened], [1, ['shared', 'sockets checked', 'created']])
})

test('a child token of a configured key is another caller, too, also after a restart', () => {
  const db = new TestDatabase()
  const { happened, run } = objectKeys(db)
  const [root] = CONFIGURED
  assert.ok(root !== undefined)
  const fields = `{"scopes":["qot:read"],"expires_at":"${new Date(Date.now() + 60_000).toISOString()}"}`
  run({ op: 'mint', parent: 'root', keyMark: keyMarkOf(root), fields, hash: hashOf('child') })
  assert.deepEqual(happened, ['shared', 'sockets checked', 'minted'])
  assert.equal(objectKeys(db).keys.count, 1)
})

test('the end of the last key leaves the limits shared, because its calls may still be under way', () => {
  const { keys, happened, run } = objectKeys()
  run({ op: 'create', record: `{"id":"ann","hash":"sha256:${hashOf('ann')}","scopes":["qot:read"]}` })
  happened.length = 0
  run({ op: 'revoke', id: 'ann' })
  assert.deepEqual([keys.count, happened], [0, ['sockets checked', 'revoked']])
})
