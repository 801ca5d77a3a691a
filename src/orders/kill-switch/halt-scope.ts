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
