import type { Failure } from '../../base/failure.ts'

/** What a halt covers: one caller, one account (decimal id), or everything. */
export type HaltScope =
  | { readonly kind: 'caller'; readonly caller: string }
  | { readonly kind: 'account'; readonly accId: string }
  | { readonly kind: 'all' }

/** The kill switch and the dead man's switch, kept where a restart does not lose them. */
export interface Switches {
  /** `isByAdmin`: only an administrator may end it. A halt of theirs replaces one of the caller's own. */
  halt(scope: HaltScope, isByAdmin: boolean, atMs: number): void
  resume(scope: HaltScope): void
  /** Who halted the scope; null when nobody did. */
  haltOf(scope: HaltScope): 'admin' | 'caller' | null
  /** Arms the caller's dead man's switch to fire at that time (Unix ms), or disarms it with null. */
  arm(caller: string, fireAtMs: number | null): void
  /** The armed switches, soonest first. */
  armed(): readonly { readonly caller: string; readonly fireAtMs: number }[]
}

/** The widest halt that stops a caller on an account; null when nothing does. */
export function haltOver(switches: Pick<Switches, 'haltOf'>, caller: string, accId: string): HaltScope | null {
  const scopes: readonly HaltScope[] = [{ kind: 'all' }, { kind: 'account', accId }, { kind: 'caller', caller }]
  return scopes.find((scope) => switches.haltOf(scope) !== null) ?? null
}

/** The failure of a call that a halt of that scope stops. */
export function haltFailure(scope: HaltScope): Failure {
  return { code: 'limits.halted', text: haltText(scope), retryAfterMs: null }
}

/** What the caller is told about a halt. */
export function haltText(scope: HaltScope): string {
  switch (scope.kind) {
    case 'all':
      return 'trading is halted for everybody, by an administrator'
    case 'account':
      return `trading is halted on account ${scope.accId}`
    case 'caller':
      return 'trading is halted for this key; POST /api/trading/resume ends a halt of its own'
  }
}
