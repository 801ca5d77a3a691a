import { type AuditEvent, auditEvent } from '../src/audit/audit-event.ts'
import type { ConnectorEvent } from '../src/connector/connector-socket.ts'
import type { Result } from '../src/base/result.ts'
import type { HookCommand, HookOwner } from '../src/hooks/hook-command.ts'
import type { KeyChange } from '../src/keys/key-service.ts'
import type { KeyActor } from '../src/keys/key-store.ts'
import type { EntryState, LedgerEntry } from '../src/orders/entry.ts'
import type { HaltRequest } from '../src/orders/kill-switch/kill-switch.ts'
import type { HaltScope } from '../src/orders/kill-switch/halt-scope.ts'
import type { OperatorDecision } from '../src/orders/reconciliation/resolve-by-operator.ts'

/** What the parts of the gateway do, as events of the audit. */

/** A change of state of an entry of the ledger; `before` is null for a new one. */
export function orderEvent(entry: LedgerEntry, before: EntryState | null): AuditEvent {
  const { call, refusal, sentAs } = entry
  return auditEvent('order', {
    iface: 'rest',
    caller: entry.caller,
    action: before === null ? `${call.kind} ${entry.state}` : `${call.kind} ${before} -> ${entry.state}`,
    outcome: entry.state === 'refused' || entry.state === 'rejected' ? 'reject' : 'allow',
    code: refusal?.code ?? null,
    requestId: entry.requestId,
    intentId: entry.id,
    sentAs: sentAs === null ? null : `${sentAs.connId}/${sentAs.serial}`,
    orderId: entry.orderId ?? call.targetOrderId,
    accId: call.accId,
    detail: { trd_env: call.trdEnv, symbol: call.symbol, side: call.side, qty: call.qty, price: call.price },
  })
}

/** A change of keys or child tokens, one event for each key. */
export function keyEvents({ kind, ids, by }: KeyChange): readonly AuditEvent[] {
  return ids.map((id) =>
    auditEvent('key', {
      ...actorOf(by),
      action: kind,
      detail: { key: id },
    }),
  )
}

/** Commands about hooks that change something. */
const HOOK_CHANGES: ReadonlySet<string> = new Set(['create', 'change', 'pause', 'resume', 'rotate', 'delete'])

/** A change of a hook; null for a command that changes nothing. */
export function hookEvent(command: HookCommand, owner: HookOwner, done: Result<unknown>): AuditEvent | null {
  if (!HOOK_CHANGES.has(command.op) || !('id' in command)) return null
  const by = { caller: `key:${owner.keyId}`, requestId: owner.requestId }
  return auditEvent('hook', { ...actorOf(by), ...outcomeOf(done), action: command.op, detail: { hook: command.id } })
}

/** A halt as it was asked for. */
export function haltEvent(request: HaltRequest, done: Result<unknown>): AuditEvent {
  const { caller, requestId, scope, cancelsOpenOrders, includesForeign } = request
  return auditEvent('switch', {
    ...actorOf({ caller, requestId }),
    ...outcomeOf(done),
    action: 'halt',
    accId: scope.kind === 'account' ? scope.accId : null,
    detail: { scope: scopeText(scope), cancels: cancelsOpenOrders, foreign: includesForeign },
  })
}

/** The end of a halt, or the refusal to end it. */
export function resumeEvent(scope: HaltScope, by: KeyActor, isEnded: boolean): AuditEvent {
  return auditEvent('switch', {
    ...actorOf(by),
    action: 'resume',
    outcome: isEnded ? 'allow' : 'reject',
    code: isEnded ? null : 'auth.insufficient_scope',
    accId: scope.kind === 'account' ? scope.accId : null,
    detail: { scope: scopeText(scope) },
  })
}

/** A cancel-after that was armed, or disarmed with null. */
export function cancelAfterEvent(seconds: number | null, by: KeyActor, done: Result<unknown>): AuditEvent {
  return auditEvent('switch', { ...actorOf(by), ...outcomeOf(done), action: 'cancel-after', detail: { seconds } })
}

/** Another call of an administrator. */
export function adminEvent(action: 'reload' | 'shutdown', by: KeyActor): AuditEvent {
  return auditEvent('admin', { ...actorOf(by), action })
}

/** A connector that came, went, or took over the link. */
export function connectorEvent({ kind, name, caller, reason }: ConnectorEvent): AuditEvent {
  return auditEvent('link', { caller, action: kind, detail: { connector: name, reason } })
}

/** An entry that was decided by hand. */
export function resolveEvent(
  intentId: string,
  decision: OperatorDecision,
  by: KeyActor,
  done: Result<unknown>,
): AuditEvent {
  const { state, reason, orderId } = decision
  const about = { action: `resolve ${state}`, intentId, orderId, detail: { reason } }
  return auditEvent('admin', { ...actorOf(by), ...outcomeOf(done), ...about })
}

function actorOf(by: KeyActor | null): Pick<AuditEvent, 'caller' | 'requestId' | 'iface'> {
  return by === null
    ? { caller: '<gateway>', requestId: null, iface: 'gateway' }
    : { caller: by.caller, requestId: by.requestId, iface: 'rest' }
}

function outcomeOf(done: Result<unknown>): Pick<AuditEvent, 'outcome' | 'code'> {
  return done.ok ? { outcome: 'allow', code: null } : { outcome: 'reject', code: done.failure.code }
}

function scopeText(scope: HaltScope): string {
  if (scope.kind === 'account') return 'account'
  return scope.kind === 'all' ? 'all' : scope.caller
}
