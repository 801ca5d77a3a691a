/** The scope of a halt: one caller, one account (decimal id), or everything. */
export type HaltScope =
  | { readonly kind: 'caller'; readonly caller: string }
  | { readonly kind: 'account'; readonly accId: string }
  | { readonly kind: 'all' }

/** The unique name of a scope: `caller:<id>`, `account:<id>` or `all`. */
export function scopeName(scope: HaltScope): string {
  switch (scope.kind) {
    case 'caller':
      return `caller:${scope.caller}`
    case 'account':
      return `account:${scope.accId}`
    case 'all':
      return 'all'
  }
}

/**
 * Whether a scope covers the calls of a caller on an account (decimal id). `callers` are the caller and, for a child
 * token, its ancestors: a halt of a key covers its children.
 */
export function covers(scope: HaltScope, callers: readonly string[], accId: string): boolean {
  switch (scope.kind) {
    case 'caller':
      return callers.includes(scope.caller)
    case 'account':
      return scope.accId === accId
    case 'all':
      return true
  }
}

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
