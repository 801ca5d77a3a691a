import { LOCAL_READER } from '../src/auth/caller.ts'
import { socketStanding } from '../src/auth/socket-standing.ts'
import type { SocketCaller } from '../src/auth/socket-caller.ts'
import type { KeyTable } from '../src/auth/key-table.ts'
import type { Result } from '../src/base/result.ts'
import { describe } from '../src/problem/problem.ts'
import { NO_TEXT, readClientMessage } from '../src/pushes/client-message.ts'
import { type Close, CLOSES } from '../src/pushes/close-code.ts'
import type { PushEvent } from '../src/pushes/push-event.ts'
import { PushHub } from '../src/pushes/push-hub.ts'
import { gatewayMessage, helloMessage } from '../src/pushes/server-message.ts'
import { NOTIFY_STREAM, REMINDERS_STREAM, streamKindOf } from '../src/pushes/stream-kind.ts'
import type { HolderId } from '../src/subscriptions/holder.ts'
import type { StreamName, UnitKey } from '../src/subscriptions/stream.ts'
import type { LossReason } from '../src/subscriptions/subscription-outside.ts'
import type { MetricSample } from './gateway-rpc.ts'
import { counter, gauge } from './metric.ts'
import { PushDialog } from './push-dialog.ts'
import { type PushSocket, PushSockets, type SocketFacts } from './push-sockets.ts'
import type { QuoteService } from './quote-service.ts'
import { WakeTimer } from './wake-timer.ts'

/** How often a quiet socket is told that it is still there: the alarm's interval. */
export const HEARTBEAT_SECONDS = 30

/** How long a socket may stay open without saying who it is, and how many such may be open at once. */
const UNKNOWN_SOCKET = { mostMs: 10_000, most: 256 } as const

/** What the pushes need from the object they live in. */
export interface PushHost {
  readonly ctx: DurableObjectState
  readonly quotes: () => QuoteService
  /** The caller behind a token that came in a first message. */
  identify(token: string): Promise<Result<SocketCaller>>
  /** The keys as they are configured now. */
  keys(): KeyTable
  isLinkUp(): boolean
}

/** The push side of the gateway object: sockets, what clients say over them, and the hub that feeds them. */
export class PushService {
  readonly #host: PushHost
  readonly #sockets: PushSockets
  readonly #hub: PushHub
  readonly #dialog: PushDialog
  readonly #flush: WakeTimer
  readonly #lookAround: WakeTimer

  constructor(host: PushHost) {
    this.#host = host
    this.#sockets = new PushSockets(host.ctx)
    this.#flush = new WakeTimer(() => this.#afterHub((nowMs) => this.#hub.flush(nowMs)))
    this.#lookAround = new WakeTimer(() => this.closeFallen())
    this.#hub = new PushHub({
      run: crypto.randomUUID().slice(0, 8),
      send: (id, text) => trySend(this.#sockets.byId(id)?.socket, text),
      // The hub forgets it by itself, and must not be called back meanwhile.
      close: (id, code, reason) => queueMicrotask(() => this.#end(id, { code, reason })),
    })
    this.#dialog = new PushDialog({
      hub: this.#hub,
      quotes: host.quotes,
      tell: (one, message) => this.#tell(one, message),
      identify: (token) => host.identify(token),
      became: (one, caller) => this.#became(one, caller),
      hubChanged: () => this.#flush.by(this.#hub.nextFlushMs()),
    })
  }

  /** After the object came back to memory: its sockets go on, with streams that are numbered anew. */
  restore(): void {
    for (const one of this.#sockets.all()) this.#begin(one)
    this.#host.quotes().desk.keepOnly(Array.from(this.#sockets.all(), ({ id }) => id))
  }

  /** Opens a socket for the caller that the Worker vouched for. */
  open(request: Request): Response {
    const nowMs = Date.now()
    const accepted = this.#sockets.accept(request, nowMs)
    if (accepted === null) return new Response(null, { status: 503 })
    const { opened, response } = accepted
    this.#begin(opened)
    if (opened.facts.caller === null && this.#unknownCount() > UNKNOWN_SOCKET.most) {
      this.#end(opened.id, CLOSES.overloaded)
    }
    return response
  }

  /** A message of a client. */
  message(socket: WebSocket, data: string | ArrayBuffer): void {
    const one = this.#sockets.of(socket)
    if (one === null) return
    this.#hub.heard(one.id, Date.now())
    const read = typeof data === 'string' ? readClientMessage(data) : NO_TEXT
    if (read.message.ok && read.message.value.op === 'pong') {
      const { n } = read.message.value
      this.#afterHub((nowMs) => this.#hub.pong(one.id, n, nowMs))
    } else {
      this.#dialog.hear(one, read)
    }
  }

  /** A client is gone. */
  closed(socket: WebSocket): void {
    const one = this.#sockets.of(socket)
    if (one !== null) this.#leave(one.id)
    // A socket that can hibernate does not answer a close by itself; its client would wait, and then see 1006.
    tryClose(socket, CLOSES.answered)
  }

  push(event: PushEvent): void {
    this.#afterHub((nowMs) => this.#hub.push(event, nowMs))
  }

  /** The streams of that holder are others now: those of its own socket, or of all sockets of that caller. */
  streamsChanged(id: HolderId): void {
    for (const one of this.#socketsOf(id)) this.#setStreams(one)
  }

  /** Tells the sockets of a holder that it lost subscriptions which it did not give up. */
  unitsLost(id: HolderId, units: readonly UnitKey[], reason: LossReason): void {
    const why = reason.kind === 'refused' ? describe(reason.failure).error : 'others needed the quota'
    const message = { type: 'unsubscribed', reason: reason.kind, error: why, units: [...units] }
    for (const one of this.#socketsOf(id)) this.#tell(one, message)
  }

  /** Whether a caller has an open socket. */
  isListening(caller: string): boolean {
    return this.#sockets.ofCaller(caller).length > 0
  }

  linkReady(): void {
    this.#tellAll(gatewayMessage(true, Date.now()))
  }

  linkLost(): void {
    this.#hub.linkLost()
    this.#tellAll(gatewayMessage(false, Date.now()))
  }

  /** Tells every socket that it is still there, and closes those that may not be. */
  heartbeat(): void {
    this.closeFallen()
    for (const { id, socket } of this.#sockets.all()) {
      // The platform answers the bare text without waking anybody, and remembers when.
      const pingedAt = this.#host.ctx.getWebSocketAutoResponseTimestamp(socket)
      if (pingedAt !== null) this.#hub.heard(id, pingedAt.getTime())
    }
    this.#tellAll({ type: 'heartbeat', at_ms: Date.now() })
  }

  /** Closes the sockets whose key or token no longer stands, and those that never said who they are. */
  closeFallen(): void {
    const nowMs = Date.now()
    const keys = this.#host.keys()
    for (const { id, facts } of [...this.#sockets.all()]) {
      const { caller } = facts
      const endsAtMs = endOf(facts)
      const standing = caller === null ? 'unknown' : socketStanding(keys, caller, nowMs)
      if (standing === 'expired') this.#end(id, CLOSES.tokenExpired)
      else if (standing === 'revoked') this.#end(id, CLOSES.keyRevoked)
      else if (endsAtMs !== null && endsAtMs > nowMs) this.#lookAround.by(endsAtMs)
      else if (caller === null) this.#end(id, CLOSES.notKnown)
    }
  }

  metrics(): readonly MetricSample[] {
    const { framesSent, conflated, dropped, lagged, closedSlow, waitingBytes, streams, keptBytes } = this.#hub.counts
    return [
      gauge('opend_edge_push_sockets', this.#sockets.size),
      gauge('opend_edge_push_streams', streams),
      gauge('opend_edge_push_kept_bytes', keptBytes),
      gauge('opend_edge_push_waiting_bytes', waitingBytes),
      counter('opend_edge_push_frames_sent_total', framesSent),
      counter('opend_edge_push_frames_conflated_total', conflated),
      counter('opend_edge_push_events_dropped_total', dropped),
      counter('opend_edge_push_lagged_total', lagged),
      counter('opend_edge_push_sockets_closed_slow_total', closedSlow),
    ]
  }

  /** A socket that was opened, or that the object found again. */
  #begin(one: PushSocket): void {
    const { caller, form, isBatched, conflateMs } = one.facts
    this.#hub.add({ id: one.id, form, isBatched, conflateMs }, Date.now())
    this.#dialog.begin(one.id)
    this.#lookAround.by(endOf(one.facts))
    if (caller !== null) this.#greet(one, caller)
  }

  #greet(one: PushSocket, caller: SocketCaller): void {
    const { form, isBatched, conflateMs } = one.facts
    const { run } = this.#hub
    const manner = { form, isBatched, conflateMs, heartbeatSeconds: HEARTBEAT_SECONDS }
    this.#tell(one, helloMessage({ run, caller: caller.id, nowMs: Date.now(), ...manner }))
    if (!this.#host.isLinkUp()) this.#tell(one, gatewayMessage(false, Date.now()))
    this.#setStreams(one)
  }

  /** A socket said who it is: for the first time, with a new token, or instead of being anybody on this machine. */
  #became(one: PushSocket, caller: SocketCaller): boolean {
    const before = one.facts.caller
    if (before !== null && before.id !== caller.id) {
      if (before.id !== LOCAL_READER.id) {
        this.#end(one.id, CLOSES.otherCaller)
        return false
      }
      this.#host.quotes().desk.dropHolder(one.id)
    }
    this.#sockets.identify(one, caller)
    this.#lookAround.by(endOf(one.facts))
    this.#greet(one, caller)
    return true
  }

  /** What a socket is sent: what it and its caller's REST calls have subscribed, and may be seen by that caller. */
  #setStreams(one: PushSocket): void {
    const { caller } = one.facts
    if (caller === null) return
    const { desk } = this.#host.quotes()
    const wanted = [...desk.streamsOf(one.id), ...desk.streamsOf(caller.id), NOTIFY_STREAM, REMINDERS_STREAM]
    const streams = new Set(wanted.filter((stream) => maySee(caller, stream)))
    const sendsCurrent = this.#dialog.sendsCurrent(one.id)
    this.#afterHub((nowMs) => {
      this.#dialog.noteResumed(one.id, this.#hub.setStreams(one.id, streams, { sendsCurrent }, nowMs))
    })
  }

  /** The socket of that holder, or all sockets of that caller. */
  #socketsOf(id: HolderId): readonly PushSocket[] {
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
    act(Date.now())
    this.#flush.by(this.#hub.nextFlushMs())
  }

  #end(id: string, close: Close): void {
    const one = this.#sockets.byId(id)
    this.#leave(id)
    if (one !== null) tryClose(one.socket, close)
  }

  #leave(id: string): void {
    this.#hub.remove(id, Date.now())
    this.#dialog.end(id)
    this.#sockets.forget(id)
    this.#host.quotes().desk.dropHolder(id)
  }

  #unknownCount(): number {
    return [...this.#sockets.all()].filter(({ facts }) => facts.caller === null).length
  }
}

/** When a socket ends by the clock, Unix ms; null when it does not. */
function endOf({ caller, openedAtMs }: SocketFacts): number | null {
  return caller === null ? openedAtMs + UNKNOWN_SOCKET.mostMs : caller.expiresAtMs
}

/** Orders and fills are for callers who may read accounts, and only those accounts that they may see. */
function maySee({ scopes, accIds }: SocketCaller, stream: StreamName): boolean {
  if (streamKindOf(stream) !== 'trades') return true
  const accId = BigInt(stream.slice(stream.indexOf(':') + 1))
  return scopes.includes('acc:read') && (accIds === null || accIds.includes(accId))
}

/** A socket may be closed without our having heard of it yet; then nobody misses what is sent. */
function trySend(socket: WebSocket | undefined, text: string): void {
  try {
    socket?.send(text)
  } catch {
    // Its end is on the way.
  }
}

function tryClose(socket: WebSocket, { code, reason }: Close): void {
  try {
    socket.close(code, reason)
  } catch {
    // It is closed already.
  }
}
