import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { keyMarkOf } from '../../src/auth/caller-standing.ts'
import type { KeyRecord } from '../../src/auth/key-record.ts'
import { type KeyTable, readKeyTable } from '../../src/auth/key-table.ts'
import type { Result } from '../../src/base/result.ts'
import { type KeyChange, KeyService } from '../../src/keys/key-service.ts'
import type { KeyActor, StoredKey } from '../../src/keys/key-store.ts'
import { type JsonObject, parseJsonText } from '../../src/wire/json/json-text.ts'
import { MemoryKeys } from '../storage/memory-keys.ts'

export const NOW_MS = Date.UTC(2026, 10, 22, 12)
export const BY: KeyActor = { caller: 'key:root', requestId: 'req-1' }

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** A key service over a store in memory, with a clock that the test moves. */
export class KeyRig {
  nowMs = NOW_MS
  readonly changes: KeyChange[] = []
  readonly errors: string[] = []
  readonly store: MemoryKeys
  readonly #configured: KeyTable
  service: KeyService

  constructor(configured: readonly object[] = [], stored: readonly StoredKey[] = []) {
    const problems: string[] = []
    this.#configured = readKeyTable(JSON.stringify({ version: 1, keys: configured }), problems)
    assert.deepEqual(problems, [])
    this.store = new MemoryKeys(stored)
    this.service = this.#start()
  }

  /** As after a restart of the object: what is not stored is gone. */
  restart(): void {
    this.service = this.#start()
  }

  /** Makes a key whose secret is its id. */
  create(id: string, fields: JsonObject = {}): void {
    okOf(this.service.create({ id, hash: `sha256:${hashOf(id)}`, scopes: ['qot:read'], ...fields }, BY))
  }

  /** Makes a child token with that secret; its id. */
  mint(parent: string, secret: string, fields: JsonObject): Result<string> {
    const record = this.found(parent)
    const made = this.service.mint(parent, keyMarkOf(record), fields, hashOf(secret), BY)
    return made.ok ? { ok: true, value: made.value.id } : made
  }

  found(id: string): KeyRecord {
    return this.service.find(id) ?? assert.fail(`there is no ${id}`)
  }

  #start(): KeyService {
    return new KeyService({
      store: this.store,
      configured: this.#configured,
      nowMs: () => this.nowMs,
      onChange: (change) => this.changes.push(change),
      onError: (what) => this.errors.push(what),
    })
  }
}

export function okOf<Value>(result: Result<Value>): Value {
  assert.ok(result.ok, JSON.stringify(result))
  return result.value
}

export function codeOf(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.failure.code
}

/** The object of a JSON text, with integers of any size. */
export function objectOf(text: string): JsonObject {
  const parsed = parseJsonText(text)
  assert.ok(parsed.ok)
  return parsed.value as JsonObject
}
