import { SWITCHERS } from '../../endpoints.ts'
import type { CancelTaskView } from '../../orders/kill-switch/cancel-tasks.ts'
import { isHalted, reportFor, type SwitchReport } from '../../orders/kill-switch/switch-report.ts'
import type { SwitchedBy } from '../../orders/kill-switch/halt-scope.ts'
import type { StoredHalt } from '../../orders/kill-switch/switch-store.ts'
import type { HaltScope } from '../../orders/kill-switch/switches.ts'
import { accountsOf, knownAccountsOf } from '../accounts.ts'
import { answerJson } from '../answer.ts'
import { admit, type Admitted } from '../authenticate.ts'
import { checkNoBody, checkQuery } from '../request/body.ts'
import type { Exchange, Handler } from '../exchange.ts'

/**
 * `GET /api/trading/halts`: the halts that apply to the caller or to one of its accounts, and its own cancel-after. An
 * administrator gets those of all callers. `halted` is whether the caller can place no order at all.
 */
export const tradingHalts: Handler = async (exchange) => {
  const admitted = await admit(exchange, SWITCHERS)
  if (!admitted.ok) return admitted
  const query = checkQuery(exchange.request)
  if (!query.ok) return query
  const nothing = await checkNoBody(exchange.request)
  if (!nothing.ok) return nothing
  const { halts, tasks, isStored } = await visibleSwitches(exchange, admitted.value)
  const isOwnHalt = ownScopes(admitted.value).some((own) => isHalted(halts, own))
  const body = {
    halted: isOwnHalt || (await isHaltedEverywhere(exchange, admitted.value, halts)),
    halts: halts.map(haltView),
    cancel_afters: tasks.filter(isArmed).map(cancelAfterView),
    cancel_tasks: tasks.filter((task) => !isArmed(task)).map(cancelTaskView),
    stored: isStored,
  }
  return answerJson(200, body, exchange.requestId)
}

/** Whether the caller may use certain accounts only, and each of them is halted. False where they are not known. */
async function isHaltedEverywhere(
  exchange: Exchange,
  admitted: Admitted,
  halts: readonly StoredHalt[],
): Promise<boolean> {
  if (!halts.some(({ scope }) => scope.kind === 'account')) return false
  const allowed = await accountsOf(exchange, admitted, { accounts: 'reply' })
  if (!allowed.ok || allowed.value === null || allowed.value.size === 0) return false
  return [...allowed.value].every((accId) => isHalted(halts, { kind: 'account', accId: accId.toString() }))
}

/** The halts and cancel-afters that the caller may see. */
export async function visibleSwitches(exchange: Exchange, admitted: Admitted): Promise<SwitchReport> {
  const by = switchedBy(admitted)
  const accounts = by.isAdmin ? null : await knownAccountsOf(exchange, admitted)
  return reportFor(await exchange.gateway.tradingSwitches(), by, accounts, ancestorsOf(admitted))
}

/** The scopes whose halt stops every order of the caller: its own, and those of the ancestors of a child token. */
export function ownScopes(admitted: Admitted): readonly HaltScope[] {
  return [admitted.caller.id, ...ancestorsOf(admitted)].map((caller) => ({ kind: 'caller', caller }))
}

function ancestorsOf({ caller }: Admitted): readonly string[] {
  return (caller.key?.ancestors ?? []).map(({ id }) => `key:${id}`)
}

/** The caller in the form in which halts record it. */
export function switchedBy({ caller }: Admitted): SwitchedBy {
  return { caller: caller.id, isAdmin: caller.scopes.has('admin') }
}

/** A halt as JSON, with who can end it. */
export function haltView({ scope, isByAdmin, sinceMs }: StoredHalt): object {
  return { ...scopeView(scope), since: isoText(sinceMs), since_ms: sinceMs, resumed_by: isByAdmin ? 'admin' : 'key' }
}

/** The scope of a halt or cancel-after as JSON. */
export function scopeView(scope: HaltScope): object {
  switch (scope.kind) {
    case 'caller':
      return { scope: 'key', caller: scope.caller }
    case 'account':
      return { scope: 'account', acc_id: scope.accId }
    case 'all':
      return { scope: 'all' }
  }
}

function isArmed({ reason, isRunning }: CancelTaskView): boolean {
  return reason === 'cancel_after' && !isRunning
}

function cancelAfterView({ scope, dueAtMs }: CancelTaskView): object {
  return { ...scopeView(scope), fires_at: isoText(dueAtMs), fires_at_ms: dueAtMs }
}

function cancelTaskView({ reason, scope, dueAtMs, attempts, nextAttemptMs, detail }: CancelTaskView): object {
  return {
    reason,
    ...scopeView(scope),
    since: isoText(dueAtMs),
    since_ms: dueAtMs,
    attempts,
    next_attempt: isoText(nextAttemptMs),
    next_attempt_ms: nextAttemptMs,
    detail,
  }
}

function isoText(atMs: number): string {
  return new Date(atMs).toISOString()
}
