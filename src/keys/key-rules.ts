import { MAX_CHILD_TOKENS, MAX_KEYS, MAX_STORED_KEY_CHARS } from '../base/memory-budget.ts'
import type { Failure } from '../base/failure.ts'
import { hexOf } from '../base/hex.ts'
import { succeed, type Result } from '../base/result.ts'
import type { KeyRecord } from '../auth/key-record.ts'
import { digestsOf } from '../auth/key-table.ts'
import type { JsonObject } from '../wire/json/json-text.ts'
import type { HeldKey, KeyDirectory } from './key-directory.ts'
import type { Parent } from './key-store.ts'
import { jsonText, readRecord } from './key-text.ts'

/** Child tokens of one parent: a fleet of workers. Each has a share of OpenD's limits, so a key must not have many. */
export const MAX_CHILDREN_OF_KEY = 20

/** Generations of child tokens below a key. Each order is checked with the limits of each ancestor. */
export const MAX_ANCESTORS = 3

/** Reads the fields of a record into a key that can be stored. Failures: `request.*` about its fields. */
export function heldOf(fields: JsonObject, parent: Parent | null, prefix?: string): Result<HeldKey> {
  const record = readRecord(fields, prefix)
  if (!record.ok) return record
  return succeed({ stored: { id: record.value.id, record: jsonText(fields), parent }, record: record.value })
}

/** Why a record cannot be stored beside the others; `replaced` is the id of the one that it replaces. */
export function conflictOf(keys: KeyDirectory, { record }: HeldKey, replaced: string | null = null): Failure | null {
  const { id } = record
  if (keys.isConfigured(id)) return { code: 'key.id_taken', id }
  if (id !== replaced && keys.heldById(id) !== null) return { code: 'key.id_taken', id }
  const owners = digestsOf(record).map((digest) => keys.ownerOf(hexOf(digest)))
  return owners.some((owner) => owner !== null && owner !== replaced) ? { code: 'key.hash_taken', id } : null
}

/** Why a record cannot be stored together with others of its file. */
export function conflictAmong(others: readonly HeldKey[], { record }: HeldKey): Failure | null {
  const { id } = record
  if (others.some((one) => one.record.id === id)) return { code: 'key.id_taken', id }
  const taken = new Set(others.flatMap((one) => digestsOf(one.record).map(hexOf)))
  return digestsOf(record).some((digest) => taken.has(hexOf(digest))) ? { code: 'key.hash_taken', id } : null
}

/** Why there is no room for some records, which replace those with their ids. */
export function fullWith(keys: KeyDirectory, added: readonly HeldKey[]): Failure | null {
  const others = added.filter(({ record }) => keys.heldById(record.id) === null).length
  if (others > 0 && keys.count + others > MAX_KEYS) return { code: 'key.full', what: 'keys', most: MAX_KEYS }
  const chars = added.reduce((sum, { stored }) => {
    const before = keys.heldById(stored.id)?.stored.record.length ?? 0
    return sum + stored.record.length - before
  }, keys.chars)
  if (chars <= MAX_STORED_KEY_CHARS) return null
  return { code: 'key.full', what: 'characters of all records', most: MAX_STORED_KEY_CHARS }
}

/** Why a key cannot have one more child token. */
export function noRoomForChild(keys: KeyDirectory, { id, ancestors }: KeyRecord, child: HeldKey): Failure | null {
  if (ancestors.length >= MAX_ANCESTORS) {
    return { code: 'key.full', what: 'generations of child tokens', most: MAX_ANCESTORS }
  }
  if (keys.childrenOf(id).length >= MAX_CHILDREN_OF_KEY) {
    return { code: 'key.full', what: 'child tokens of a key', most: MAX_CHILDREN_OF_KEY }
  }
  const children = [...keys.held()].filter(({ stored }) => stored.parent !== null).length
  if (children >= MAX_CHILD_TOKENS) return { code: 'key.full', what: 'child tokens', most: MAX_CHILD_TOKENS }
  return fullWith(keys, [child])
}
