import type { Scope } from './scope.ts'

/** Whom pushes on a socket are for, and until when. Plain data, for a header and for what stays with a socket. */
export interface SocketCaller {
  readonly id: string
  readonly scopes: readonly Scope[]
  /** Unix time in ms at which the socket must be closed, or null. */
  readonly expiresAtMs: number | null
  /** Accounts whose trade pushes the caller may see; null for all. */
  readonly accIds: readonly bigint[] | null
  /** Most subscription units that the caller's key may hold over all its connections; null without such a share. */
  readonly quotaShare: number | null
  /** Tells the key's record from another of the same id, see `socketStanding`; null for a caller without a key. */
  readonly keyMark: string | null
}

/** Whether a caller may still do what it was let in for. */
export type Standing = 'valid' | 'expired' | 'revoked'
