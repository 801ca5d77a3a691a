import { bytesOfHex } from '../base/hex.ts'
import {
  type FieldValues,
  listOf,
  objectOf,
  parsedText,
  required,
  oneOf,
  TEXT,
  textLike,
} from '../wire/json/json-fields.ts'
import { Problem, type Problems } from '../wire/json/json-problem.ts'
import { RESTRICTION_RULES, type Restrictions, restrictionsFrom } from './restrictions.ts'
import { SCOPES, type Scope } from './scope.ts'
import { parseTimestamp } from '../base/time/timestamp.ts'

/** A configured key, with the SHA-256 of its text instead of the text. */
export interface KeyRecord extends Restrictions {
  /** Unique. Identifies the key in counters and logs. */
  readonly id: string
  /** SHA-256 of the whole key text, `fc_` included. */
  readonly digest: Uint8Array
  readonly scopes: ReadonlySet<Scope>
  /** `allowed_machines: []` freezes a key: the record stays, and the key is refused. */
  readonly isFrozen: boolean
  /** Unix time in ms; null when the key never expires. */
  readonly expiresAtMs: number | null
}

const DIGEST = /^(?:sha256:)?([0-9a-f]{64})$/i

const TIME = parsedText(parseTimestamp, 'an RFC 3339 time such as "2027-01-31T00:00:00Z"')

/** The fields of a record, except its restrictions. */
export const KEY_RULES = {
  id: required(textLike(/^[^\p{Cc}]{1,128}$/u, '1 to 128 characters in one line')),
  hash: required(parsedText(digestOf, '"sha256:" and 64 hex digits, the SHA-256 of the key')),
  scopes: required(listOf(oneOf(SCOPES))),
  allowed_machines: listOf(TEXT),
  expires_at: TIME,
  limits: objectOf(RESTRICTION_RULES),
  // Notes for people, and a copy of `allowed_acc_ids` by futu-opend-rs. Their form is checked, and they are not used.
  created_at: TIME,
  note: TEXT,
  raw_explicit_acc_ids: RESTRICTION_RULES.allowed_acc_ids,
}

/** One record of the key file, with its restrictions at the top level or under `limits`. */
export const KEY_RECORD = objectOf({ ...KEY_RULES, ...RESTRICTION_RULES })

type RecordFields = FieldValues<typeof RESTRICTION_RULES>

/**
 * The key of a record. A restriction both at the top level and under `limits` is added to `problems`. The record must
 * then not be used, because one of the two would be ignored.
 */
export function keyRecordFrom(record: NonNullable<ReturnType<typeof KEY_RECORD.read>>, problems: Problems): KeyRecord {
  const { limits } = record
  const restricted: Record<string, unknown> = {}
  for (const name of Object.keys(RESTRICTION_RULES) as readonly (keyof RecordFields)[]) {
    const nested = limits?.[name] ?? null
    if (nested !== null && record[name] !== null) {
      problems.add(Problem.invalid('this field once; it is also given beside limits').under(name).under('limits'))
    }
    restricted[name] = record[name] ?? nested
  }
  return {
    id: record.id,
    digest: record.hash,
    scopes: new Set(record.scopes),
    isFrozen: record.allowed_machines?.length === 0,
    expiresAtMs: record.expires_at,
    // The loop above has set every restriction.
    ...restrictionsFrom(restricted as RecordFields),
  }
}

function digestOf(text: string): Uint8Array | null {
  const [, hex] = DIGEST.exec(text) ?? []
  return hex === undefined ? null : bytesOfHex(hex)
}
