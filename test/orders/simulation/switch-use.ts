import type { GatewayUnderTest } from './gateway-under-test.ts'
import type { HaltScope } from '../../../src/orders/kill-switch/halt-scope.ts'
import type { Rng } from './rng.ts'
import { ACCOUNTS } from './setting.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** The targets of the switches of a schedule. */
export interface SwitchTargets {
  readonly gateway: GatewayUnderTest
  readonly clock: VirtualClock
  readonly rng: Rng
}

const LONGEST_HALT_MS = 30_000

/** Uses a switch on behalf of a caller or an administrator: halts, resumes, or arms a cancel-after. */
export function useSwitch({ gateway, clock, rng }: SwitchTargets, caller: string): void {
  if (rng.chance(0.5)) {
    const isByAdmin = rng.chance(0.4)
    const scope: HaltScope = isByAdmin ? drawScope(rng, caller) : { kind: 'caller', caller }
    const by = isByAdmin ? 'key:admin' : caller
    const includesForeign = isByAdmin && rng.chance(0.3)
    gateway.halt(scope, { caller: by, isByAdmin, cancels: rng.chance(0.6), includesForeign })
    clock.after(rng.below(LONGEST_HALT_MS), () => gateway.resume(scope, { caller: by, isAdmin: isByAdmin }))
    return
  }
  gateway.cancelAfter(caller, rng.between(5, 60))
  // Renews it, disarms it, or lets it fire.
  const next = rng.pick(['renew', 'disarm', 'fire', 'fire'])
  if (next === 'renew') clock.after(rng.below(20_000), () => gateway.cancelAfter(caller, rng.between(5, 60)))
  if (next === 'disarm') clock.after(rng.below(30_000), () => gateway.cancelAfter(caller, null))
}

function drawScope(rng: Rng, caller: string): HaltScope {
  const kind = rng.pick(['all', 'account', 'caller'])
  if (kind === 'account') return { kind, accId: rng.pick(ACCOUNTS).accID.toString() }
  return kind === 'caller' ? { kind, caller } : { kind: 'all' }
}
