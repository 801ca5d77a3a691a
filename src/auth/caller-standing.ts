import { hexOf } from '../base/hex.ts'
import { equalInConstantTime, sha1, sha256 } from '../transport/native-crypto.ts'
import type { KeyRecord } from './key-record.ts'
import { digestsOf } from './key-table.ts'
import type { Scope } from './scope.ts'
import type { Standing } from './socket-caller.ts'

/** 64 bits distinguish a thousand records. A longer mark is not needed, because a mark gives no access. */
const MARK_HEX_DIGITS = 16

/**
 * A short mark of a key's record as it was when a caller was admitted. Sockets and orders outlive a change of the key, so
 * each stores the mark of the key that opened it. It has two parts: a hash of the digest that the token matched, so a key
 * with the same id and another secret has another mark; and a hash of the rights that the caller was given then. The
 * digest itself is not stored with the socket. `digest` is one of the record's.
 */
export function keyMarkOf(record: KeyRecord, digest: Uint8Array = record.digest): string {
  return `${digestMarkOf(digest)}.${rightsMarkOf(record)}`
}

/** As `keyMarkOf`, with a third part for the limits on orders. It is for orders that wait to be sent. */
export function orderMarkOf(record: KeyRecord, keyMark: string): string {
  return `${keyMark}.${limitsMarkOf(record)}`
}

/** The mark that the token of an earlier mark has with the present rights: for orders that the gateway makes later. */
export function presentMarkOf(record: KeyRecord, keyMark: string): string {
  const [digestMark = ''] = keyMark.split('.')
  return `${digestMark}.${rightsMarkOf(record)}`
}

/** Caches: every call needs the marks of its key. */
const RIGHTS = new WeakMap<KeyRecord, string>()
const LIMITS = new WeakMap<KeyRecord, string>()
const DIGESTS = new WeakMap<Uint8Array, string>()

/** The part of a mark for a digest. The digests of a record are never changed in place. */
function digestMarkOf(digest: Uint8Array): string {
  const known = DIGESTS.get(digest)
  if (known !== undefined) return known
  const mark = shortHashOf(digest)
  DIGESTS.set(digest, mark)
  return mark
}

function rightsMarkOf(record: KeyRecord): string {
  return cached(RIGHTS, record, ({ scopes, accIds, cardNums, addresses }) => [
    [...scopes].toSorted(),
    accIds,
    cardNums,
    addresses?.map(({ text }) => text) ?? null,
  ])
}

function limitsMarkOf(record: KeyRecord): string {
  return cached(LIMITS, record, ({ limits }) => limits)
}

/** The mark of those fields, of the record and of its ancestors. */
function cached(marks: WeakMap<KeyRecord, string>, record: KeyRecord, fields: (one: KeyRecord) => unknown): string {
  const known = marks.get(record)
  if (known !== undefined) return known
  const plain = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)
  const text = JSON.stringify([record, ...record.ancestors].map(fields), plain)
  const mark = shortHashOf(new TextEncoder().encode(text))
  marks.set(record, mark)
  return mark
}

/** A hash of some bytes that is short and gives no access. */
export function shortHashOf(bytes: Uint8Array): string {
  return hexOf(sha1(bytes)).slice(0, MARK_HEX_DIGITS)
}

/** The prefix of keys in `Caller.id`. */
const KEY_PREFIX = 'key:'

/** The present record of the key with an id; null without one. */
export type KeyFinder = (id: string) => KeyRecord | null

/** The finder of a table. */
export function finderOf(table: readonly KeyRecord[]): KeyFinder {
  const byId = new Map(table.map((record) => [record.id, record]))
  return (id) => byId.get(id) ?? null
}

/** The present record of a caller; null when it is not a key, or when its key was removed. */
export function recordOfCaller(find: KeyFinder, caller: string): KeyRecord | null {
  return isKeyCaller(caller) ? find(caller.slice(KEY_PREFIX.length)) : null
}

/** The caller at the time it was admitted, as stored with a socket or with an order that is not sent yet. */
export interface OpenedBy {
  readonly id: string
  readonly keyMark: string | null
  /** Unix time in ms, or null. */
  readonly expiresAtMs: number | null
}

/**
 * Whether a caller is still admitted now. A key is revoked at once when it is removed, replaced, rotated or frozen, or has
 * lost all of `scopes`; `changed` when its rights, or the limits of an order, are not those of the time of admission. The
 * present record has its expiry. JWTs and local reads have no record and only expire.
 */
export function callerStanding(find: KeyFinder, caller: OpenedBy, scopes: readonly Scope[], nowMs: number): Standing {
  if (!isKeyCaller(caller.id)) return isOver(caller.expiresAtMs, nowMs) ? 'expired' : 'valid'
  const record = recordOfCaller(find, caller.id)
  if (record === null || record.isFrozen || !scopes.some((scope) => record.scopes.has(scope))) return 'revoked'
  if (!hasDigestMark(record, caller.keyMark ?? '', nowMs)) return 'revoked'
  if (isOver(record.expiresAtMs, nowMs)) return 'expired'
  if (record.notBeforeMs !== null && record.notBeforeMs > nowMs) return 'revoked'
  // Sockets of earlier versions have the first part only.
  const [, ...marks] = (caller.keyMark ?? '').split('.')
  const present = [rightsMarkOf(record), ...(marks.length > 1 ? [limitsMarkOf(record)] : [])]
  return marks.every((mark, index) => mark === present[index]) ? 'valid' : 'changed'
}

/** Whether the caller of a push socket may still be connected. */
export function socketStanding(find: KeyFinder, caller: OpenedBy, nowMs: number): Standing {
  return callerStanding(find, caller, ['qot:read'], nowMs)
}

/** The digest of the record that equals this one and is valid now, with its end (Unix ms or null); null without one. */
export function matchedDigest(
  record: KeyRecord,
  digest: Uint8Array,
  nowMs: number,
): { readonly digest: Uint8Array; readonly untilMs: number | null } | null {
  if (equalInConstantTime(record.digest, digest)) return { digest: record.digest, untilMs: null }
  const { previous } = record
  if (previous === null || previous.untilMs <= nowMs || !equalInConstantTime(previous.digest, digest)) return null
  return previous
}

/** Whether the token of that mark is valid now. */
export function hasDigestMark(record: KeyRecord, keyMark: string, nowMs: number): boolean {
  const [digestMark] = keyMark.split('.')
  return validDigests(record, nowMs).some((digest) => digestMarkOf(digest) === digestMark)
}

function validDigests(record: KeyRecord, nowMs: number): readonly Uint8Array[] {
  const { previous } = record
  return previous !== null && previous.untilMs <= nowMs ? [record.digest] : digestsOf(record)
}

function isOver(atMs: number | null, nowMs: number): boolean {
  return atMs !== null && atMs <= nowMs
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
