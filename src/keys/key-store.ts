/** A key or a child token as it is stored. Plain data. */
export interface StoredKey {
  readonly id: string
  /** The record as JSON text, in the form of the key file. It has the hash of the key, not the key. */
  readonly record: string
  /** The parent of a child token; null for a key. */
  readonly parent: Parent | null
}

/** The parent of a child token. */
export interface Parent {
  readonly id: string
  /**
   * The mark of the parent's token that made the child, see `keyMarkOf`: the child ends with that token. Null for the child
   * of a hook, which ends with the key, and stays when its token is rotated.
   */
  readonly keyMark: string | null
}

/** Rows to write and rows to delete, together or not at all. */
export interface KeyChanges {
  readonly put: readonly StoredKey[]
  readonly remove: readonly string[]
}

/** Where the keys of the service are stored. */
export interface KeyStore {
  /** All keys, in the order in which they were created. */
  all(): readonly StoredKey[]
  /** Throws when the storage fails; nothing is changed then. */
  apply(changes: KeyChanges): void
}

/** Who changes a key, for the record of changes. */
export interface KeyActor {
  /** The caller's id, see `Caller.id`. */
  readonly caller: string
  readonly requestId: string
}
