import { LOCAL_READER } from '../auth/caller.ts'
import type { SocketCaller, Standing } from '../auth/socket-caller.ts'
import type { Failure } from '../base/failure.ts'
import { counter, gauge, type MetricSample } from '../base/metric.ts'
import type { Result } from '../base/result.ts'
import type { Timers } from '../base/timers.ts'
import { WakeTimer } from '../base/wake-timer.ts'
import { describe } from '../problem/problem.ts'
import { NO_TEXT, readClientMessage } from './client-message.ts'
import { type Close, CLOSES } from './close-code.ts'
import type { PushEvent } from './push-event.ts'
import { PushHub } from './push-hub.ts'
import { gatewayMessage, helloMessage } from './server-message.ts'
import { NOTIFY_STREAM, REMINDERS_STREAM, streamKindOf } from './stream-kind.ts'
import type { SubscriberId } from '../subscriptions/subscriber.ts'
import type { StreamName, UnitKey } from '../subscriptions/stream.ts'
import type { LossReason } from '../subscriptions/subscription-deps.ts'
import { PushDialog } from './push-dialog.ts'
import type { PushSocket, PushSockets, SocketFacts } from './push-socket.ts'
import { UnknownSockets } from './unknown-sockets.ts'
import type { QuoteService } from '../quotes/quote-service.ts'

/** How often a quiet socket is told that it is still there: the alarm's interval. */
export const HEARTBEAT_SECONDS = 30

/** How long a socket may stay open without a token. */
const UNKNOWN_MS = 10_000

/**
 * Sockets of one caller. The programs and browser tabs of one key are tens; the bound leaves room for their reconnects,
 * and a dozen such callers are all sockets that there may be.
 */
const MOST_OF_CALLER = 200

/** What the pushes need from outside. */
export interface PushServiceDeps {
  readonly timers: Timers
  readonly sockets: PushSockets
  /** Names this life of the object; streams are numbered anew in each. */
  readonly run: string
  readonly quotes: () => QuoteService
  /** The caller behind a token that came in a first message. */
  identify(token: string): Promise<Result<SocketCaller>>
  /** Whether a caller may still be connected, by the keys as they are configured now. */
  standing(caller: SocketCaller, nowMs: number): Standing
  isLinkUp(): boolean
  /** Something that is a bug failed. */
  onError(what: string, error: unknown): void
}

/** The push side of the gateway object: sockets, what clients say over them, and the hub that feeds them. */
export class PushService {
  readonly #deps: PushServiceDeps
  readonly #sockets: PushSockets
  readonly #hub: PushHub
  readonly #dialog: PushDialog
  readonly #flush: WakeTimer
  readonly #expiryTimer: WakeTimer
  readonly #unknown = new UnknownSockets()

  constructor(deps: PushServiceDeps) {
    const { timers, sockets } = deps
    this.#deps = deps
    this.#sockets = sockets
    this.#flush = new WakeTimer(timers, () => this.#afterHub((nowMs) => this.#hub.flush(nowMs)))
    this.#expiryTimer = new WakeTimer(timers, () => this.closeFallen())
    this.#hub = new PushHub({
      run: deps.run,
      send: (id, text) => sockets.byId(id)?.send(text),
      // The hub forgets it by itself, and must not be called back meanwhile.
      close: (id, code, reason) => void Promise.resolve().then(() => this.#end(id, { code, reason })),
    })
    this.#dialog = new PushDialog({
      hub: this.#hub,
      nowMs: () => timers.nowMs(),
      quotes: deps.quotes,
      tell: (one, message) => this.#tell(one, message),
      identify: (token) => deps.identify(token),
      onError: (what, error) => deps.onError(what, error),
      onAuthenticated: (one, caller) => this.#onAuthenticated(one, caller),
      hubChanged: () => this.#flush.by(this.#hub.nextFlushMs()),
    })
  }

  /** After the object came back to memory: its sockets go on, with streams that are numbered anew. */
  restore(): void {
    const oldestFirst = [...this.#sockets.all()].toSorted((left, right) => left.facts.number - right.facts.number)
    for (const one of oldestFirst) this.opened(one)
    this.#deps.quotes().subscriptions.keepOnly(Array.from(this.#sockets.all(), ({ id }) => id))
  }

  /** Whether a caller may open one more socket. Ask before `opened`, and before the upgrade is answered. */
  hasRoomFor(callerId: string): boolean {
    return this.#sockets.ofCaller(callerId).length < MOST_OF_CALLER
  }

  /** A socket was opened for the caller that the Worker vouched for, or was found again by a new life of the object. */
  opened(one: PushSocket): void {
    const { caller, form, isBatched, conflateMs } = one.facts
    this.#hub.add({ id: one.id, form, isBatched, conflateMs }, this.#deps.timers.nowMs())
    this.#dialog.begin(one.id)
    this.#expiryTimer.by(endOf(one.facts))
    if (caller !== null) {
      this.#sendHello(one, caller)
      return
    }
    const crowdedOut = this.#unknown.add(one.id, one.facts.network)
    if (crowdedOut !== null) this.#end(crowdedOut, CLOSES.crowdedOut)
  }

  /** A message of a client. */
  message(one: PushSocket, data: string | ArrayBuffer): void {
    this.#hub.heard(one.id, this.#deps.timers.nowMs())
    const read = typeof data === 'string' ? readClientMessage(data) : NO_TEXT
    if (read.message.ok && read.message.value.op === 'pong') {
      const { n } = read.message.value
      this.#afterHub((nowMs) => this.#hub.pong(one.id, n, nowMs))
    } else {
      this.#dialog.hear(one, read, typeof data === 'string' ? data.length : 0)
    }
  }

  /** A client is gone. */
  closed(one: PushSocket): void {
    this.#leave(one.id)
    // A socket that can hibernate does not answer a close by itself; its client would wait, and then see 1006.
    one.close(CLOSES.answered.code, CLOSES.answered.reason)
  }

  push(event: PushEvent): void {
    this.#afterHub((nowMs) => this.#hub.push(event, nowMs))
  }

  /** The streams of that holder are others now: those of its own socket, or of all sockets of that caller. */
  streamsChanged(id: SubscriberId): void {
    for (const one of this.#socketsOf(id)) this.#setStreams(one)
  }

  /** Tells the sockets of a holder that it lost subscriptions which it did not give up. */
  unitsLost(id: SubscriberId, units: readonly UnitKey[], reason: LossReason): void {
    const why = reason.kind === 'refused' ? describe(reason.failure).error : 'others needed the quota'
    const message = { type: 'unsubscribed', reason: reason.kind, error: why, units: [...units] }
    for (const one of this.#socketsOf(id)) this.#tell(one, message)
  }

  /** Whether a caller has an open socket. */
  isListening(caller: string): boolean {
    return this.#sockets.ofCaller(caller).length > 0
  }

  linkReady(): void {
    this.#tellAll(gatewayMessage(true, this.#deps.timers.nowMs()))
  }

  linkLost(): void {
    this.#hub.linkLost()
    this.#tellAll(gatewayMessage(false, this.#deps.timers.nowMs()))
  }

  /** Tells every socket that it is still there, and closes those that may not be. */
  heartbeat(): void {
    this.closeFallen()
    for (const one of this.#sockets.all()) {
      // The platform answers the bare text without waking the object, and keeps the time.
      const pingedAtMs = this.#sockets.pingedAtMs(one)
      if (pingedAtMs !== null) this.#hub.heard(one.id, pingedAtMs)
    }
    this.#tellAll({ type: 'heartbeat', at_ms: this.#deps.timers.nowMs() })
  }

  /** Closes the sockets whose key or token no longer stands, and those that never said who they are. */
  closeFallen(): void {
    const nowMs = this.#deps.timers.nowMs()
    for (const { id, facts } of [...this.#sockets.all()]) {
      const { caller } = facts
      const endsAtMs = endOf(facts)
      const standing = caller === null ? 'unknown' : this.#deps.standing(caller, nowMs)
      if (standing === 'expired') this.#end(id, CLOSES.tokenExpired)
      else if (standing === 'revoked') this.#end(id, CLOSES.keyRevoked)
      else if (endsAtMs !== null && endsAtMs > nowMs) this.#expiryTimer.by(endsAtMs)
      else if (caller === null) this.#end(id, CLOSES.notKnown)
    }
  }

  metrics(): readonly MetricSample[] {
    const { framesSent, conflated, dropped, lagged, closedSlow, waitingBytes, streams, retainedBytes } =
      this.#hub.counts
    return [
      gauge('opend_edge_push_sockets', this.#sockets.size),
      gauge('opend_edge_push_streams', streams),
      gauge('opend_edge_push_kept_bytes', retainedBytes),
      gauge('opend_edge_push_waiting_bytes', waitingBytes),
      counter('opend_edge_push_frames_sent_total', framesSent),
      counter('opend_edge_push_frames_conflated_total', conflated),
      counter('opend_edge_push_events_dropped_total', dropped),
      counter('opend_edge_push_lagged_total', lagged),
      counter('opend_edge_push_sockets_closed_slow_total', closedSlow),
    ]
  }

  #sendHello(one: PushSocket, caller: SocketCaller): void {
    const { form, isBatched, conflateMs } = one.facts
    const { run } = this.#hub
    const options = { form, isBatched, conflateMs, heartbeatSeconds: HEARTBEAT_SECONDS }
    this.#tell(one, helloMessage({ run, caller: caller.id, nowMs: this.#deps.timers.nowMs(), ...options }))
    if (!this.#deps.isLinkUp()) this.#tell(one, gatewayMessage(false, this.#deps.timers.nowMs()))
    this.#setStreams(one)
  }

  /**
   * A socket sent a token: for the first time, a new one, or instead of being anybody on this machine. Returns why it may
   * not become that caller; null when it has.
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

  /** What a socket is sent: what it and its caller's REST calls have subscribed, and may be seen by that caller. */
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
    const streams = new Set(wanted.filter((stream) => maySee(caller, stream)))
    const sendsCurrent = this.#dialog.sendsCurrent(one.id)
    this.#afterHub((nowMs) => {
      this.#dialog.recordResumed(one.id, this.#hub.setStreams(one.id, streams, { sendsCurrent }, nowMs))
    })
  }

  /** The socket of that holder, or all sockets of that caller. */
  #socketsOf(id: SubscriberId): readonly PushSocket[] {
    const own = this.#sockets.byId(id)
    return own === null ? this.#sockets.ofCaller(id) : [own]
  }

  #tell(one: PushSocket, message: object): void {
    this.#afterHub((nowMs) => this.#hub.tell(one.id, message, nowMs))
  }

  #tellAll(message: object): void {
    for (const one of this.#sockets.all()) if (one.facts.caller !== null) this.#tell(one, message)
  }

  /** Does something with the hub, and sees to it that what it keeps for later goes out in time. */
  #afterHub(act: (nowMs: number) => void): void {
    act(this.#deps.timers.nowMs())
    this.#flush.by(this.#hub.nextFlushMs())
  }

  #end(id: string, close: Close): void {
    const one = this.#sockets.byId(id)
    this.#leave(id)
    one?.close(close.code, close.reason)
  }

  #leave(id: string): void {
    this.#hub.remove(id, this.#deps.timers.nowMs())
    this.#dialog.end(id)
    this.#sockets.forget(id)
    this.#unknown.delete(id)
    this.#deps.quotes().subscriptions.dropSubscriber(id)
  }
}

/** When a socket ends by the clock, Unix ms; null when it does not. */
function endOf({ caller, openedAtMs }: SocketFacts): number | null {
  return caller === null ? openedAtMs + UNKNOWN_MS : caller.expiresAtMs
}

/** Orders and fills are for callers who may read accounts, and only those accounts that they may see. */
function maySee({ scopes, accIds }: SocketCaller, stream: StreamName): boolean {
  if (streamKindOf(stream) !== 'trades') return true
  const accId = BigInt(stream.slice(stream.indexOf(':') + 1))
  return scopes.includes('acc:read') && (accIds === null || accIds.includes(accId))
}
