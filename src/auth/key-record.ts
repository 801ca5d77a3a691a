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
import { JsonProblem, type JsonProblems } from '../wire/json/json-problem.ts'
import { type AddressRange, parseAddressRange } from './address-range.ts'
import { RESTRICTION_RULES, type Restrictions, restrictionsFrom } from './restrictions.ts'
import { SCOPES, type Scope } from './scope.ts'
import { parseTimestamp } from '../base/time/civil-date.ts'

/** A key, with the SHA-256 of its text instead of the text. Plain data, so it can be passed between isolates. */
export interface KeyRecord extends Restrictions {
  /** Unique. Identifies the key in counters and logs. */
  readonly id: string
  /** SHA-256 of the whole key text, `fc_` included. */
  readonly digest: Uint8Array
  /** The digest before the last rotation, which is valid until `untilMs` (Unix ms); null without one. */
  readonly previous: { readonly digest: Uint8Array; readonly untilMs: number } | null
  readonly scopes: ReadonlySet<Scope>
  /** `allowed_machines: []` freezes a key: the record stays, and the key is refused. */
  readonly isFrozen: boolean
  /** Unix time in ms before which the key is refused; null without one. */
  readonly notBeforeMs: number | null
  /** Unix time in ms; null when the key never expires. */
  readonly expiresAtMs: number | null
  /** Client addresses from which the key is accepted; null for all. */
  readonly addresses: readonly AddressRange[] | null
  /** A note for people; null without one. */
  readonly note: string | null
  /** Unix time in ms; null when it is not known. */
  readonly createdAtMs: number | null
  /** `config`: from `KEYS_JSON`; `service`: from the key service, which can change it at any time. */
  readonly source: 'config' | 'service'
  /** The parents of a child token, nearest first, each without its own ancestors; empty for a key. */
  readonly ancestors: readonly KeyRecord[]
}

const DIGEST = /^(?:sha256:)?([0-9a-f]{64})$/i

const TIME = parsedText(parseTimestamp, 'an RFC 3339 time such as "2027-01-31T00:00:00Z"')

const HASH = parsedText(digestOf, '"sha256:" and 64 hex digits, the SHA-256 of the key')

const RANGE = parsedText(parseAddressRange, 'an address range such as "203.0.113.0/24" or "2001:db8::/32"')

/** Most address ranges of a key: each request of the key is compared with all of them. */
const MAX_RANGES = 100

/**
 * An id is a part of paths and is told from the subject of a JWT by its prefix, so it is neither of the two path segments
 * that mean a folder, nor does it begin like a caller. Unpaired surrogates would be stored as other characters.
 */
const ID = textLike(
  /^(?!(?:key|jwt):)(?!\.{1,2}$)[^\p{Cc}\p{Cs}]{1,128}$/u,
  '1 to 128 characters in one line, not beginning with key: or jwt:, and not . or ..',
)

/** The fields of a record, except its restrictions. */
export const KEY_RULES = {
  id: required(ID),
  hash: required(HASH),
  scopes: required(listOf(oneOf(SCOPES))),
  allowed_machines: listOf(TEXT),
  allowed_cidrs: listOf(RANGE, MAX_RANGES),
  not_before: TIME,
  expires_at: TIME,
  previous_hash: objectOf({ hash: required(HASH), valid_until: required(TIME) }),
  limits: objectOf(RESTRICTION_RULES),
  // For people, and a copy of `allowed_acc_ids` by futu-opend-rs. The copy is checked and not used.
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
export function keyRecordFrom(
  record: NonNullable<ReturnType<typeof KEY_RECORD.read>>,
  problems: JsonProblems,
): KeyRecord {
  const { limits } = record
  const restricted: Record<string, unknown> = {}
  for (const name of Object.keys(RESTRICTION_RULES) as readonly (keyof RecordFields)[]) {
    const nested = limits?.[name] ?? null
    if (nested !== null && record[name] !== null) {
      problems.add(JsonProblem.invalid('this field once; it is also given beside limits').under(name).under('limits'))
    }
    restricted[name] = record[name] ?? nested
  }
  const { previous_hash: previous, allowed_cidrs: addresses } = record
  return {
    id: record.id,
    digest: record.hash,
    previous: previous === null ? null : { digest: previous.hash, untilMs: previous.valid_until },
    scopes: new Set(record.scopes),
    isFrozen: record.allowed_machines?.length === 0,
    notBeforeMs: record.not_before,
    expiresAtMs: record.expires_at,
    addresses: addresses === null || addresses.length === 0 ? null : addresses,
    note: record.note,
    createdAtMs: record.created_at,
    source: 'config',
    ancestors: [],
    // The loop above has set every restriction.
    ...restrictionsFrom(restricted as RecordFields),
  }
}

function digestOf(text: string): Uint8Array | null {
  const [, hex] = DIGEST.exec(text) ?? []
  return hex === undefined ? null : bytesOfHex(hex)
}
