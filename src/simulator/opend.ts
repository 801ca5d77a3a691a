import type { MessageTypes } from '../../proto/messages.ts'
import { Market, type MarketOptions } from './market/market.ts'
import type { FaultRule } from './session/fault-script.ts'
import type { Login } from './session/login.ts'
import {
  FRESH_SESSION,
  OpendSession,
  type ConnectionRefusal,
  type SessionOptions,
  type SessionState,
  type SimulatedConnection,
} from './session/opend-session.ts'
import type { ConnectionKind, ConnectionSink } from './session/peer.ts'
import { worldServices } from './session/world-services.ts'
import type { AccountsState } from './trading/account-state.ts'
import { Accounts, type AccountsOptions } from './trading/accounts.ts'
import type { World } from './world.ts'

export interface OpendOptions extends SessionOptions {
  /** Opening hours, a recording to replay, securities for load tests. */
  readonly market?: Omit<MarketOptions, 'seed'>
  /** Other accounts, or another trade password, than the ones it comes with; not used together with `state`. */
  readonly accounts?: Partial<AccountsOptions>
  /** State of an earlier run with the same seed. */
  readonly state?: SimulatorState
}

/** Everything about a simulated OpenD that outlives a restart. Plain JSON. */
export interface SimulatorState {
  readonly version: 1
  readonly session: SessionState
  readonly accounts: AccountsState
  readonly watchlists: ReturnType<Market['watchlists']['save']>
}

/**
 * When the accounts were opened, unless stated: a date before any the simulator is likely to be run at, as nothing
 * happens in accounts that are not open yet.
 */
const OPENED_MS = Date.UTC(2026, 0, 2)

/**
 * A whole simulated OpenD: a market, accounts, and the conversation with clients. It has no sockets and no timers, so
 * it runs inside a Durable Object, behind real ports and in tests alike. The same seed, clock and input give the same
 * bytes.
 */
export class SimulatedOpenD {
  readonly world: World
  readonly #session: OpendSession

  constructor(options: OpendOptions) {
    const { seed, state } = options
    const market = new Market({ ...options.market, seed })
    const accounts =
      state === undefined
        ? Accounts.open(market, { openedMs: OPENED_MS, ...options.accounts })
        : Accounts.restore(market, state.accounts)
    if (state !== undefined) market.watchlists.restore(state.watchlists)
    this.world = { market, accounts }
    this.#session = new OpendSession(this.world, worldServices, options, state?.session ?? FRESH_SESSION)
  }

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

  setFaults(rules: readonly FaultRule[]): void {
    this.#session.setFaults(rules)
  }

  setLogin(login: Login): void {
    this.#session.setLogin(login)
  }

  get login(): Login {
    return this.#session.login
  }

  notify(notice: MessageTypes['Notify.S2C']): void {
    this.#session.notify(notice)
  }

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

  snapshot(nowMs: number): SimulatorState {
    return {
      version: 1,
      session: this.#session.snapshot(nowMs),
      accounts: this.world.accounts.snapshot(),
      watchlists: this.world.market.watchlists.save(),
    }
  }
}
