import type { ConnectorView } from '../src/connector/connector-socket.ts'
import type { Gateway } from '../src/core/gateway.ts'
import type { GatewayStatus } from './gateway-rpc.ts'

/** The facts of the object that the gateway does not have. */
interface ObjectFacts {
  readonly connectors: readonly ConnectorView[]
  readonly epoch: number
  readonly storageBytes: number
  readonly nowMs: number
}

/** The state of the object, its link, and OpenD as far as it is known. */
export function gatewayStatus({ opend, orders, storage, watch }: Gateway, facts: ObjectFacts): GatewayStatus {
  const { stage, sinceMs, lastFailure, lastFailureAtMs, login, counts, calls } = opend.session
  const greeting = stage.name === 'ready' ? stage.greeting : null
  return {
    ...facts,
    ...watch.view,
    stage: stage.name,
    opendAddress: opend.transport.name,
    sinceMs,
    connId: greeting?.connId.toString() ?? null,
    serverVersion: greeting?.serverVersion ?? null,
    loginUserId: greeting?.loginUserId?.toString() ?? null,
    lastFailure,
    lastFailureAtMs,
    pendingCalls: calls.pending.size,
    oldestPendingMs: calls.pending.oldestMs(),
    waitingCalls: opend.governor.waiting,
    connects: counts.connects,
    loggedIn: login.state,
    loggedInAsOfMs: login.asOfMs,
    storageFailure: storage.failure,
    unknownOrders: orders.entries.unknownCount,
    oldestUnknownMs: orders.entries.oldestUnknownMs,
    contradictions: orders.contradictions,
    cancelTasks: orders.killSwitch.report().tasks,
  }
}
