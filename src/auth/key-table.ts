import { hexOf } from '../base/hex.ts'
import { MAX_KEYS } from '../base/memory-budget.ts'
import { equalInConstantTime, sha256 } from '../transport/native-crypto.ts'
import { listOf, readFields, required } from '../wire/json/json-fields.ts'
import { JsonProblem, JsonProblems } from '../wire/json/json-problem.ts'
import { isJsonObject, parseJsonText, type JsonObject } from '../wire/json/json-text.ts'
import { KEY_RECORD, keyRecordFrom, type KeyRecord } from './key-record.ts'
import { sentencesOf } from './restrictions.ts'

/** The keys of a deployment. */
export type KeyTable = readonly KeyRecord[]

const KEY_FILE = {
  version: required({ expected: '1', read: (value) => (value === 1 ? 1 : null) }),
  keys: required({ ...listOf(KEY_RECORD, MAX_KEYS), expected: `a list of at most ${MAX_KEYS} keys, each an object` }),
}

/**
 * Reads the key file's text: `{"version": 1, "keys": [...]}`, the form of futu-opend-rs. Absent or empty means no keys.
 * Every mistake is added to `problems`, up to the bound of `JsonProblems`. After any mistake the table must not be used,
 * because an ignored restriction would grant access.
 */
export function readKeyTable(text: string | undefined, problems: string[]): KeyTable {
  if (text === undefined || text.trim() === '') return []
  const parsed = parseJsonText(text)
  if (!parsed.ok) {
    const detail = parsed.failure.code === 'request.malformed_json' ? parsed.failure.detail : 'not JSON'
    problems.push(`KEYS_JSON is not valid JSON: ${detail}.`)
    return []
  }
  if (!isJsonObject(parsed.value)) {
    problems.push('KEYS_JSON must be an object of the form {"version": 1, "keys": [...]}.')
    return []
  }
  const found = new JsonProblems()
  const records = recordsOf(parsed.value, found)
  problems.push(...sentencesOf(found, 'KEYS_JSON'))
  return found.count === 0 ? records : []
}

function recordsOf(file: JsonObject, problems: JsonProblems): KeyTable {
  const fields = readFields(file, KEY_FILE, problems)
  if (fields === null) return []
  const ids = new Set<string>()
  const digests = new Set<string>()
  return fields.keys.map((stated, index) => {
    const before = problems.count
    const record = keyRecordFrom(stated, problems)
    const { id } = record
    // With two records of one id or one hash, the record of a token would not be unique.
    if (ids.has(id)) problems.add(JsonProblem.invalid('an id that no other key has').under('id'))
    for (const digest of digestsOf(record).map(String)) {
      if (digests.has(digest)) problems.add(JsonProblem.invalid('a hash that no other key has').under('hash'))
      digests.add(digest)
    }
    problems.moveUnder(index, before)
    problems.moveUnder('keys', before)
    ids.add(id)
    return record
  })
}

/** The digests of a record: the present one, and that before a rotation. */
export function digestsOf({ digest, previous }: KeyRecord): readonly Uint8Array[] {
  return previous === null ? [digest] : [digest, previous.digest]
}

/**
 * The record that has or had the digest, or null. Compares every record, so that the time does not depend on which one
 * matches.
 */
export function findKey(table: KeyTable, digest: Uint8Array): KeyRecord | null {
  let found: KeyRecord | null = null
  for (const record of table) {
    for (const one of digestsOf(record)) if (equalInConstantTime(one, digest)) found = record
  }
  return found
}

/** A key that was just made. */
export interface NewKey {
  /** The text that its owner sends. It is shown once and not stored. */
  readonly key: string
  /** Its SHA-256, hex, which is stored. */
  readonly hash: string
}

/** The bytes of randomness in a key. */
export const KEY_BYTES = 32

/** The key of some random bytes, in the form of futu-opend-rs: `fc_` and 64 hex digits. */
export function newKey(random: Uint8Array): NewKey {
  const key = `fc_${hexOf(random)}`
  return { key, hash: hexOf(sha256(key)) }
}
