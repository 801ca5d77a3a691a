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

/** What a simulated OpenD is made of. */
export interface OpendOptions extends SessionOptions {
  /** Opening hours, a recording to replay, securities for load tests. */
  readonly market?: Omit<MarketOptions, 'seed'>
  /** Other accounts, or another trade password, than the ones it comes with; not used together with `state`. */
  readonly accounts?: Partial<AccountsOptions>
  /** State of an earlier run with the same seed. */
  readonly state?: SimulatorState
  /**
   * Unix ms at which this run began. The numbers behind the ids of orders, fills and connections then continue above
   * those of all earlier runs: a gateway remembers its orders longer than the simulator does. Without it they start at
   * one in each run.
   */
  readonly startedMs?: number
}

/** Everything about a simulated OpenD that outlives a restart. Plain JSON. */
export interface SimulatorState {
  readonly version: 1
  readonly session: SessionState
  readonly accounts: AccountsState
  readonly watchlists: ReturnType<Market['watchlists']['save']>
}

/**
 * When the accounts were opened, unless stated: before any date somebody will replay, as nothing happens in accounts
 * that are not open yet.
 */
const OPENED_MS = Date.UTC(2010, 0, 4)

/**
 * A whole simulated OpenD: a market, accounts, and the conversation with clients. It has no sockets and no timers, so
 * it runs inside a Durable Object, behind real ports and in tests alike. The same seed, clock, start and input give the
 * same bytes.
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

  /** Accepts a connection, unless OpenD has as many as it takes. */
  open(kind: ConnectionKind, sink: ConnectionSink, nowMs: number): SimulatedConnection | ConnectionRefusal {
    return this.#session.open(kind, sink, nowMs)
  }

  /** Lets everything happen that is due by `nowMs`: delayed replies, dropped silent peers, fills, pushes. */
  advance(nowMs: number): void {
    this.#session.advance(nowMs)
  }

  /** When `advance` is due next, Unix ms; null while nothing can happen by itself. */
  nextWakeMs(nowMs: number): number | null {
    return this.#session.nextWakeMs(nowMs)
  }

  /** Replaces the fault script; its counts start at zero. */
  setFaults(rules: readonly FaultRule[]): void {
    this.#session.setFaults(rules)
  }

  /** Logs OpenD in or out, and tells the clients that want notices. */
  setLogin(login: Login): void {
    this.#session.setLogin(login)
  }

  get login(): Login {
    return this.#session.login
  }

  /** Sends a notice to the clients that want them. */
  notify(notice: MessageTypes['Notify.S2C']): void {
    this.#session.notify(notice)
  }

  /** Cuts every connection and keeps everything else, as a restart does. */
  closeAll(reason: string, nowMs: number): void {
    this.#session.closeAll(reason, nowMs)
  }

  /** Grows when something changed that `snapshot` keeps: a shell that stores the state looks here first. */
  get revision(): number {
    return this.#session.revision
  }

  get connectionCount(): number {
    return this.#session.connectionCount
  }

  /** The state to go on from in another run with the same seed. Connections do not survive. */
  snapshot(nowMs: number): SimulatorState {
    return {
      version: 1,
      session: this.#session.snapshot(nowMs),
      accounts: this.world.accounts.snapshot(),
      watchlists: this.world.market.watchlists.save(),
    }
  }
}
