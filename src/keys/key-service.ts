import type { Failure } from '../base/failure.ts'
import { bytesOfHex, hexOf } from '../base/hex.ts'
import { fail, succeed, type Result } from '../base/result.ts'
import { hasDigestMark } from '../auth/caller-standing.ts'
import type { KeyRecord } from '../auth/key-record.ts'
import { digestsOf, type KeyTable } from '../auth/key-table.ts'
import type { JsonObject } from '../wire/json/json-text.ts'
import { excessOf } from './child-token.ts'
import { CHILD_MARK, childIdOf, type HeldKey, KeyDirectory } from './key-directory.ts'
import { conflictAmong, conflictOf, fullWith, heldOf, noRoomForChild } from './key-rules.ts'
import type { KeyActor, KeyChanges, KeyStore } from './key-store.ts'
import { fieldsOf, readRecord, withFields } from './key-text.ts'
import { keyView, type KeyView } from './key-view.ts'

/** One change of the keys. Every change passes `KeyServiceDeps.onChange` as one of these. */
export interface KeyChange {
  readonly kind: 'created' | 'changed' | 'rotated' | 'revoked' | 'imported' | 'minted' | 'expired'
  readonly ids: readonly string[]
  /** Null when the time has ended a child token. */
  readonly by: KeyActor | null
}

/** The dependencies of the key service. */
export interface KeyServiceDeps {
  readonly store: KeyStore
  /** The keys of the configuration, which the service does not change. */
  readonly configured: KeyTable
  readonly nowMs: () => number
  /** Called after each change, when it is stored. */
  readonly onChange: (change: KeyChange) => void
  /** Called when work that no caller waits for fails. */
  readonly onError: (what: string, error: unknown) => void
}

/** The keys of the gateway: those of the configuration, and those that are made and changed while it runs. */
export class KeyService {
  readonly #deps: KeyServiceDeps
  readonly #directory: KeyDirectory
  /** Whether a stored key could not be read. Then none is accepted or changed, because a part could be missing. */
  readonly #isUnreadable: boolean
  #nextExpiryMs = Infinity

  constructor(deps: KeyServiceDeps) {
    this.#deps = deps
    this.#directory = new KeyDirectory(deps.configured)
    this.#isUnreadable = !this.#load()
  }

  /** The record of a key as it applies now; null when there is none. */
  find(id: string): KeyRecord | null {
    if (this.#isUnreadable && !this.#directory.isConfigured(id)) return null
    this.#forgetExpired()
    return this.#directory.byId(id, this.#deps.nowMs())
  }

  /** The record of the key with that SHA-256 (hex); null when there is none. Failure: `key.unreadable`. */
  byHash(hash: string): Result<KeyRecord | null> {
    if (this.#isUnreadable) return fail(UNREADABLE)
    this.#forgetExpired()
    return succeed(this.#directory.byHash(hash, this.#deps.nowMs()))
  }

  /** All keys: first those of the configuration, then those of the service with their child tokens. */
  list(): Result<readonly KeyView[]> {
    if (this.#isUnreadable) return fail(UNREADABLE)
    this.#forgetExpired()
    const configured = [...this.#directory.configured()].map(({ id }) => this.#viewOf(id))
    const stored = [...this.#directory.held()].map((one) => this.#viewOfHeld(one))
    return succeed([...configured, ...stored])
  }

  /** One key. Failure: `key.unknown`. */
  get(id: string): Result<KeyView> {
    if (this.#isUnreadable) return fail(UNREADABLE)
    const held = this.#directory.heldById(id)
    if (this.#directory.isConfigured(id)) return succeed(this.#viewOf(id))
    return held === null ? fail({ code: 'key.unknown', id }) : succeed(this.#viewOfHeld(held))
  }

  /**
   * Stores a key. `fields` are those of a record of the key file, with the hash. The same call again changes nothing, so
   * it may be repeated. Failures: `request.*`, `key.id_taken`, `key.hash_taken`, `key.full`.
   */
  create(fields: JsonObject, by: KeyActor): Result<KeyView> {
    const read = this.#readNew(fields)
    if (!read.ok) return read
    const { id } = read.value.record
    const before = this.#directory.heldById(id)
    if (before !== null && before.stored.record === read.value.stored.record) return succeed(this.#viewOfHeld(before))
    const refusal = conflictOf(this.#directory, read.value) ?? fullWith(this.#directory, [read.value])
    if (refusal !== null) return fail(refusal)
    this.#apply({ put: [read.value.stored], remove: [] }, { kind: 'created', ids: [id], by })
    return this.get(id)
  }

  /**
   * Changes fields of a key; null removes one. The id and the hash stay. Failures: `request.*`, `key.unknown`,
   * `key.read_only`.
   */
  change(id: string, changes: JsonObject, by: KeyActor): Result<KeyView> {
    return this.#rewrite(id, changes, { kind: 'changed', ids: [id], by })
  }

  /**
   * Gives a key another hash. The present one stays valid for `overlapMs`. Failures: as `change`, and `key.hash_taken`.
   */
  rotate(id: string, hash: string, overlapMs: number, by: KeyActor): Result<KeyView> {
    const held = this.#changeable(id)
    if (!held.ok) return held
    const fresh = `sha256:${hash}`
    const present = hexOf(held.value.record.digest)
    if (present === hash) return this.get(id)
    if (this.#directory.ownerOf(hash) !== null) return fail({ code: 'key.hash_taken', id })
    const validUntil = new Date(this.#deps.nowMs() + overlapMs).toISOString()
    const previous = overlapMs > 0 ? { hash: `sha256:${present}`, valid_until: validUntil } : null
    return this.#rewrite(id, { hash: fresh, previous_hash: previous }, { kind: 'rotated', ids: [id], by })
  }

  /** Deletes a key or a child token, with all child tokens below it. Failures: `key.unknown`, `key.read_only`. */
  revoke(id: string, by: KeyActor): Result<readonly string[]> {
    if (this.#isUnreadable) return fail(UNREADABLE)
    if (this.#directory.isConfigured(id)) return fail({ code: 'key.read_only', id, reason: 'config' })
    if (this.#directory.heldById(id) === null) return fail({ code: 'key.unknown', id })
    const ids = [id, ...this.#descendantsOf(id)]
    this.#apply({ put: [], remove: ids }, { kind: 'revoked', ids, by })
    return succeed(ids)
  }

  /**
   * Stores the records of a key file, all or none. A record that is stored already is skipped; one whose id has another
   * record is refused unless `replaces`. Failures: as `create`; paths start with the place in the file.
   */
  import(records: readonly JsonObject[], replaces: boolean, by: KeyActor): Result<readonly KeyView[]> {
    const put: HeldKey[] = []
    for (const [index, fields] of records.entries()) {
      const read = this.#readNew(fields, `keys[${index}].`)
      if (!read.ok) return read
      const { stored, record } = read.value
      const before = this.#directory.heldById(record.id)
      if (before !== null && before.stored.record === stored.record) continue
      const isReplaced = replaces && before !== null && before.stored.parent === null
      const refusal =
        conflictOf(this.#directory, read.value, isReplaced ? record.id : null) ?? conflictAmong(put, read.value)
      if (refusal !== null) return fail(refusal)
      put.push(read.value)
    }
    const full = fullWith(this.#directory, put)
    if (full !== null) return fail(full)
    const ids = put.map(({ record }) => record.id)
    this.#apply({ put: put.map(({ stored }) => stored), remove: [] }, { kind: 'imported', ids, by })
    return succeed(ids.flatMap((id) => this.#directory.heldById(id) ?? []).map((held) => this.#viewOfHeld(held)))
  }

  /** The keys of the service as the text of a key file, with their hashes. Without child tokens, which end soon. */
  export(): Result<string> {
    if (this.#isUnreadable) return fail(UNREADABLE)
    const records = [...this.#directory.held()].filter(({ stored }) => stored.parent === null)
    return succeed(`{"version":1,"keys":[${records.map(({ stored }) => stored.record).join(',')}]}`)
  }

  /**
   * Makes a child token of the caller's key. `fields` are those of a record without the id; `hash` is that of the token.
   * With `keyMark`, the mark of the parent's token, the child ends with that token; with null it ends with the key.
   * Failures: `request.*`, `key.exceeds_parent`, `key.full`, `auth.invalid_token` (the parent has ended).
   */
  mint(parentId: string, keyMark: string | null, fields: JsonObject, hash: string, by: KeyActor): Result<KeyView> {
    if (this.#isUnreadable) return fail(UNREADABLE)
    this.#forgetExpired()
    const nowMs = this.#deps.nowMs()
    const parent = this.#directory.byId(parentId, nowMs)
    const isEnded = parent === null || (keyMark !== null && !hasDigestMark(parent, keyMark, nowMs))
    if (isEnded) return fail({ code: 'auth.invalid_token' })
    const id = childIdOf(parentId, bytesOfHex(hash) ?? new Uint8Array())
    if (this.#directory.ownerOf(hash) === id) return this.get(id)
    const createdAt = new Date(nowMs).toISOString()
    const read = heldOf({ ...fields, id, hash: `sha256:${hash}`, created_at: createdAt }, { id: parentId, keyMark })
    if (!read.ok) return read
    const exceeded = excessOf(read.value.record, parent)
    if (exceeded.length > 0) return fail({ code: 'key.exceeds_parent', exceeded })
    const refusal = conflictOf(this.#directory, read.value) ?? noRoomForChild(this.#directory, parent, read.value)
    if (refusal !== null) return fail(refusal)
    this.#apply({ put: [read.value.stored], remove: [] }, { kind: 'minted', ids: [id], by })
    return this.get(id)
  }

  /** The child tokens of a key. */
  children(parentId: string): Result<readonly KeyView[]> {
    if (this.#isUnreadable) return fail(UNREADABLE)
    this.#forgetExpired()
    return succeed(this.#directory.childrenOf(parentId).map((held) => this.#viewOfHeld(held)))
  }

  /** Revokes a child token of that parent. Failure: `key.unknown`, also for the child of another key. */
  revokeChild(parentId: string, id: string, by: KeyActor): Result<readonly string[]> {
    const isOwn = this.#directory.heldById(id)?.stored.parent?.id === parentId
    return isOwn ? this.revoke(id, by) : fail({ code: 'key.unknown', id })
  }

  #load(): boolean {
    const { store, onError } = this.#deps
    try {
      for (const stored of store.all()) {
        const record = readRecord(fieldsOf(stored.record))
        if (!record.ok) throw new Error(`the stored record of ${stored.id} is not valid`)
        this.#hold({ stored, record: record.value })
      }
      return true
    } catch (error) {
      onError('the stored keys cannot be read, so none of them is accepted', error)
      return false
    }
  }

  #hold(held: HeldKey): void {
    this.#directory.put(held)
    const { expiresAtMs } = held.record
    if (held.stored.parent !== null && expiresAtMs !== null) {
      this.#nextExpiryMs = Math.min(this.#nextExpiryMs, expiresAtMs)
    }
  }

  #readNew(fields: JsonObject, prefix?: string): Result<HeldKey> {
    if (this.#isUnreadable) return fail(UNREADABLE)
    const read = heldOf(fields, null, prefix)
    if (!read.ok || !read.value.record.id.includes(CHILD_MARK)) return read
    const expected = `an id without ${CHILD_MARK}, which marks child tokens`
    return fail({ code: 'request.invalid_value', path: `${prefix ?? ''}id`, expected })
  }

  #changeable(id: string): Result<HeldKey> {
    if (this.#isUnreadable) return fail(UNREADABLE)
    if (this.#directory.isConfigured(id)) return fail({ code: 'key.read_only', id, reason: 'config' })
    const held = this.#directory.heldById(id)
    if (held === null) return fail({ code: 'key.unknown', id })
    return held.stored.parent === null ? succeed(held) : fail({ code: 'key.read_only', id, reason: 'child' })
  }

  #rewrite(id: string, changes: JsonObject, change: KeyChange): Result<KeyView> {
    const held = this.#changeable(id)
    if (!held.ok) return held
    const read = heldOf(withFields(fieldsOf(held.value.stored.record), changes), null)
    if (!read.ok) return read
    const full = fullWith(this.#directory, [read.value])
    if (full !== null) return fail(full)
    this.#apply({ put: [read.value.stored], remove: [] }, change)
    return this.get(id)
  }

  #apply(changes: KeyChanges, change: KeyChange): void {
    this.#deps.store.apply(changes)
    for (const id of changes.remove) this.#directory.remove(id)
    for (const stored of changes.put) {
      const record = readRecord(fieldsOf(stored.record))
      if (record.ok) this.#hold({ stored, record: record.value })
    }
    this.#deps.onChange(change)
  }

  #descendantsOf(id: string): readonly string[] {
    return this.#directory.childrenOf(id).flatMap(({ record }) => [record.id, ...this.#descendantsOf(record.id)])
  }

  /** Deletes the child tokens whose time is over. */
  #forgetExpired(): void {
    const nowMs = this.#deps.nowMs()
    if (nowMs < this.#nextExpiryMs) return
    this.#nextExpiryMs = Infinity
    const ids: string[] = []
    for (const { stored, record } of this.#directory.held()) {
      if (stored.parent === null || record.expiresAtMs === null) continue
      if (record.expiresAtMs <= nowMs) ids.push(record.id, ...this.#descendantsOf(record.id))
      else this.#nextExpiryMs = Math.min(this.#nextExpiryMs, record.expiresAtMs)
    }
    try {
      const remove = [...new Set(ids)]
      this.#apply({ put: [], remove }, { kind: 'expired', ids: remove, by: null })
    } catch (error) {
      this.#deps.onError('expired child tokens could not be deleted', error)
    }
  }

  #viewOf(id: string): KeyView {
    const nowMs = this.#deps.nowMs()
    const record = this.#directory.byId(id, nowMs)
    if (record === null) throw new Error('a configured key is in the directory')
    return keyView(record, { isHidden: false, children: this.#directory.childrenOf(id).length, nowMs })
  }

  #viewOfHeld({ stored: { id }, record }: HeldKey): KeyView {
    const nowMs = this.#deps.nowMs()
    const isHidden =
      this.#directory.isConfigured(id) ||
      digestsOf(record).some((digest) => this.#directory.ownerOf(hexOf(digest)) !== id)
    const effective = isHidden ? record : (this.#directory.byId(id, nowMs) ?? record)
    return keyView(effective, { isHidden, children: this.#directory.childrenOf(id).length, nowMs })
  }
}

const UNREADABLE: Failure = { code: 'key.unreadable' }
