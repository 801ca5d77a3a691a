import type { Standing } from '../../../src/auth/socket-caller.ts'
import type { OrderRequest } from '../../../src/orders/request.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** Which keys were revoked, and when. */
export class KeyStandings {
  /** When each key was revoked, elapsed ms. */
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
