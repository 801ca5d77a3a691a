import { MAX_OUTBOXES_BYTES } from '../base/memory-budget.ts'
import type { StreamName } from '../subscriptions/stream.ts'
import { CLOSES, type Close } from './close-code.ts'
import { Repeat } from './frame.ts'
import { PushClient, type ClientOptions, type PushClientDeps } from './push-client.ts'
import { freshCounts, type PushCounts } from './push-counts.ts'
import type { PushEvent } from './push-event.ts'
import type { ResumeReport, StreamResume } from './resume-report.ts'
import { StreamLog } from './stream-log.ts'
import { streamKindOf } from './stream-kind.ts'

/** Replayed events that are put into an outbox before it is drained, well under its own bound. */
const REPLAY_STEP = 100

/** What the hub cannot do itself. None of these may call the hub back, nor throw. */
export interface PushHubDeps {
  /** Random text that names this life of the hub: numbers of streams mean nothing in another one. */
  readonly run: string
  readonly send: (clientId: string, text: string) => void
  readonly close: (clientId: string, code: number, reason: string) => void
}

/** What the metrics page says about pushes. */
export interface HubCounts extends Readonly<PushCounts> {
  readonly clients: number
  readonly streams: number
  readonly retainedBytes: number
}

/**
 * Fans pushes out to WebSocket clients: each gets the streams that are set for it, at its own pace, and nobody's
 * slowness costs anybody else. Pure: times are arguments, and whoever owns the hub calls `flush` at `nextFlushMs`.
 *
 * - A client that is quiet gets a push at once. After that the next bundle comes no sooner than its `conflateMs` later;
 *   in between values replace each other, and ticks, orders, fills and notices wait in order.
 * - A client that cannot be sent more (`Flow`) has an outbox with bounds. What is dropped over them is counted and told
 *   in a `lagged` message before anything else, with the current values of the streams it concerns.
 * - Methods that name a client do nothing when it is gone: its end may cross with what was on the way to it.
 */
export class PushHub {
  readonly #deps: PushHubDeps
  readonly #clients = new Map<string, PushClient>()
  readonly #log = new StreamLog<PushClient>()
  readonly #counts = freshCounts()
  readonly #clientDeps: PushClientDeps
  /** Clients with something to do at a known time, with that time. */
  readonly #due = new Map<PushClient, number>()
  /** No later than the earliest of those times. */
  #nextDueMs = Infinity
  #order = 0

  constructor(deps: PushHubDeps) {
    this.#deps = deps
    this.#clientDeps = {
      send: deps.send,
      currentOf: (stream) => this.#log.currentOf(stream),
      nextOrder: () => ++this.#order,
      counts: this.#counts,
    }
  }

  /** The name of this life of the hub. */
  get run(): string {
    return this.#deps.run
  }

  get counts(): HubCounts {
    return {
      ...this.#counts,
      clients: this.#clients.size,
      streams: this.#log.size,
      retainedBytes: this.#log.retainedBytes,
    }
  }

  /** Adds a client without streams. Its id must not be in use. */
  add(options: ClientOptions, nowMs: number): void {
    if (this.#clients.has(options.id)) throw new Error(`client ${options.id} is there already`)
    this.#clients.set(options.id, new PushClient(options, this.#clientDeps, nowMs))
  }

  remove(clientId: string, nowMs: number): void {
    const client = this.#clients.get(clientId)
    if (client === undefined) return
    for (const stream of client.streams.keys()) this.#log.leave(stream, client, nowMs)
    client.leave()
    this.#due.delete(client)
    this.#clients.delete(clientId)
  }

  /** The streams that are set for a client. */
  streamsOf(clientId: string): readonly StreamName[] {
    return [...(this.#clients.get(clientId)?.streams.keys() ?? [])]
  }

  /**
   * Sets a client's streams: nothing of any other is sent from now on, not even what waits. With `sendsCurrent` a new
   * stream begins with its current value, as a snapshot, when it is known. A new stream that an earlier `resume` named
   * goes on from there instead, and is in the report.
   */
  setStreams(
    clientId: string,
    streams: ReadonlySet<StreamName>,
    { sendsCurrent }: { readonly sendsCurrent: boolean },
    nowMs: number,
  ): ResumeReport {
    const report = new Map<StreamName, StreamResume>()
    const client = this.#clients.get(clientId)
    if (client === undefined) return report
    const unwanted = new Set(client.streams.keys()).difference(streams)
    for (const stream of unwanted) this.#log.leave(stream, client, nowMs)
    if (unwanted.size > 0) client.dropStreams(unwanted)

    const positions = new Map(client.positions)
    for (const stream of streams) {
      if (client.streams.has(stream)) continue
      client.setStream(stream, this.#log.listen(stream, client, nowMs))
      const position = positions.get(stream)
      if (position !== undefined) {
        report.set(stream, this.#replay(client, stream, position, nowMs))
        positions.delete(stream)
      } else if (sendsCurrent) {
        this.#showCurrent(client, stream)
      }
    }
    client.positions = positions
    client.drainIfOpen(nowMs)
    this.#schedule(client, nowMs)
    return report
  }

  /** Gives a push to everybody whose streams it belongs to. */
  push(event: PushEvent, nowMs: number): void {
    const { frame, listeners } = this.#log.append(event, ++this.#order, nowMs)
    for (const client of listeners) {
      if (client.sendNow(frame, nowMs)) {
        if (client.flow.giveUpAtMs !== Infinity) this.#schedule(client, nowMs)
        continue
      }
      const isFirst = client.outbox.isEmpty
      client.hold(frame)
      if (isFirst) this.#schedule(client, nowMs)
    }
    this.#makeRoom(nowMs)
  }

  /** Sends a message of the gateway's own: never dropped, and in order with the frames. */
  tell(clientId: string, message: object, nowMs: number): void {
    const client = this.#clients.get(clientId)
    if (client === undefined) return
    client.say(JSON.stringify(message), nowMs)
    this.#closeOrSchedule(client, nowMs)
    this.#makeRoom(nowMs)
  }

  /**
   * Goes on where a client was when it lost its last socket. Streams that are set and have given nothing yet are replayed
   * now, the others when they are set. A later `resume` replaces the positions that still wait.
   */
  resume(clientId: string, run: string, positions: ReadonlyMap<StreamName, number>, nowMs: number): ResumeReport {
    const report = new Map<StreamName, StreamResume>()
    const client = this.#clients.get(clientId)
    if (client === undefined) return report
    const waiting = new Map<StreamName, number | null>()
    for (const [stream, number] of positions) {
      const position = run === this.run ? number : null
      if (client.streams.has(stream)) {
        report.set(stream, this.#replay(client, stream, position, nowMs))
      } else {
        waiting.set(stream, position)
        report.set(stream, { state: 'waits', replayed: 0 })
      }
    }
    client.positions = waiting
    client.drain(nowMs)
    this.#schedule(client, nowMs)
    this.#makeRoom(nowMs)
    return report
  }

  /** The client sent a message of any kind. */
  heard(clientId: string, nowMs: number): void {
    this.#clients.get(clientId)?.flow.heard(nowMs)
  }

  /** The client answered ping `n`: everything before it has been read. */
  pong(clientId: string, n: number, nowMs: number): void {
    const client = this.#clients.get(clientId)
    if (client === undefined) return
    client.flow.pong(n, nowMs)
    client.drainIfOpen(nowMs)
    this.#schedule(client, nowMs)
  }

  /** The link to OpenD is gone: current values are none any more until they are pushed again. Numbers go on. */
  linkLost(): void {
    this.#log.linkLost()
  }

  /** When `flush` has something to do, Unix ms; null when nothing is planned. Never too late, now and then too early. */
  nextFlushMs(): number | null {
    return this.#nextDueMs === Infinity ? null : this.#nextDueMs
  }

  /** Sends what is due, and closes who is given up. */
  flush(nowMs: number): void {
    if (nowMs < this.#nextDueMs) return
    for (const [client, dueMs] of this.#due) {
      if (dueMs > nowMs) continue
      client.drainIfOpen(nowMs)
      this.#closeOrSchedule(client, nowMs)
    }
    this.#nextDueMs = Infinity
    for (const dueMs of this.#due.values()) this.#nextDueMs = Math.min(this.#nextDueMs, dueMs)
  }

  #showCurrent(client: PushClient, stream: StreamName): void {
    const current = this.#log.currentOf(stream)
    if (current === null) return
    client.hold(new Repeat(current, ++this.#order, true))
    client.feed(stream)
  }

  /** Gives a client what it missed of a stream that is set. `position` is null for one of another run. */
  #replay(client: PushClient, stream: StreamName, position: number | null, nowMs: number): StreamResume {
    const kind = streamKindOf(stream)
    // What was given since would come before what was missed. A value is the last one in any case.
    if (client.streams.get(stream) !== this.#log.seqOf(stream)) {
      return { state: kind === 'value' && position !== null ? 'resumed' : 'gone', replayed: 0 }
    }
    if (position === null) {
      this.#showCurrent(client, stream)
      return { state: 'gone', replayed: 0 }
    }
    const { frames, isGone } = this.#log.after(stream, position)
    for (const [index, frame] of frames.entries()) {
      client.hold(new Repeat(frame, ++this.#order, false))
      if (index % REPLAY_STEP === REPLAY_STEP - 1) client.drain(nowMs)
    }
    client.drain(nowMs)
    if (frames.length > 0) client.feed(stream)
    else if (isGone) this.#showCurrent(client, stream)
    return { state: isGone ? 'gone' : 'resumed', replayed: frames.length }
  }

  #closeOrSchedule(client: PushClient, nowMs: number): void {
    const close = client.verdict(nowMs)
    if (close === null) this.#schedule(client, nowMs)
    else this.#close(client, close, nowMs)
  }

  #schedule(client: PushClient, nowMs: number): void {
    const dueMs = client.dueMs(nowMs)
    if (dueMs === Infinity) {
      this.#due.delete(client)
      return
    }
    this.#due.set(client, dueMs)
    if (dueMs < this.#nextDueMs) this.#nextDueMs = dueMs
  }

  #close(client: PushClient, { code, reason }: Close, nowMs: number): void {
    this.#counts.closedSlow += 1
    this.#deps.close(client.id, code, reason)
    this.remove(client.id, nowMs)
  }

  /** Closes the clients for which most waits, until what waits in all is within its bound. */
  #makeRoom(nowMs: number): void {
    while (this.#counts.waitingBytes > MAX_OUTBOXES_BYTES) {
      let slowest: PushClient | null = null
      for (const client of this.#clients.values()) {
        if (client.outbox.waitingBytes > (slowest?.outbox.waitingBytes ?? 0)) slowest = client
      }
      if (slowest === null) throw new Error('memory is taken, and nothing waits')
      this.#close(slowest, CLOSES.noRoom, nowMs)
    }
  }
}
