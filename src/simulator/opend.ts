import '../wire/full-schema.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import { Market, type MarketOptions } from './market/market.ts'
import type { FaultRule } from './session/fault-script.ts'
import type { Login } from './session/login.ts'
import { OpendSession, type ConnectionRefusal, type SimulatedConnection } from './session/opend-session.ts'
import {
  continueConnections,
  FRESH_SESSION,
  type SessionOptions,
  type SessionState,
} from './session/session-options.ts'
import type { ConnectionKind, ConnectionSink } from './session/peer.ts'
import { worldServices } from './session/world-services.ts'
import type { AccountsState } from './trading/account-state.ts'
import { Accounts, type AccountsOptions } from './trading/accounts.ts'
import { continueIds } from './trading/identifiers.ts'
import type { World } from './world.ts'

/** The configuration and state of a simulated OpenD. */
export interface OpendOptions extends SessionOptions {
  /** Trading hours, a recording to replay, securities for load tests. */
  readonly market?: Omit<MarketOptions, 'seed'>
  /** Accounts or a trade password that replace the defaults; ignored with `state`. */
  readonly accounts?: Partial<AccountsOptions>
  /** State of an earlier run with the same seed. */
  readonly state?: SimulatorState
  /**
   * Unix ms at which this run began. The numbers behind the ids of orders, fills and connections then continue above
   * those of all earlier runs, because a gateway stores its orders longer than the simulator. Without it they start at
   * one in each run.
   */
  readonly startedMs?: number
}

/** The state of a simulated OpenD that survives a restart. Plain JSON. */
export interface SimulatorState {
  readonly version: 1
  readonly session: SessionState
  readonly accounts: AccountsState
  readonly watchlists: ReturnType<Market['watchlists']['save']>
}

/**
 * Default opening time of the accounts. It is earlier than any plausible replay, because accounts have no activity
 * before they are open.
 */
const OPENED_MS = Date.UTC(2010, 0, 4)

/**
 * A complete simulated OpenD: a market, accounts, and client sessions. It has no sockets and no timers, so it runs
 * inside a Durable Object, behind real ports and in tests. The same seed, clock, start and input give the same bytes.
 */
export class SimulatedOpenD {
  readonly world: World
  readonly #session: OpendSession

  constructor(options: OpendOptions) {
    const { seed, state, startedMs } = options
    const market = new Market({ ...options.market, seed })
    const accounts =
      state === undefined
        ? Accounts.open(market, { openedMs: OPENED_MS, ...options.accounts })
        : Accounts.restore(market, state.accounts)
    if (startedMs !== undefined) continueIds(accounts.state, startedMs)
    if (state !== undefined) market.watchlists.restore(state.watchlists)
    this.world = { market, accounts }
    const session = continueConnections(state?.session ?? FRESH_SESSION, startedMs ?? 0)
    this.#session = new OpendSession(this.world, worldServices, options, session)
  }

  /** Accepts a connection, or refuses it above OpenD's limit. */
  open(kind: ConnectionKind, sink: ConnectionSink, nowMs: number): SimulatedConnection | ConnectionRefusal {
    return this.#session.open(kind, sink, nowMs)
  }

  /** Processes everything that is due by `nowMs`: delayed replies, drops of silent peers, fills, pushes. */
  advance(nowMs: number): void {
    this.#session.advance(nowMs)
  }

  /** When `advance` is due next, Unix ms; null if no event is scheduled. */
  nextWakeMs(nowMs: number): number | null {
    return this.#session.nextWakeMs(nowMs)
  }

  /** Replaces the fault script; its counts start at zero. */
  setFaults(rules: readonly FaultRule[]): void {
    this.#session.setFaults(rules)
  }

  /** Changes OpenD's login and sends a notice to the clients that subscribed to notices. */
  setLogin(login: Login): void {
    this.#session.setLogin(login)
  }

  get login(): Login {
    return this.#session.login
  }

  /** Sends a notice to the clients that subscribed to notices. */
  notify(notice: MessageTypes['Notify.S2C']): void {
    this.#session.notify(notice)
  }

  /** Cuts every connection without other changes, as a restart does. */
  closeAll(reason: string, nowMs: number): void {
    this.#session.closeAll(reason, nowMs)
  }

  /** Increases with every change to the data in `snapshot`. A shell that stores the state compares it first. */
  get revision(): number {
    return this.#session.revision
  }

  get connectionCount(): number {
    return this.#session.connectionCount
  }

  /** The state from which another run with the same seed continues. It does not contain connections. */
  snapshot(nowMs: number): SimulatorState {
    return { ...this.liveState(nowMs), accounts: this.world.accounts.snapshot() }
  }

  /** The same without copying the accounts, which the next event changes: read it at once. */
  liveState(nowMs: number): SimulatorState {
    return {
      version: 1,
      session: this.#session.snapshot(nowMs),
      accounts: this.world.accounts.state,
      watchlists: this.world.market.watchlists.save(),
    }
  }
}
