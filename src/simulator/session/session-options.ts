import type { SimulatorCrypto } from './crypto.ts'
import type { FaultRule } from './fault-script.ts'
import type { HistoryUse } from './history-quota.ts'
import type { Login } from './login.ts'
import type { MarketClock } from './market-clock.ts'
import type { PriceReminder } from './price-reminders.ts'
import type { LingeringUnit } from './subscription-registry.ts'

/** How a simulated OpenD converses. */
export interface SessionOptions {
  /** Any integer. Connection ids, keys and made-up answers follow from it. */
  readonly seed: number
  readonly crypto: SimulatorCrypto
  /** How the market's time follows from the session's; real time unless stated. */
  readonly clock?: MarketClock
  readonly keepAliveIntervalSeconds?: number
  /** Units of subscription quota over all connections. */
  readonly subscriptionQuota?: number
  /** Securities whose history may be asked for in 30 days. */
  readonly historyQuota?: number
  /** The RSA private key that clients share, PKCS#1 PEM; without one nothing is encrypted. Throws when it is none. */
  readonly rsaKeyPem?: string
  /** Hex MD5 of the WebSocket port's key; without one the port asks for none. */
  readonly webSocketKeyMd5?: string
  /** False lifts OpenD's rate limits, for load tests. */
  readonly limitsRates?: boolean
  readonly faults?: readonly FaultRule[]
  /**
   * Told when a handler throws, which is a bug of the simulator; the client gets ret_type -400. Without it the exception
   * goes to whoever handed in the request, as tests want it.
   */
  readonly onBug?: (bug: unknown) => void
}

/** What outlives a restart of OpenD on this side. Plain JSON; connections do not survive. */
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
 * The state in which connections are numbered above those of every run that began before `startedMs` (Unix ms). A run has
 * a number for each second of its life, far above what clients need.
 */
export function continueConnections(state: SessionState, startedMs: number): SessionState {
  return { ...state, connections: Math.max(state.connections, Math.floor(startedMs / 1000)) }
}
