import { ProgramStatusType } from '../../proto/enums.ts'
import type { Failure } from '../../src/base/failure.ts'
import type { OrderReply } from '../../src/orders/request.ts'
import type { WireMessage } from '../../src/wire/json/json-wire-value.ts'
import type { GatewayStatus } from '../../durable-objects/gateway-rpc.ts'

/** The state of a gateway whose link is up. */
export const READY: GatewayStatus = {
  nowMs: Date.UTC(2026, 10, 22, 1),
  stage: 'ready',
  opendAddress: 'simulator:',
  connectors: [],
  sinceMs: Date.UTC(2026, 10, 22),
  connId: '7418311293381240001',
  serverVersion: 1002,
  loginUserId: '100000001',
  lastFailure: null,
  lastFailureAtMs: null,
  pendingCalls: 0,
  oldestPendingMs: null,
  waitingCalls: 0,
  connects: 1,
  loggedIn: { quote: true, trade: true, program: ProgramStatusType.Ready },
  loggedInAsOfMs: Date.UTC(2026, 10, 22),
  quoteRights: { rights: null, asOfMs: null, reason: 'OpenD has not answered yet.' },
  tradeLock: { isUnlocked: null, asOfMs: null, evidence: 'No call has shown it since the gateway object started.' },
  lastPushes: {},
  notices: [],
  storageFailure: null,
  storageBytes: 4096,
  unknownOrders: 0,
  oldestUnknownMs: null,
  contradictions: { absent: 0, rejected: 0 },
  cancelTasks: [],
  epoch: 1,
}

/** The reply of the object for an answer of OpenD. */
export function orderReply(answer: Uint8Array | Failure): OrderReply {
  return answer instanceof Uint8Array
    ? { kind: 'answered', body: answer, intentId: 'oi_00000001', state: 'accepted', isReplay: false }
    : { kind: 'refused', failure: answer, intentId: null, state: null, isReplay: false }
}

/** Whether an answer is a failure instead of a message. */
export function isFailure(answer: WireMessage | Failure): answer is Failure {
  return typeof answer['code' as keyof typeof answer] === 'string'
}
