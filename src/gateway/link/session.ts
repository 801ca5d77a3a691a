import { CALLS } from '../../calls.ts'
import { type GatewayFailure, type GatewayFailureCode, linkFailure } from '../../base/failure.ts'
import { protocolById } from '../../wire/schema.ts'
import { Backoff } from './backoff.ts'
import { Conversation } from './conversation.ts'
import type { Effect } from './effect.ts'
import type { Framing, OpendMessage, Route } from './framing.ts'
import { globalStateRequest, keepAliveRequest } from './handshake.ts'
import type { GovernedCall } from '../rate-limit/governor.ts'
import { LoginWatch } from './login-watch.ts'
import { RouteOrder } from './route-order.ts'
import { hasLink, overdue, stageDueMs, type Stage } from './stage.ts'
import { CALL_DEADLINE_MS, CONNECT_TIMEOUT_MS, INIT_TIMEOUT_MS } from './timing.ts'

/** The dependencies of a session. */
export interface SessionDeps {
  /** The ways to OpenD, in the order in which they are tried. */
  readonly routes: readonly [Route, ...Route[]]
  /** Uniform in [0, 1), for the jitter of the backoff. */
  readonly random: () => number
  /** Whether several callers exist, so that each has a bound on its pending calls. Default: true. */
  readonly isShared?: boolean
}

/**
 * The session with OpenD as a state machine without I/O: it takes events and the time and returns effects. It manages
 * the link (connect, InitConnect, heartbeats, reconnect, parking); `Conversation` manages the calls.
 */
export class GatewaySession {
  /** Counts since the object started: attempts to connect, links that came up, links lost after they came up. */
  readonly counts = { attempts: 0, connects: 0, linksLost: 0, pushes: 0 }
  readonly calls: Conversation
  readonly routes: RouteOrder
  readonly #backoff: Backoff
  #effects: Effect[] = []
  #stage: Stage
  #sinceMs: number
  #isParking = false
  #linkId = 0
  #framing: Framing
  #lastFailure: GatewayFailure | null = null
  /** OpenD's own state, as it last reported it. */
  readonly login = new LoginWatch()
  #lastFailureAtMs: number | null = null

  constructor(deps: SessionDeps, nowMs: number, parked: boolean) {
    this.#backoff = new Backoff(deps.random)
    this.routes = new RouteOrder(deps.routes)
    this.#framing = this.routes.current.framing()
    this.calls = new Conversation(this.#framing, deps.isShared ?? true, (effect) => this.#effects.push(effect))
    this.#sinceMs = nowMs
    this.#stage = parked ? { name: 'parked' } : { name: 'waiting', attemptAtMs: nowMs }
  }

  get stage(): Stage {
    return this.#stage
  }

  /** When the present stage began, Unix ms. */
  get sinceMs(): number {
    return this.#sinceMs
  }

  get lastFailure(): GatewayFailure | null {
    return this.#lastFailure
  }

  /** When that failure ended a link or an attempt, Unix ms. */
  get lastFailureAtMs(): number | null {
    return this.#lastFailureAtMs
  }

  /** The number of the current or last link: it starts at 0 and increases with every link that comes up. */
  get linkGeneration(): number {
    return this.counts.connects
  }

  /**
   * Takes a call. On a ready link it is sent at once. Otherwise it waits, brings the next attempt to connect forward,
   * and is `released` when the link is up. It ends or is released within the call deadline.
   */
  call(governed: GovernedCall, nowMs: number): readonly Effect[] {
    const call = { ...governed, deadlineMs: nowMs + CALL_DEADLINE_MS }
    const failure = this.wouldRefuse(governed)
    if (failure !== null) {
      this.calls.end(call, { ok: false, failure, sent: false })
    } else if (this.#stage.name === 'ready') {
      this.calls.send(call, this.#stage.greeting.connId)
    } else {
      this.calls.pending.wait(call)
      return this.hurry(nowMs)
    }
    return this.#take()
  }

  /** The failure with which `call` would refuse a call now; null when it would send or queue it. */
  wouldRefuse(call: Omit<GovernedCall, 'callId' | 'protoId'>): GatewayFailure | null {
    if (this.#stage.name === 'parked' || this.#isParking) return linkFailure('gateway.parked', 'shut down')
    if (this.calls.pending.hasRoom(call, this.#stage.name === 'ready')) return null
    return linkFailure('gateway.busy', `${this.calls.pending.size} calls in flight`)
  }

  /** Handles the opening of that link's socket. */
  opened(linkId: number, nowMs: number): readonly Effect[] {
    if (linkId === this.#linkId && this.#stage.name === 'connecting') {
      const { handshake } = this.routes.current
      const serial = this.calls.sendOwn(handshake.protoId, handshake.request(), nowMs)
      this.#enter({ name: 'initializing', giveUpAtMs: nowMs + INIT_TIMEOUT_MS, serial }, nowMs)
    }
    return this.#take()
  }

  /** Handles bytes from that link. */
  received(linkId: number, bytes: Uint8Array, nowMs: number): readonly Effect[] {
    if (linkId !== this.#linkId || !hasLink(this.#stage)) return []
    for (const received of this.#framing.receive(bytes)) {
      if (received.ok) this.#onMessage(received.message, nowMs)
      else this.#lose(received.code, received.detail, nowMs)
      // A message may have ended the link; later bytes of the same connection are not trusted.
      if (!hasLink(this.#stage)) break
    }
    this.#parkWhenDone(nowMs)
    return this.#take()
  }

  /** Handles the end of that link; `detail` is the reason. */
  closed(linkId: number, detail: string, nowMs: number): readonly Effect[] {
    if (linkId !== this.#linkId || !hasLink(this.#stage)) return []
    const { name } = this.#stage
    if (name === 'initializing') this.#lose('gateway.init_rejected', `closed before answering: ${detail}`, nowMs)
    else this.#lose(name === 'connecting' ? 'gateway.connect_failed' : 'gateway.disconnected', detail, nowMs)
    this.#parkWhenDone(nowMs)
    return this.#take()
  }

  /** Runs the work that is due. Call it at `nextWakeMs`; more calls do no harm. */
  tick(nowMs: number): readonly Effect[] {
    const stage = this.#stage
    const late = overdue(stage, nowMs, this.routes.current.handshake.name)
    if (late !== null) this.#lose(late.code, late.detail, nowMs)
    else if (stage.name === 'waiting' && nowMs >= stage.attemptAtMs) this.#connect(nowMs)
    else if (stage.name === 'ready' && nowMs >= stage.heartbeatAtMs) {
      this.#stage = { ...stage, heartbeatAtMs: nowMs + stage.greeting.heartbeatMs }
      if (this.routes.current.handshake.heartbeat === CALLS.KeepAlive.protoId) {
        this.calls.sendOwn(CALLS.KeepAlive.protoId, keepAliveRequest(nowMs), nowMs)
      }
      this.#pollLogin(nowMs)
    }
    this.#expire(nowMs)
    this.#parkWhenDone(nowMs)
    return this.#take()
  }

  /** Drops the link and connects again at once; ends a shutdown. Calls on the old link end as disconnected. */
  reload(nowMs: number): readonly Effect[] {
    if (hasLink(this.#stage)) this.#lose('gateway.disconnected', 'an administrator reloaded the gateway', nowMs)
    this.#isParking = false
    this.#backoff.reset()
    this.routes.select(0)
    this.#connect(nowMs)
    return this.#take()
  }

  /**
   * Refuses new calls, waits for the sent calls (at most the call deadline), then closes the link and stays down until
   * `reload`.
   */
  park(nowMs: number): readonly Effect[] {
    this.#isParking = true
    this.calls.failWaiting(linkFailure('gateway.parked', 'shut down before the link came up'))
    this.#parkWhenDone(nowMs)
    return this.#take()
  }

  /** Brings the next attempt to connect forward: a call waits for the link, or a way to OpenD has appeared. */
  hurry(nowMs: number): readonly Effect[] {
    if (this.#stage.name !== 'waiting') return this.#take()
    const { soonestMs } = this.#backoff
    if (soonestMs <= nowMs) this.#connect(nowMs)
    else if (soonestMs < this.#stage.attemptAtMs) this.#stage = { name: 'waiting', attemptAtMs: soonestMs }
    return this.#take()
  }

  /**
   * Leaves the present way to OpenD for another one, and connects there at once. Does nothing and returns no effect
   * while a sent call waits for its reply, which would be lost.
   */
  switchTo(route: number, nowMs: number): readonly Effect[] {
    if (this.#stage.name !== 'ready' || this.calls.pending.hasSentCalls) return []
    this.#effects.push({ kind: 'close', linkId: this.#linkId })
    this.#forgetLink()
    this.routes.select(route)
    this.#connect(nowMs)
    return this.#take()
  }

  /** When `tick` is next due; null when nothing is scheduled. */
  nextWakeMs(): number | null {
    const next = Math.min(stageDueMs(this.#stage), this.calls.pending.nextDeadlineMs() ?? Infinity)
    return next === Infinity ? null : next
  }

  #onMessage(message: OpendMessage, nowMs: number): void {
    const { protoId, serial, body } = message
    if (protocolById(protoId)?.request === null) {
      this.counts.pushes++
      // A notification may report a change of the login, so the state is polled.
      if (protoId === CALLS.Notify.protoId && this.#stage.name === 'ready') this.#pollLogin(nowMs)
      this.#effects.push({ kind: 'push', protoId, body })
    } else if (this.calls.reply(message)) {
      if (this.#stage.name === 'initializing' && serial === this.#stage.serial) this.#greet(body, nowMs)
      if (protoId === CALLS.GetGlobalState.protoId) this.login.seen(body, nowMs)
    }
  }

  #greet(body: Uint8Array, nowMs: number): void {
    const read = this.routes.current.handshake.read(body)
    if (!read.ok) {
      this.#lose('gateway.init_rejected', read.detail, nowMs)
      return
    }
    const { greeting } = read
    this.#framing.useCipher(read.cipher)
    this.counts.connects++
    this.#enter({ name: 'ready', greeting, heartbeatAtMs: nowMs + greeting.heartbeatMs }, nowMs)
    this.#effects.push({ kind: 'ready' })
    this.#pollLogin(nowMs)
    this.calls.releaseWaiting()
  }

  #pollLogin(nowMs: number): void {
    if (this.login.begin()) this.calls.sendOwn(CALLS.GetGlobalState.protoId, globalStateRequest(), nowMs)
  }

  #connect(nowMs: number): void {
    this.#linkId++
    this.counts.attempts++
    const { framing, handshake } = this.routes.current
    this.#framing = framing()
    this.calls.useLink(this.#linkId, this.#framing)
    this.#framing.useCipher(handshake.cipher)
    this.#enter({ name: 'connecting', giveUpAtMs: nowMs + CONNECT_TIMEOUT_MS }, nowMs)
    this.#effects.push({ kind: 'connect', linkId: this.#linkId, route: this.routes.index })
  }

  /** Ends the link. Sent calls end with the failure; waiting calls too if the attempt to connect failed. */
  #lose(code: GatewayFailureCode, detail: string, nowMs: number): void {
    const upMs = this.#stage.name === 'ready' ? nowMs - this.#sinceMs : null
    const isRoundOver = this.routes.failed(upMs)
    const delayMs = this.#backoff.failed(nowMs, upMs, isRoundOver, this.#stage.name === 'initializing')
    if (upMs !== null) this.counts.linksLost++
    this.#effects.push({ kind: 'close', linkId: this.#linkId })
    this.#forgetLink()
    this.#enter({ name: 'waiting', attemptAtMs: nowMs + delayMs }, nowMs)
    this.#lastFailure = linkFailure(code, detail, delayMs)
    this.#lastFailureAtMs = nowMs
    this.calls.failSent(this.#lastFailure)
    if (upMs === null && isRoundOver) this.calls.failWaiting(this.#lastFailure)
  }

  #expire(nowMs: number): void {
    const reason =
      this.#lastFailure === null ? 'still connecting' : `the last attempt failed: ${this.#lastFailure.detail}`
    const late = linkFailure('gateway.call_timeout', `no reply within ${CALL_DEADLINE_MS} ms`)
    const expired = this.calls.expire(nowMs, linkFailure('gateway.not_ready', reason), late)
    // The next heartbeat polls again.
    if (expired.includes(CALLS.GetGlobalState.protoId)) this.login.lost()
    // OpenD answers every heartbeat; without an answer the socket is open but OpenD is not running.
    if (this.#stage.name === 'ready' && expired.includes(this.routes.current.handshake.heartbeat)) {
      this.#lose('gateway.silent', `no heartbeat answer within ${CALL_DEADLINE_MS} ms`, nowMs)
    }
  }

  #parkWhenDone(nowMs: number): void {
    if (!this.#isParking || this.calls.pending.hasSentCalls) return
    if (hasLink(this.#stage)) this.#effects.push({ kind: 'close', linkId: this.#linkId })
    this.calls.failSent(linkFailure('gateway.parked', 'shut down'))
    this.#isParking = false
    this.#forgetLink()
    this.#enter({ name: 'parked' }, nowMs)
  }

  /** Resets the state of the link. Call it before the stage changes, so that `lost` is emitted once. */
  #forgetLink(): void {
    this.login.forget()
    if (this.#stage.name === 'ready') this.#effects.push({ kind: 'lost' })
  }

  #enter(stage: Stage, nowMs: number): void {
    this.#stage = stage
    this.#sinceMs = nowMs
  }

  #take(): readonly Effect[] {
    const effects = this.#effects
    this.#effects = []
    return effects
  }
}
