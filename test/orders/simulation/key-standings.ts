import type { Standing } from '../../../src/auth/socket-caller.ts'
import type { OrderRequest } from '../../../src/orders/request.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** The revoked keys with their revocation times. */
export class KeyStandings {
  /** The revocation time of each key, elapsed ms. */
  readonly revokedMs = new Map<string, number>()
  readonly #clock: VirtualClock

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  revoke(caller: string): void {
    if (!this.revokedMs.has(caller)) this.revokedMs.set(caller, this.#clock.elapsedMs)
  }

  of({ caller, expiresAtMs }: OrderRequest, nowMs: number): Standing {
    if (this.revokedMs.has(caller)) return 'revoked'
    return expiresAtMs !== null && expiresAtMs <= nowMs ? 'expired' : 'valid'
  }
}
