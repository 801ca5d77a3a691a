import { isJsonObject, type JsonObject } from '../wire/json-text.ts'
import { RecordFields } from './record-fields.ts'
import { readRestrictions, RESTRICTION_FIELDS, type Restrictions } from './restrictions.ts'
import { isScope, SCOPES, type Scope } from './scope.ts'
import { parseTimestamp } from '../base/timestamp.ts'

/** One key as configured. The key itself is not here, only its SHA-256. */
export interface KeyRecord extends Restrictions {
  /** Unique; the name in counters and logs. */
  readonly id: string
  /** SHA-256 of the whole key text, `fc_` included. */
  readonly digest: Uint8Array
  readonly scopes: ReadonlySet<Scope>
  /** `allowed_machines: []` freezes a key: it stays on file and opens nothing. */
  readonly isFrozen: boolean
  /** Unix time in ms; null when the key never expires. */
  readonly expiresAtMs: number | null
}

const ID = /^[^\p{Cc}]{1,128}$/u
const DIGEST = /^(?:sha256:)?([0-9a-f]{64})$/i
/**
 * Reads one record of the key file, flat or with nested limits. Every mistake becomes a sentence in `problems`, and
 * a record with a mistake must not be used: a whitelist with a typo is not a whitelist.
 */
export function readKeyRecord(object: JsonObject, where: string, problems: string[]): KeyRecord {
  const fields = new RecordFields(flatten(object, where, problems), where, problems)
  const record = {
    id: readId(fields),
    digest: readDigest(fields),
    scopes: readScopes(fields),
    isFrozen: fields.textList('allowed_machines')?.length === 0,
    expiresAtMs: readTime(fields, 'expires_at'),
    ...readRestrictions(fields),
  }
  // Notes for people, and the reference's own memory of `allowed_acc_ids`: checked for their form, then not used.
  readTime(fields, 'created_at')
  fields.text('note')
  fields.accIds('raw_explicit_acc_ids')
  fields.reportUnread()
  return record
}

function flatten(object: JsonObject, where: string, problems: string[]): JsonObject {
  const { limits, ...flat } = object
  if (limits === undefined || limits === null) return flat
  if (!isJsonObject(limits)) {
    problems.push(`${where}: limits must be an object.`)
    return flat
  }
  const merged = { ...flat }
  for (const [name, limit] of Object.entries(limits)) {
    if (!RESTRICTION_FIELDS.has(name)) problems.push(`${where}: unknown field ${JSON.stringify(`limits.${name}`)}.`)
    else if (Object.hasOwn(flat, name)) problems.push(`${where}: ${name} stands both flat and in limits.`)
    else merged[name] = limit
  }
  return merged
}

function readId(fields: RecordFields): string {
  const id = fields.text('id') ?? ''
  if (!ID.test(id)) fields.report('id must be 1 to 128 characters.')
  return id
}

function readDigest(fields: RecordFields): Uint8Array {
  const [, hex] = DIGEST.exec(fields.text('hash') ?? '') ?? []
  if (hex === undefined) {
    fields.report('hash must be "sha256:" and 64 hex digits, the SHA-256 of the key.')
    return new Uint8Array()
  }
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
}

function readScopes(fields: RecordFields): ReadonlySet<Scope> {
  const names = fields.textList('scopes')
  if (names === null) fields.report('scopes must be a list of strings.')
  for (const name of names ?? []) {
    if (!isScope(name)) fields.report(`unknown scope ${JSON.stringify(name)} (valid: ${SCOPES.join(', ')}).`)
  }
  return new Set((names ?? []).filter(isScope))
}

function readTime(fields: RecordFields, name: string): number | null {
  const text = fields.text(name)
  if (text === null) return null
  const ms = parseTimestamp(text)
  if (ms === null) fields.report(`${name} must be an RFC 3339 time such as "2027-01-31T00:00:00Z".`)
  return ms
}
