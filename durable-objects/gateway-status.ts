import type { ConnectorView } from '../src/connector/connector-socket.ts'
import type { Gateway } from '../src/core/gateway.ts'
import type { GatewayStatus } from './gateway-rpc.ts'

/** The state of the object and its link. */
export function gatewayStatus(
  { opend, orders, storage }: Gateway,
  connectors: readonly ConnectorView[],
  epoch: number,
): GatewayStatus {
  const { stage, sinceMs, lastFailure, login, counts, calls } = opend.session
  const greeting = stage.name === 'ready' ? stage.greeting : null
  return {
    stage: stage.name,
    opendAddress: opend.transport.name,
    sinceMs,
    connId: greeting?.connId.toString() ?? null,
    serverVersion: greeting?.serverVersion ?? null,
    loginUserId: greeting?.loginUserId?.toString() ?? null,
    lastFailure,
    connectors,
    pendingCalls: calls.pending.size,
    connects: counts.connects,
    loggedIn: login,
    storageFailure: storage.failure,
    unknownOrders: orders.entries.unknownCount,
    contradictions: orders.contradictions,
    cancelTasks: orders.killSwitch.report().tasks,
    epoch,
  }
}
