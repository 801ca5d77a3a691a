import type { AllowedAccounts } from '../../accounts/allowed-accounts.ts'
import type { CancelTaskView } from './cancel-tasks.ts'
import { type HaltScope, scopeName, type SwitchedBy } from './halt-scope.ts'
import type { StoredHalt } from './switch-store.ts'

/** The halts in force and the running or pending cancel tasks. */
export interface SwitchReport {
  readonly halts: readonly StoredHalt[]
  /** The cancel-afters, before and after they fire, and the cancel tasks of halts. */
  readonly tasks: readonly CancelTaskView[]
  /** Whether the halts and tasks survive a restart: false while the storage fails. */
  readonly isStored: boolean
}

/**
 * The part of a report that a caller may see. An administrator sees all of it; another caller sees its own halts and
 * tasks, halts of everything, of the ancestors of a child token, and of the accounts that it may use (`accounts`; null for
 * every account).
 */
export function reportFor(
  report: SwitchReport,
  by: SwitchedBy,
  accounts: AllowedAccounts,
  ancestors: readonly string[] = [],
): SwitchReport {
  if (by.isAdmin) return report
  const isSeen = (scope: HaltScope): boolean => {
    if (scope.kind === 'account') return accounts === null || accounts.has(BigInt(scope.accId))
    return scope.kind === 'all' || [by.caller, ...ancestors].includes(scope.caller)
  }
  const isOwn = ({ scope }: CancelTaskView): boolean => scope.kind === 'caller' && scope.caller === by.caller
  return { ...report, halts: report.halts.filter(({ scope }) => isSeen(scope)), tasks: report.tasks.filter(isOwn) }
}

/**
 * The halts that overlap a scope. A caller may trade on any account, so a caller scope and an account scope always
 * overlap.
 */
export function haltsWithin(halts: readonly StoredHalt[], scope: HaltScope): readonly StoredHalt[] {
  return halts.filter((halt) => {
    if (halt.scope.kind === 'all' || scope.kind === 'all' || halt.scope.kind !== scope.kind) return true
    return isSameScope(halt.scope, scope)
  })
}

/** Whether one of the halts covers the whole scope. */
export function isHalted(halts: readonly StoredHalt[], scope: HaltScope): boolean {
  return halts.some((halt) => halt.scope.kind === 'all' || isSameScope(halt.scope, scope))
}

function isSameScope(one: HaltScope, other: HaltScope): boolean {
  return scopeName(one) === scopeName(other)
}
