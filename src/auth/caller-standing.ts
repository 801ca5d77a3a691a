import { hexOf } from '../base/hex.ts'
import { sha1, sha256 } from '../transport/native-crypto.ts'
import type { KeyRecord } from './key-record.ts'
import type { KeyTable } from './key-table.ts'
import type { Scope } from './scope.ts'
import type { Standing } from './socket-caller.ts'

/** 64 bits distinguish a thousand records. A longer mark is not needed, because a mark gives no access. */
const MARK_HEX_DIGITS = 16

/**
 * A short mark of a key's record. Sockets outlive configurations, so each socket stores the mark of the key that opened
 * it: a key with the same id and another secret has another mark. It is a hash of the record's digest, so the digest
 * itself is not stored with the socket.
 */
export function keyMarkOf(record: KeyRecord): string {
  const known = MARKS.get(record)
  if (known !== undefined) return known
  const mark = hexOf(sha1(record.digest)).slice(0, MARK_HEX_DIGITS)
  MARKS.set(record, mark)
  return mark
}

/** A cache: every order needs the mark of its key twice. */
const MARKS = new WeakMap<KeyRecord, string>()

/** The prefix of keys in `Caller.id`. */
const KEY_PREFIX = 'key:'

/** The caller at the time it was admitted, as stored with a socket or with an order that is not sent yet. */
export interface OpenedBy {
  readonly id: string
  readonly keyMark: string | null
  /** Unix time in ms, or null. */
  readonly expiresAtMs: number | null
}

/**
 * The present record of the key that opened a socket; null when it was removed or replaced, or the caller had no key.
 */
export function recordOfSocket(table: KeyTable, { id, keyMark }: OpenedBy): KeyRecord | null {
  if (!isKeyCaller(id)) return null
  const name = id.slice(KEY_PREFIX.length)
  const record = table.find((key) => key.id === name)
  return record !== undefined && keyMarkOf(record) === keyMark ? record : null
}

/**
 * Whether a caller is still admitted under the present configuration. A key is revoked at once when it is removed,
 * replaced or frozen, or has lost all of `scopes`; the present record has its expiry. JWTs and local reads have no
 * record and only expire. The present restrictions of a valid key are in `recordOfSocket`.
 */
export function callerStanding(table: KeyTable, caller: OpenedBy, scopes: readonly Scope[], nowMs: number): Standing {
  const isKey = isKeyCaller(caller.id)
  const record = isKey ? recordOfSocket(table, caller) : null
  if (isKey && (record === null || record.isFrozen || !scopes.some((scope) => record.scopes.has(scope)))) {
    return 'revoked'
  }
  const { expiresAtMs } = record ?? caller
  return expiresAtMs !== null && expiresAtMs <= nowMs ? 'expired' : 'valid'
}

/** Whether the caller of a push socket may still be connected. */
export function socketStanding(table: KeyTable, caller: OpenedBy, nowMs: number): Standing {
  return callerStanding(table, caller, ['qot:read'], nowMs)
}

function isKeyCaller(id: string): boolean {
  return id.startsWith(KEY_PREFIX)
}

/**
 * A key's id as a label of metrics: a short hash, because /metrics may be open and readers without the ids must not get
 * them.
 */
export function labelOfKey(keyId: string): string {
  return `kh_${hexOf(sha256(keyId)).slice(0, 8)}`
}

/** A caller's id as a label of metrics. All JWTs share one series. */
export function labelOfCaller(id: string): string {
  return isKeyCaller(id) ? labelOfKey(id.slice(KEY_PREFIX.length)) : '<jwt>'
}
