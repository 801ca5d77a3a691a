import { hasDigestMark, shortHashOf } from '../auth/caller-standing.ts'
import { hexOf } from '../base/hex.ts'
import type { KeyRecord } from '../auth/key-record.ts'
import { digestsOf, type KeyTable } from '../auth/key-table.ts'
import { childRecord } from './child-token.ts'
import type { Parent, StoredKey } from './key-store.ts'

/** A stored key with its own record, which for a child token lacks what its parent takes away. */
export interface HeldKey {
  readonly stored: StoredKey
  readonly record: KeyRecord
}

/**
 * All keys: those of the configuration and those of the service. An id or a hash of the configuration hides that of a
 * stored key, because the operator who deploys has the last word.
 */
export class KeyDirectory {
  readonly #configured: ReadonlyMap<string, KeyRecord>
  readonly #configuredHashes: ReadonlyMap<string, KeyRecord>
  readonly #held = new Map<string, HeldKey>()
  readonly #idsByHash = new Map<string, string>()
  readonly #children = new Map<string, Set<string>>()
  #chars = 0
  /** Records as they apply now. Cleared at each change, so that marks of unchanged records are computed once. */
  readonly #effective = new Map<string, KeyRecord | null>()

  constructor(configured: KeyTable) {
    this.#configured = new Map(configured.map((record) => [record.id, record]))
    this.#configuredHashes = new Map(
      configured.flatMap((record) => digestsOf(record).map((digest) => [hexOf(digest), record] as const)),
    )
  }

  /** The number of keys and child tokens, those of the configuration included. */
  get count(): number {
    return this.#configured.size + this.#held.size
  }

  /** The characters of all stored records. */
  get chars(): number {
    return this.#chars
  }

  isConfigured(id: string): boolean {
    return this.#configured.has(id)
  }

  configured(): Iterable<KeyRecord> {
    return this.#configured.values()
  }

  held(): Iterable<HeldKey> {
    return this.#held.values()
  }

  heldById(id: string): HeldKey | null {
    return this.#held.get(id) ?? null
  }

  /** The child tokens of a key or of a child token. */
  childrenOf(id: string): readonly HeldKey[] {
    return [...(this.#children.get(id) ?? [])].flatMap((child) => this.#held.get(child) ?? [])
  }

  /** The id of the key that has a hash; null without one. */
  ownerOf(hash: string): string | null {
    return this.#configuredHashes.get(hash)?.id ?? this.#idsByHash.get(hash) ?? null
  }

  /** The record of a key as it applies now; null when there is none, or when its parent has ended. */
  byId(id: string, nowMs: number): KeyRecord | null {
    const parent = this.#held.get(id)?.stored.parent ?? null
    // The token of the parent may have ended since, because it was rotated.
    if (parent !== null && !this.#configured.has(id) && !this.#isAlive(parent, nowMs)) return null
    const known = this.#effective.get(id)
    if (known !== undefined) return known
    const record = this.#effectiveOf(id, nowMs)
    this.#effective.set(id, record)
    return record
  }

  /** The record of the key with that hash as it applies now. */
  byHash(hash: string, nowMs: number): KeyRecord | null {
    const id = this.ownerOf(hash)
    return id === null ? null : this.byId(id, nowMs)
  }

  put(one: HeldKey): void {
    const { id, parent } = one.stored
    this.#unlist(id)
    this.#held.set(id, one)
    this.#chars += one.stored.record.length
    for (const digest of digestsOf(one.record)) this.#idsByHash.set(hexOf(digest), id)
    if (parent !== null) {
      const children = this.#children.get(parent.id) ?? new Set()
      this.#children.set(parent.id, children.add(id))
    }
    this.#effective.clear()
  }

  remove(id: string): void {
    this.#unlist(id)
    const parent = this.#held.get(id)?.stored.parent ?? null
    if (parent !== null) this.#children.get(parent.id)?.delete(id)
    this.#held.delete(id)
    this.#effective.clear()
  }

  #unlist(id: string): void {
    const before = this.#held.get(id)
    if (before === undefined) return
    this.#chars -= before.stored.record.length
    for (const digest of digestsOf(before.record)) this.#idsByHash.delete(hexOf(digest))
  }

  #isAlive({ id, keyMark }: Parent, nowMs: number): boolean {
    const record = this.byId(id, nowMs)
    return record !== null && (keyMark === null || hasDigestMark(record, keyMark, nowMs))
  }

  #effectiveOf(id: string, nowMs: number): KeyRecord | null {
    const own = this.#configured.get(id) ?? this.#held.get(id)?.record ?? null
    if (own === null) return null
    const parentId = this.#configured.has(id) ? null : (this.#held.get(id)?.stored.parent?.id ?? null)
    const parent = parentId === null ? null : this.byId(parentId, nowMs)
    if (parentId !== null && parent === null) return null
    const record = parent === null ? own : childRecord(own, parent)
    return { ...record, subscriptionQuota: this.#quotaLeft(id, record.subscriptionQuota) }
  }

  /** What is left of a quota after the shares of the children, which are reserved while they exist. */
  #quotaLeft(id: string, quota: number | null): number | null {
    if (quota === null) return null
    const shares = this.childrenOf(id).map(({ record }) => record.subscriptionQuota ?? 0)
    return Math.max(0, quota - shares.reduce((sum, share) => sum + share, 0))
  }
}

/** The id of a new child token of a key. `random` are the bytes of its hash, so two children differ. */
export function childIdOf(parentId: string, random: Uint8Array): string {
  return `${parentId}${CHILD_MARK}${shortHashOf(random).slice(0, CHILD_DIGITS)}`
}

/** Stands between the id of a parent and the part of the child; keys of the service cannot have it in their ids. */
export const CHILD_MARK = '~'

/** 48 bits distinguish the children of a key. */
const CHILD_DIGITS = 12
