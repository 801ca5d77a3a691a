import { LOCAL_READER } from '../auth/caller.ts'
import type { SocketCaller, Standing } from '../auth/socket-caller.ts'
import type { Failure } from '../base/failure.ts'
import type { MetricSample } from '../base/metric.ts'
import type { Result } from '../base/result.ts'
import { type Timers, WakeTimer } from '../base/time/timers.ts'
import { describe } from '../problem/problem.ts'
import { NO_TEXT, readClientMessage } from './messages/client-message.ts'
import { type Close, CLOSES } from './messages/close-code.ts'
import { PushHub } from './push-hub.ts'
import { FilteredPushes, hubMetrics } from './push-metrics.ts'
import { gatewayMessage, helloMessage } from './messages/server-message.ts'
import { NOTIFY_STREAM, REMINDERS_STREAM, streamKindOf } from './stream-kind.ts'
import type { SubscriberId } from '../subscriptions/subscriber.ts'
import type { StreamName, UnitKey } from '../subscriptions/stream.ts'
import { widestStreams } from '../subscriptions/trading-hours.ts'
import type { LossReason } from '../subscriptions/subscription-deps.ts'
import { PushDialog } from './push-dialog.ts'
import type { PushSocket, PushSockets, SocketFacts } from './push-socket.ts'
import { UnknownSockets } from './unknown-sockets.ts'
import type { QuoteService } from '../quotes/quote-service.ts'

/** The interval of heartbeats: that of the alarm. */
export const HEARTBEAT_SECONDS = 30

/** How long a socket may stay open without a token, ms. */
const UNKNOWN_MS = 10_000

/**
 * Most sockets of one caller. One key has tens of programs and browser tabs, and the bound leaves room for their
 * reconnects. A dozen such callers use all sockets of the object.
 */
const MOST_OF_CALLER = 200

/** The dependencies of `PushService`. */
export interface PushServiceDeps {
  readonly timers: Timers
  readonly sockets: PushSockets
  /** Name of this run of the object. Each run numbers its streams from 1. */
  readonly runId: string
  readonly quotes: () => QuoteService
  /** The caller of a token from a message of a client in that network, see `networkOf`. */
  identify(token: string, network: string): Promise<Result<SocketCaller>>
  /** Whether a caller may still be connected, by the present configuration of the keys. */
  standing(caller: SocketCaller, nowMs: number): Standing
  isLinkUp(): boolean
  /** Reports a bug. */
  onError(what: string, error: unknown): void
}

/** The push part of the gateway object: the sockets, their messages, and the hub. */
export class PushService {
  /** Pushes that sockets did not get because of their scopes. */
  readonly filtered = new FilteredPushes()
  readonly hub: PushHub
  readonly #deps: PushServiceDeps
  readonly #sockets: PushSockets
  readonly #dialog: PushDialog
  readonly #expiryTimer: WakeTimer
  readonly #unknown = new UnknownSockets()

  constructor(deps: PushServiceDeps) {
    const { timers, sockets } = deps
    this.#deps = deps
    this.#sockets = sockets
    const flush = new WakeTimer(timers, () => this.hub.flush(timers.nowMs()))
    this.#expiryTimer = new WakeTimer(timers, () => this.closeFallen())
    this.hub = new PushHub({
      runId: deps.runId,
      send: (id, text) => sockets.byId(id)?.send(text),
      // The hub removes the client itself, and must not be called again before it returns.
      close: (id, code, reason) => void Promise.resolve().then(() => this.#end(id, { code, reason })),
      flushBy: (atMs) => flush.by(atMs),
    })
    this.#dialog = new PushDialog({
      hub: this.hub,
      nowMs: () => timers.nowMs(),
      quotes: deps.quotes,
      send: (one, message) => this.#send(one, message),
      identify: (token, network) => deps.identify(token, network),
      onError: (what, error) => deps.onError(what, error),
      onAuthenticated: (one, caller) => this.#onAuthenticated(one, caller),
    })
  }

  /** Restores the sockets after an eviction. Their streams get new numbers. */
  restore(): void {
    const oldestFirst = [...this.#sockets.all()].toSorted((left, right) => left.facts.number - right.facts.number)
    for (const one of oldestFirst) this.opened(one)
    this.#deps.quotes().subscriptions.keepOnly(Array.from(this.#sockets.all(), ({ id }) => id))
  }

  /** Whether a caller may open one more socket. Call it before `opened`, and before the upgrade is answered. */
  hasRoomFor(callerId: string): boolean {
    return this.#sockets.ofCaller(callerId).length < MOST_OF_CALLER
  }

  /** A socket was opened for a caller that the Worker authenticated, or was restored after an eviction. */
  opened(one: PushSocket): void {
    const { caller, form, isBatched, conflateMs } = one.facts
    this.hub.add({ id: one.id, form, isBatched, conflateMs }, this.#deps.timers.nowMs())
    this.#dialog.begin(one.id)
    this.#expiryTimer.by(endOf(one.facts))
    if (caller !== null) {
      this.#sendHello(one, caller)
      return
    }
    const crowdedOut = this.#unknown.add(one.id, one.facts.network)
    if (crowdedOut !== null) this.#end(crowdedOut, CLOSES.crowdedOut)
  }

  /** A client sent a message. */
  message(one: PushSocket, data: string | ArrayBuffer): void {
    this.hub.recordActivity(one.id, this.#deps.timers.nowMs())
    const read = typeof data === 'string' ? readClientMessage(data) : NO_TEXT
    if (read.message.ok && read.message.value.op === 'pong') {
      const { n } = read.message.value
      this.hub.pong(one.id, n, this.#deps.timers.nowMs())
    } else {
      this.#dialog.onMessage(one, read, typeof data === 'string' ? data.length : 0)
    }
  }

  /** A client closed its socket. */
  closed(one: PushSocket): void {
    this.#leave(one.id)
    // The runtime does not answer a close on a hibernatable socket. Without this close the client would see code 1006.
    one.close(CLOSES.answered.code, CLOSES.answered.reason)
  }

  /** The streams of that subscriber changed: those of its own socket, or of all sockets of that caller. */
  streamsChanged(id: SubscriberId): void {
    for (const one of this.#socketsOf(id)) this.#setStreams(one)
  }

  /** Notifies the sockets of a subscriber of subscriptions that it lost without unsubscribing. */
  unitsLost(id: SubscriberId, units: readonly UnitKey[], reason: LossReason): void {
    const why = reason.kind === 'refused' ? describe(reason.failure).error : 'other callers needed the quota'
    const message = { type: 'unsubscribed', reason: reason.kind, error: why, units: [...units] }
    for (const one of this.#socketsOf(id)) this.#send(one, message)
  }

  /** Whether a caller has an open socket. */
  isListening(caller: string): boolean {
    return this.#sockets.ofCaller(caller).length > 0
  }

  linkReady(): void {
    this.#sendToAll(gatewayMessage(true, this.#deps.timers.nowMs()))
  }

  linkLost(): void {
    this.hub.linkLost()
    this.#sendToAll(gatewayMessage(false, this.#deps.timers.nowMs()))
  }

  /** Sends a heartbeat to every socket, and closes those that may not stay open. */
  heartbeat(): void {
    this.closeFallen()
    for (const one of this.#sockets.all()) {
      // The runtime answers a bare `ping` without waking the object, and records the time.
      const pingedAtMs = this.#sockets.pingedAtMs(one)
      if (pingedAtMs !== null) this.hub.recordActivity(one.id, pingedAtMs)
    }
    this.#sendToAll({ type: 'heartbeat', at_ms: this.#deps.timers.nowMs() })
  }

  /** Closes the sockets whose key or token is no longer valid, and those that did not send a token in time. */
  closeFallen(): void {
    const nowMs = this.#deps.timers.nowMs()
    for (const { id, facts } of [...this.#sockets.all()]) {
      const { caller } = facts
      const endsAtMs = endOf(facts)
      const standing = caller === null ? 'unknown' : this.#deps.standing(caller, nowMs)
      if (standing === 'expired') this.#end(id, CLOSES.tokenExpired)
      else if (standing === 'revoked') this.#end(id, CLOSES.keyRevoked)
      else if (standing === 'changed') this.#end(id, CLOSES.keyChanged)
      else if (endsAtMs !== null && endsAtMs > nowMs) this.#expiryTimer.by(endsAtMs)
      else if (caller === null) this.#end(id, CLOSES.notKnown)
    }
  }

  metrics(): readonly MetricSample[] {
    return hubMetrics(this.hub.counts, this.#sockets.size)
  }

  #sendHello(one: PushSocket, caller: SocketCaller): void {
    const { form, isBatched, conflateMs } = one.facts
    const { runId } = this.hub
    const options = { form, isBatched, conflateMs, heartbeatSeconds: HEARTBEAT_SECONDS }
    this.#send(one, helloMessage({ runId, caller: caller.id, nowMs: this.#deps.timers.nowMs(), ...options }))
    if (!this.#deps.isLinkUp()) this.#send(one, gatewayMessage(false, this.#deps.timers.nowMs()))
    this.#setStreams(one)
  }

  /**
   * A socket sent a token: its first one, a new one, or one that replaces the local caller without a token. Returns the
   * failure when the socket may not belong to that caller; null on success.
   */
  #onAuthenticated(one: PushSocket, caller: SocketCaller): Failure | null {
    const before = one.facts.caller
    if (before !== null && before.id !== caller.id && before.id !== LOCAL_READER.id) {
      this.#end(one.id, CLOSES.otherCaller)
      return { code: 'auth.invalid_token' }
    }
    if (before?.id !== caller.id && !this.hasRoomFor(caller.id)) return { code: 'push.too_many_sockets' }
    if (before !== null && before.id !== caller.id) this.#deps.quotes().subscriptions.dropSubscriber(one.id)
    this.#unknown.delete(one.id)
    this.#sockets.identify(one, caller)
    this.#expiryTimer.by(endOf(one.facts))
    this.#sendHello(one, caller)
    return null
  }

  /** Sets the streams of a socket: those that it and its caller's REST calls have subscribed and the caller may see. */
  #setStreams(one: PushSocket): void {
    const { caller } = one.facts
    if (caller === null) return
    const { subscriptions } = this.#deps.quotes()
    const wanted = [
      ...subscriptions.streamsOf(one.id),
      ...subscriptions.streamsOf(caller.id),
      NOTIFY_STREAM,
      REMINDERS_STREAM,
    ]
    const streams = widestStreams(wanted.filter((stream) => maySee(caller, stream)))
    const sendsCurrent = this.#dialog.sendsCurrent(one.id)
    const resumed = this.hub.setStreams(one.id, streams, { sendsCurrent }, this.#deps.timers.nowMs())
    this.#dialog.recordResumed(one.id, resumed)
  }

  /** The socket of that subscriber, or all sockets of that caller. */
  #socketsOf(id: SubscriberId): readonly PushSocket[] {
    const own = this.#sockets.byId(id)
    return own === null ? this.#sockets.ofCaller(id) : [own]
  }

  #send(one: PushSocket, message: object): void {
    this.hub.sendControl(one.id, message, this.#deps.timers.nowMs())
  }

  #sendToAll(message: object): void {
    for (const one of this.#sockets.all()) if (one.facts.caller !== null) this.#send(one, message)
  }

  #end(id: string, close: Close): void {
    const one = this.#sockets.byId(id)
    this.#leave(id)
    one?.close(close.code, close.reason)
  }

  #leave(id: string): void {
    this.hub.remove(id, this.#deps.timers.nowMs())
    this.#dialog.end(id)
    this.#sockets.forget(id)
    this.#unknown.delete(id)
    this.#deps.quotes().subscriptions.dropSubscriber(id)
  }
}

/** When a socket expires, Unix ms; null when it does not. */
function endOf({ caller, openedAtMs }: SocketFacts): number | null {
  return caller === null ? openedAtMs + UNKNOWN_MS : caller.expiresAtMs
}

/** Whether a caller may receive a stream. Orders and fills need the scope `acc:read` and access to the account. */
function maySee({ scopes, accIds }: SocketCaller, stream: StreamName): boolean {
  if (streamKindOf(stream) !== 'trades') return true
  const accId = BigInt(stream.slice(stream.indexOf(':') + 1))
  return scopes.includes('acc:read') && (accIds === null || accIds.includes(accId))
}
