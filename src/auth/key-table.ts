import { MAX_KEYS } from '../base/memory-budget.ts'
import { equalInConstantTime, sha256 } from '../transport/native-crypto.ts'
import { listOf, readFields, required } from '../wire/json/json-fields.ts'
import { Problem, Problems } from '../wire/json/json-problem.ts'
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
 * Every mistake is added to `problems`, up to the bound of `Problems`. After any mistake the table must not be used,
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
  const found = new Problems()
  const records = recordsOf(parsed.value, found)
  problems.push(...sentencesOf(found, 'KEYS_JSON'))
  return found.count === 0 ? records : []
}

function recordsOf(file: JsonObject, problems: Problems): KeyTable {
  const fields = readFields(file, KEY_FILE, problems)
  if (fields === null) return []
  const ids = new Set<string>()
  const digests = new Set<string>()
  return fields.keys.map((stated, index) => {
    const before = problems.count
    const record = keyRecordFrom(stated, problems)
    const { id } = record
    const digest = String(record.digest)
    // With two records of one id or one hash, the record of a token would not be unique.
    if (ids.has(id)) problems.add(Problem.invalid('an id that no other key has').under('id'))
    if (digests.has(digest)) problems.add(Problem.invalid('a hash that no other key has').under('hash'))
    problems.moveUnder(index, before)
    problems.moveUnder('keys', before)
    ids.add(id)
    digests.add(digest)
    return record
  })
}

/**
 * The record with the digest of the token, or null. Compares every record, so that the time does not depend on which
 * one matches.
 */
export function findKey(table: KeyTable, token: string): KeyRecord | null {
  const digest = sha256(token)
  let found: KeyRecord | null = null
  for (const record of table) if (equalInConstantTime(record.digest, digest)) found = record
  return found
}
