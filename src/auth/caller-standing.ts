import { hexOf } from '../base/hex.ts'
import { sha1, sha256 } from '../transport/native-crypto.ts'
import type { KeyRecord } from './key-record.ts'
import type { KeyTable } from './key-table.ts'
import type { Scope } from './scope.ts'
import type { Standing } from './socket-caller.ts'

/** 64 bits tell a thousand records apart, and there is nothing to guess: a mark opens no door. */
const MARK_HEX_DIGITS = 16

/**
 * A short mark of a key's record. Sockets outlive configurations, so a socket keeps the mark of the key that opened it:
 * a key of the same id and another secret has another one. It is a hash of the record's own, which thereby stays where
 * the keys are.
 */
export function keyMarkOf(record: KeyRecord): string {
  const known = MARKS.get(record)
  if (known !== undefined) return known
  const mark = hexOf(sha1(record.digest)).slice(0, MARK_HEX_DIGITS)
  MARKS.set(record, mark)
  return mark
}

/** Every order asks for the mark of its key twice. */
const MARKS = new WeakMap<KeyRecord, string>()

/** As in `Caller.id`. */
const KEY_PREFIX = 'key:'

/** Who a caller was when it was let in: what a socket, or an order on its way, has kept of it. */
export interface OpenedBy {
  readonly id: string
  readonly keyMark: string | null
  /** Unix time in ms, or null. */
  readonly expiresAtMs: number | null
}

/** The record of the key that opened a socket, as it stands now; null when it is gone, replaced or was never one. */
export function recordOfSocket(table: KeyTable, { id, keyMark }: OpenedBy): KeyRecord | null {
  if (!isKeyCaller(id)) return null
  const name = id.slice(KEY_PREFIX.length)
  const record = table.find((key) => key.id === name)
  return record !== undefined && keyMarkOf(record) === keyMark ? record : null
}

/**
 * Whether a caller may still be there, by the keys as they are configured now: a key that was removed, replaced, frozen
 * or has lost every one of `scopes` is revoked at once, and the record says when it ends. JWTs and local reads have no
 * record; they only expire. What a valid key may see now is in `recordOfSocket`.
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
 * A key's id as a label of metrics. /metrics may be open, so the label is a short hash of the id, which is of no use to
 * readers that do not have the ids.
 */
export function labelOfKey(keyId: string): string {
  return `kh_${hexOf(sha256(keyId)).slice(0, 8)}`
}

/** A caller, by its id, as a label of metrics. All JWTs are one series. */
export function labelOfCaller(id: string): string {
  return isKeyCaller(id) ? labelOfKey(id.slice(KEY_PREFIX.length)) : '<jwt>'
}
