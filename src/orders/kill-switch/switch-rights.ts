import type { HaltScope } from './switches.ts'

/** Who asks for a switch. */
export interface SwitchedBy {
  readonly caller: string
  readonly isAdmin: boolean
}

/** Whether a caller may halt or resume within a scope: its own, or any as an administrator. */
export function maySwitch({ caller, isAdmin }: SwitchedBy, scope: HaltScope): boolean {
  return isAdmin || (scope.kind === 'caller' && scope.caller === caller)
}

/** Whether a caller may end the halt of a scope. A halt of an administrator is ended by an administrator only. */
export function mayResume(by: SwitchedBy, scope: HaltScope, haltedBy: 'admin' | 'caller' | null): boolean {
  return maySwitch(by, scope) && (by.isAdmin || haltedBy !== 'admin')
}
