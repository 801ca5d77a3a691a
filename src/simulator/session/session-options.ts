import type { SimulatorCrypto } from './crypto.ts'
import type { FaultRule } from './fault-script.ts'
import type { HistoryUse } from './history-quota.ts'
import type { Latency } from './latency.ts'
import type { Login } from './login.ts'
import type { MarketClock } from './market-clock.ts'
import type { PriceReminder } from './price-reminders.ts'
import type { LingeringUnit } from './subscription-registry.ts'

/** Options of the sessions of a simulated OpenD. */
export interface SessionOptions {
  /** Any integer. Connection ids, keys and generated answers derive from it. */
  readonly seed: number
  readonly crypto: SimulatorCrypto
  /** How the market's time derives from the session's; real time by default. */
  readonly clock?: MarketClock
  readonly keepAliveIntervalSeconds?: number
  /** Units of subscription quota for all connections together. */
  readonly subscriptionQuota?: number
  /** Securities whose history may be requested in 30 days. */
  readonly historyQuota?: number
  /**
   * The RSA private key that clients share, PKCS#1 PEM. Without it frames are plain. The constructor throws if invalid.
   */
  readonly rsaKeyPem?: string
  /** Hex MD5 of the WebSocket port's key; without it the port requires no key. */
  readonly webSocketKeyMd5?: string
  /** False lifts OpenD's rate limits, for load tests. */
  readonly limitsRates?: boolean
  /** How long replies take; without it they are sent at once. */
  readonly latency?: Latency | null
  readonly faults?: readonly FaultRule[]
  /**
   * Called when a handler throws, which is a bug of the simulator; the client gets ret_type -400. Without it the
   * exception reaches the caller that passed in the request, as tests need it.
   */
  readonly onBug?: (bug: unknown) => void
}

/** The session state that survives a restart of OpenD, as plain JSON. It does not contain connections. */
export interface SessionState {
  /** The number of the latest connection. */
  readonly connections: number
  readonly lingering: readonly LingeringUnit[]
  readonly history: readonly HistoryUse[]
  readonly reminders: readonly PriceReminder[]
  readonly login: Login
}

/** The state of an OpenD that has never run. */
export const FRESH_SESSION: SessionState = { connections: 0, lingering: [], history: [], reminders: [], login: 'in' }

/**
 * The state with connection numbers above those of every run that began before `startedMs` (Unix ms). A run has one
 * number for each second of its run time, far more than clients need.
 */
export function continueConnections(state: SessionState, startedMs: number): SessionState {
  return { ...state, connections: Math.max(state.connections, Math.floor(startedMs / 1000)) }
}
