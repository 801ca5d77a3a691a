import { fail, succeed, type Result } from '../base/result.ts'
import { KEY_RECORD, type KeyRecord, keyRecordFrom } from '../auth/key-record.ts'
import { RESTRICTION_RULES } from '../auth/restrictions.ts'
import { JsonProblem, JsonProblems } from '../wire/json/json-problem.ts'
import { isJsonArray, isJsonObject, type JsonObject, parseJsonText, type JsonValue } from '../wire/json/json-text.ts'

/** Longest record of a key, as JSON text. 100 symbols and 50 accounts take about 2,500. */
export const MAX_RECORD_CHARS = 4_096

/**
 * Reads a record in the form of the key file. Failures: `request.*` about its fields; their paths start with `prefix`.
 */
export function readRecord(fields: JsonObject, prefix?: string): Result<KeyRecord> {
  const problems = new JsonProblems()
  const read = KEY_RECORD.read(fields, problems)
  const record = read === null ? null : keyRecordFrom(read, problems)
  if (record === null || problems.count > 0) return problems.toFailed(prefix)
  if (jsonText(fields).length <= MAX_RECORD_CHARS) return succeed({ ...record, source: 'service' })
  const expected = `a record of at most ${MAX_RECORD_CHARS} characters`
  return fail(JsonProblem.invalid(expected).toFieldProblem(prefix))
}

/** The fields of a stored record. Throws when the text is not the JSON of an object: the storage was changed by hand. */
export function fieldsOf(text: string): JsonObject {
  const parsed = parseJsonText(text)
  if (!parsed.ok || !isJsonObject(parsed.value)) throw new Error('a stored key is not a JSON object')
  return parsed.value
}

/**
 * A record with changed fields; null removes a field. A restriction under `limits` is replaced as well, so that it does
 * not stay beside the changed one.
 */
export function withFields(record: JsonObject, changes: JsonObject): JsonObject {
  const merged = new Map(Object.entries(record))
  const { limits } = record
  const nested = new Map(limits !== undefined && isJsonObject(limits) ? Object.entries(limits) : [])
  for (const [name, value] of Object.entries(changes)) {
    if (name in RESTRICTION_RULES) nested.delete(name)
    if (value === null) merged.delete(name)
    else merged.set(name, value)
  }
  if (changes['limits'] === undefined && merged.has('limits')) {
    if (nested.size > 0) merged.set('limits', Object.fromEntries(nested))
    else merged.delete('limits')
  }
  return Object.fromEntries(merged)
}

/** JSON text of a value. Integers beyond the precision of a double are written in full. */
export function jsonText(value: JsonValue): string {
  if (typeof value === 'bigint') return String(value)
  if (isJsonArray(value)) return `[${value.map(jsonText).join(',')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([name, member]) => `${JSON.stringify(name)}:${jsonText(member)}`)
    .join(',')}}`
}
