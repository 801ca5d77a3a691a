import { isJsonArray, isJsonObject, parseJsonText, type JsonObject, type JsonValue } from '../wire/json-text.ts'
import { MAX_KEYS } from '../base/memory-budget.ts'
import { equalInConstantTime, sha256 } from './digest.ts'
import { readKeyRecord, type KeyRecord } from './key-record.ts'

/** The keys of a deployment. */
export type KeyTable = readonly KeyRecord[]

/**
 * Reads the key file's text: `{"version": 1, "keys": [...]}`, the form of futu-opend-rs. Absent or empty means no
 * keys. Every mistake is added to `problems`; with a single one the table must not be used, because a key file that
 * is half understood would open what its author closed.
 */
export function readKeyTable(text: string | undefined, problems: string[]): KeyTable {
  if (text === undefined || text.trim() === '') return []
  const parsed = parseJsonText(text)
  if (!parsed.ok) {
    const detail = parsed.failure.code === 'request.malformed_json' ? parsed.failure.detail : 'not JSON'
    problems.push(`KEYS_JSON is not valid JSON: ${detail}.`)
    return []
  }
  const records = recordsOf(parsed.value, problems).map((object, index) =>
    readKeyRecord(object, `KEYS_JSON keys[${index}]`, problems),
  )
  reportRepeats(records, problems)
  return records
}

function recordsOf(file: JsonValue, problems: string[]): readonly JsonObject[] {
  if (!isJsonObject(file)) {
    problems.push('KEYS_JSON must be an object: {"version": 1, "keys": [...]}.')
    return []
  }
  const { version, keys, ...rest } = file
  for (const name of Object.keys(rest)) problems.push(`KEYS_JSON: unknown field ${JSON.stringify(name)}.`)
  if (version !== 1) problems.push('KEYS_JSON: version must be 1.')
  if (keys === undefined || !isJsonArray(keys) || !keys.every(isJsonObject)) {
    problems.push('KEYS_JSON: keys must be a list of objects.')
    return []
  }
  if (keys.length > MAX_KEYS) problems.push(`KEYS_JSON: at most ${MAX_KEYS} keys.`)
  return keys
}

/** Two records of one name or one hash would leave open which of them a token stands for. */
function reportRepeats(records: KeyTable, problems: string[]): void {
  const ids = new Set<string>()
  const digests = new Set<string>()
  for (const [index, { id, digest }] of records.entries()) {
    if (ids.has(id)) problems.push(`KEYS_JSON keys[${index}]: another key has the id ${JSON.stringify(id)}.`)
    if (digest.length > 0 && digests.has(String(digest))) {
      problems.push(`KEYS_JSON keys[${index}]: another key has the same hash.`)
    }
    ids.add(id)
    digests.add(String(digest))
  }
}

/**
 * The record whose digest is that of the token, or null. Looks at every record, so that the time taken says nothing
 * about which one matched.
 */
export async function findKey(table: KeyTable, token: string): Promise<KeyRecord | null> {
  const digest = await sha256(token)
  let found: KeyRecord | null = null
  for (const record of table) if (equalInConstantTime(record.digest, digest)) found = record
  return found
}
