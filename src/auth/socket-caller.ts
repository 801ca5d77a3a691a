import type { Failure } from '../base/failure.ts'
import type { Scope } from './scope.ts'

/** The caller of a push socket. Plain data, for a header and for the attachment of a socket. */
export interface SocketCaller {
  readonly id: string
  readonly scopes: readonly Scope[]
  /** Unix time in ms at which the socket must be closed, or null. */
  readonly expiresAtMs: number | null
  /** Accounts whose trade pushes the caller may receive; null for all. */
  readonly accIds: readonly bigint[] | null
  /** Most subscription units of the caller over all its connections; null without such a limit. */
  readonly quotaShare: number | null
  /** Distinguishes the key's record from a later one with the same id, see `keyMarkOf`; null without a key. */
  readonly keyMark: string | null
}

/** Whether a caller that was admitted earlier is still admitted; `changed` when it may be, with other rights. */
export type Standing = 'valid' | 'expired' | 'revoked' | 'changed'

/** The failure of a caller that is not admitted any more; null for one that is. */
export function standingFailure(standing: Standing): Failure | null {
  switch (standing) {
    case 'valid':
      return null
    case 'expired':
      return { code: 'auth.expired_token' }
    case 'revoked':
      return { code: 'auth.invalid_token' }
    case 'changed':
      return { code: 'auth.key_changed' }
  }
}
