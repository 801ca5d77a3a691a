import { sha1 } from '../transport/native-crypto.ts'
import type { KeyRecord } from './key-record.ts'
import type { KeyTable } from './key-table.ts'

/** 64 bits tell a thousand records apart, and there is nothing to guess: a mark opens no door. */
const MARK_HEX_DIGITS = 16

/**
 * A short mark of a key's record. Sockets outlive configurations, so a socket keeps the mark of the key that opened it:
 * a key of the same id and another secret has another one. It is a hash of the record's own, which thereby stays where
 * the keys are.
 */
export function keyMarkOf({ digest }: KeyRecord): string {
  const hex = Array.from(sha1(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.slice(0, MARK_HEX_DIGITS)
}

/** As in `Caller.id`. */
const KEY_PREFIX = 'key:'

/** What a socket has kept of who opened it. */
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
 * Whether a socket's caller may still be there, by the keys as they are configured now: a key that was removed,
 * replaced, frozen or has lost `qot:read` is revoked at once, and the record says when it ends. JWTs and local reads
 * have no record; they only expire. What a valid key may see now is in `recordOfSocket`.
 */
export function socketStanding(table: KeyTable, caller: OpenedBy, nowMs: number): 'valid' | 'expired' | 'revoked' {
  const isKey = isKeyCaller(caller.id)
  const record = isKey ? recordOfSocket(table, caller) : null
  if (isKey && (record === null || record.isFrozen || !record.scopes.has('qot:read'))) return 'revoked'
  const { expiresAtMs } = record ?? caller
  return expiresAtMs !== null && expiresAtMs <= nowMs ? 'expired' : 'valid'
}

function isKeyCaller(id: string): boolean {
  return id.startsWith(KEY_PREFIX)
}
