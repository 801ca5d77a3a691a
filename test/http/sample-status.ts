import type { GatewayStatus } from '../../durable-objects/gateway-rpc.ts'

/** The state of a gateway whose link is up. */
export const READY: GatewayStatus = {
  stage: 'ready',
  upstream: 'simulator:',
  sinceMs: Date.UTC(2026, 10, 22),
  connId: '7418311293381240001',
  serverVersion: 1002,
  loginUserId: '100000001',
  lastFailure: null,
  pendingCalls: 0,
  connects: 1,
  loggedIn: { quote: true, trade: true },
  storageFailure: null,
  unknownOrders: 0,
  contradictions: { absent: 0, rejected: 0 },
  cancelTasks: [],
  epoch: 1,
}
