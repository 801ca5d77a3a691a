import type { HaltScope } from './switches.ts'

/** The caller that requests a halt or a resume. */
export interface SwitchedBy {
  readonly caller: string
  readonly isAdmin: boolean
}

/** Whether a caller may halt or resume a scope: its own, or any scope as an administrator. */
export function maySwitch({ caller, isAdmin }: SwitchedBy, scope: HaltScope): boolean {
  return isAdmin || (scope.kind === 'caller' && scope.caller === caller)
}

/** Whether a caller may end the halt of a scope. Only an administrator can end a halt by an administrator. */
export function mayResume(by: SwitchedBy, scope: HaltScope, haltedBy: 'admin' | 'caller' | null): boolean {
  return maySwitch(by, scope) && (by.isAdmin || haltedBy !== 'admin')
}
