import type { MessageTypes } from '../../../proto/messages.ts'
import type { RsaKey } from '../../wire/cipher.ts'
import type { World } from '../world.ts'
import { ConnectionHub, type WorldServices } from './connection-hub.ts'
import type { FaultRule } from './fault-script.ts'
import { Faults } from './faults.ts'
import { HistoryQuota } from './history-quota.ts'
import { connectionId } from './identity.ts'
import { ReplyTimes } from './latency.ts'
import type { Login } from './login.ts'
import { Peer, type ConnectionKind, type ConnectionSink } from './peer.ts'
import { DEFAULT_SUBSCRIPTION_QUOTA, SubscriptionRegistry } from './subscription-registry.ts'
import { PriceReminders } from './price-reminders.ts'
import type { SessionOptions, SessionState } from './session-options.ts'
import { TcpSession } from './tcp-session.ts'
import { WebSocketSession } from './websocket-session.ts'

/** OpenD accepts this many API connections, over both ports. */
export const MAX_CONNECTIONS = 128

/** OpenD closes a connection that has sent no heartbeat for this long. */
export const SILENCE_MS = 30_000

/** Sent to clients in InitConnect, whose own default is 10 too. */
const KEEP_ALIVE_INTERVAL_SECONDS = 10

/** Securities of the tier that has the default subscription quota. */
const DEFAULT_HISTORY_QUOTA = 1000

/** How often pushes are sent while clients receive them: ten times a second, like the fastest real quotes. */
const PUSH_INTERVAL_MS = 100

/** One connection, driven by the owner of its socket. Times are Unix ms of the session clock. */
export interface SimulatedConnection {
  readonly connId: bigint
  /** Bytes of the TCP stream in chunks of any size, or one whole binary message of the WebSocket. */
  receive(bytes: Uint8Array, nowMs: number): void
  /** The peer closed the connection, or the socket failed. */
  closed(nowMs: number): void
}

/** Why a connection is refused; the shell closes the socket. */
export interface ConnectionRefusal {
  readonly refusal: string
}

/**
 * OpenD's protocol sessions over a given world, without sockets and timers: the shell passes in bytes and the time, and
 * reads the time of the next call.
 *
 * A sink may call back from its `send` or `close`: input that arrives during other work is queued.
 */
export class OpendSession {
  readonly #hub: ConnectionHub
  readonly #rsa: RsaKey | null
  readonly #webSocketKeyMd5: string | null
  /** Number of connections so far, from which their ids and keys derive. */
  #connections: number
  #advancedMs = -Infinity
  #isBusy = false
  readonly #waiting: (() => void)[] = []

  constructor(world: World, services: WorldServices, options: SessionOptions, state: SessionState) {
    this.#rsa = readKey(options)
    this.#webSocketKeyMd5 = options.webSocketKeyMd5?.toLowerCase() ?? null
    this.#connections = state.connections
    this.#hub = new ConnectionHub(world, services, {
      seed: options.seed,
      crypto: options.crypto,
      clock: options.clock ?? { kind: 'real' },
      keepAliveIntervalSeconds: options.keepAliveIntervalSeconds ?? KEEP_ALIVE_INTERVAL_SECONDS,
      limitsRates: options.limitsRates ?? true,
      replyTimes: new ReplyTimes(options.seed, options.latency ?? null),
      onBug: options.onBug ?? null,
      faults: new Faults(options.faults ?? []),
      subscriptions: new SubscriptionRegistry(options.subscriptionQuota ?? DEFAULT_SUBSCRIPTION_QUOTA, state.lingering),
      historyQuota: new HistoryQuota(options.historyQuota ?? DEFAULT_HISTORY_QUOTA, state.history),
      reminders: new PriceReminders(state.reminders),
      login: state.login,
    })
  }

  /** Accepts a connection, or refuses it above `MAX_CONNECTIONS`. */
  open(kind: ConnectionKind, sink: ConnectionSink, nowMs: number): SimulatedConnection | ConnectionRefusal {
    if (this.#hub.peers.size >= MAX_CONNECTIONS) return { refusal: `${MAX_CONNECTIONS} connections are open already` }
    const sequence = ++this.#connections
    const peer = new Peer(connectionId(this.#hub.settings.seed, sequence), kind, sink, nowMs)
    this.#hub.peers.set(peer.connId, peer)
    this.#hub.touch()
    const session =
      kind === 'tcp'
        ? new TcpSession(this.#hub, peer, sequence, this.#rsa)
        : new WebSocketSession(this.#hub, peer, this.#webSocketKeyMd5)
    return {
      connId: peer.connId,
      receive: (bytes, receivedMs) => {
        // Queued bytes are copied, because the caller may reuse its buffer.
        const input = this.#isBusy ? bytes.slice() : bytes
        this.#enter(() => session.receive(input, receivedMs))
      },
      closed: (closedMs) => {
        peer.markClosed()
        this.#enter(() => this.#hub.forget(peer, closedMs))
      },
    }
  }

  /** Processes everything that is due by `nowMs`: delayed replies, drops of silent peers, fills, pushes. */
  advance(nowMs: number): void {
    this.#enter(() => {
      this.#advancedMs = nowMs
      this.#hub.schedule.runDue(nowMs)
      for (const peer of [...this.#hub.peers.values()]) {
        if (silentUntilMs(peer) <= nowMs) this.#hub.drop(peer, `no heartbeat for ${SILENCE_MS / 1000} s`, nowMs)
      }
      this.#hub.advance(nowMs)
    })
  }

  /** When `advance` is due next, Unix ms of the session clock; null if no event is scheduled. */
  nextWakeMs(nowMs: number): number | null {
    let wakeMs = this.#hub.schedule.nextMs ?? Infinity
    for (const peer of this.#hub.peers.values()) wakeMs = Math.min(wakeMs, silentUntilMs(peer))
    const eventMs = this.#hub.nextEventMs
    if (eventMs !== null) wakeMs = Math.min(wakeMs, Math.max(nowMs, eventMs, this.#advancedMs + PUSH_INTERVAL_MS))
    return wakeMs === Infinity ? null : wakeMs
  }

  /** Replaces the fault script; its counts start at zero. */
  setFaults(rules: readonly FaultRule[]): void {
    this.#hub.faults.replace(rules)
  }

  /** Changes OpenD's login and sends a notice to the clients that subscribed to notices. */
  setLogin(login: Login): void {
    this.#enter(() => this.#hub.setLogin(login))
  }

  get login(): Login {
    return this.#hub.login
  }

  /** Sends a notice to the clients that subscribed to notices. */
  notify(notice: MessageTypes['Notify.S2C']): void {
    this.#enter(() => this.#hub.notify(notice))
  }

  /** Cuts every connection without other changes. */
  closeAll(reason: string, nowMs: number): void {
    this.#enter(() => this.#hub.dropAll(reason, nowMs))
  }

  /** Increases with every change of persistent state, including that of the accounts. */
  get revision(): number {
    return this.#hub.revision
  }

  get connectionCount(): number {
    return this.#hub.peers.size
  }

  snapshot(nowMs: number): SessionState {
    return {
      connections: this.#connections,
      lingering: this.#hub.subscriptions.lingering(nowMs),
      history: this.#hub.historyQuota.list(),
      reminders: [...this.#hub.reminders.list()],
      login: this.#hub.login,
    }
  }

  #enter(work: () => void): void {
    this.#waiting.push(work)
    if (this.#isBusy) return
    this.#isBusy = true
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next()
    } finally {
      this.#isBusy = false
    }
  }
}

/** When a silent connection is dropped. The WebSocket port has no heartbeat; its shell sends WebSocket pings. */
function silentUntilMs(peer: Peer): number {
  return peer.kind === 'tcp' ? peer.lastFrameMs + SILENCE_MS : Infinity
}

function readKey({ rsaKeyPem, crypto }: SessionOptions): RsaKey | null {
  if (rsaKeyPem === undefined) return null
  const key = crypto.rsaKey(rsaKeyPem)
  if (key === null) throw new TypeError('rsaKeyPem is not an RSA private key in PKCS#1 PEM')
  return key
}
