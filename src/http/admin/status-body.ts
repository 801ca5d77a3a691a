import type { GatewayStatus } from '../../../durable-objects/gateway-rpc.ts'
import type { ConnectorView } from '../../connector/connector-socket.ts'
import { shownText } from '../../base/shown-text.ts'
import { programStatusName } from '../../gateway/watch/notice-log.ts'
import type { CancelTaskView } from '../../orders/kill-switch/cancel-tasks.ts'
import { describe } from '../../problem/problem.ts'

/** The version of this Worker, as in package.json. */
export const VERSION = '0.1.0'

/** The body of `GET /api/admin/status`. What is not known is null: a missing report is not a report that all is well. */
export function statusBody(status: GatewayStatus): object {
  const { loggedIn, nowMs } = status
  const lastPushes = Object.entries(status.lastPushes).map(([name, atMs]) => [name, timeOf(atMs)])
  return {
    version: VERSION,
    time: timeOf(nowMs),
    epoch: status.epoch,
    login: {
      online: loggedIn === null ? null : loggedIn.quote && loggedIn.trade,
      quote: loggedIn?.quote ?? null,
      trade: loggedIn?.trade ?? null,
      program_status: programStatusOf(status),
      as_of: timeOrNull(status.loggedInAsOfMs),
      user_id: status.loginUserId,
    },
    platform: { connected: status.stage === 'ready' },
    gateway: {
      stage: status.stage,
      since: timeOf(status.sinceMs),
      upstream: status.opendAddress,
      connectors: status.connectors.map(connectorBody),
      conn_id: status.connId,
      server_ver: status.serverVersion,
      pending_calls: status.pendingCalls,
      oldest_pending_seconds: ageOrNull(status.oldestPendingMs, nowMs),
      waiting_calls: status.waitingCalls,
      connects: status.connects,
      last_failure: lastFailureOf(status),
    },
    quote_rights: {
      rights: status.quoteRights.rights,
      as_of: timeOrNull(status.quoteRights.asOfMs),
      reason: status.quoteRights.reason,
    },
    trade_unlock: {
      unlocked: status.tradeLock.isUnlocked,
      as_of: timeOrNull(status.tradeLock.asOfMs),
      evidence: status.tradeLock.evidence,
    },
    pushes: {
      last: timeOrNull(latestOf(status.lastPushes)),
      last_by_protocol: Object.fromEntries(lastPushes),
    },
    notices: status.notices.map(({ atMs, ...notice }) => ({ at: timeOf(atMs), ...notice })),
    orders: {
      unknown: status.unknownOrders,
      oldest_unknown_seconds: ageOrNull(status.oldestUnknownMs, nowMs),
      contradictions: status.contradictions,
      storage_failure: storageFailureOf(status),
      cancel_tasks: status.cancelTasks.map(cancelTaskBody),
    },
    storage: { accepts_writes: status.storageFailure === null, bytes: status.storageBytes },
  }
}

/** The name of OpenD's program status, such as `Ready` or `NeedPhoneVerifyCode`; null while it is not known. */
export function programStatusOf({ loggedIn }: GatewayStatus): string | null {
  const program = loggedIn?.program ?? null
  return program === null ? null : programStatusName(program)
}

function lastFailureOf({ lastFailure, lastFailureAtMs }: GatewayStatus): object | null {
  if (lastFailure === null) return null
  return { at: timeOrNull(lastFailureAtMs), code: lastFailure.code, error: describe(lastFailure).error }
}

function storageFailureOf({ storageFailure }: GatewayStatus): object | null {
  if (storageFailure === null) return null
  return { since: timeOf(storageFailure.sinceMs), error: shownText(storageFailure.detail) }
}

function cancelTaskBody({
  reason,
  scope,
  dueAtMs,
  attempts,
  nextAttemptMs,
  detail,
  isRunning,
}: CancelTaskView): object {
  return {
    reason,
    scope,
    due: timeOf(dueAtMs),
    running: isRunning,
    attempts,
    next_attempt: timeOf(nextAttemptMs),
    detail,
  }
}

function connectorBody({ name, state, sinceMs, isOpendUp, reason }: ConnectorView): object {
  return { name, state, since: timeOf(sinceMs), opend_up: isOpendUp, reason: reason === '' ? null : reason }
}

function latestOf(times: Readonly<Record<string, number>>): number | null {
  const all = Object.values(times)
  return all.length === 0 ? null : Math.max(...all)
}

function ageOrNull(sinceMs: number | null, nowMs: number): number | null {
  return sinceMs === null ? null : Math.max(0, nowMs - sinceMs) / 1_000
}

function timeOrNull(atMs: number | null): string | null {
  return atMs === null ? null : timeOf(atMs)
}

function timeOf(atMs: number): string {
  return new Date(atMs).toISOString()
}
