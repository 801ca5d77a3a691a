import { MAX_OUTBOXES_BYTES } from '../base/memory-budget.ts'
import type { StreamName } from '../subscriptions/stream.ts'
import { CLOSES, type Close } from './messages/close-code.ts'
import { Repeat } from './messages/push-frame.ts'
import { PushClient, type ClientOptions, type PushClientDeps } from './outbox/push-client.ts'
import { freshCounts, type PushCounts } from './outbox/push-counts.ts'
import type { PushEvent } from './push-event.ts'
import type { ResumeReport, StreamResume } from './outbox/resume-report.ts'
import { StreamLog } from './stream-log.ts'
import { streamKindOf } from './stream-kind.ts'

/** Replayed events that are put into an outbox before it is drained, well below the outbox's bound. */
const REPLAY_STEP = 100

/** The dependencies of `PushHub`. The functions must not call the hub and must not throw. */
export interface PushHubDeps {
  /** Random name of this run of the hub. The `seq` numbers of different runs cannot be compared. */
  readonly runId: string
  readonly send: (clientId: string, text: string) => void
  readonly close: (clientId: string, code: number, reason: string) => void
  /** Requests a call of `flush` at that time, Unix ms, or earlier. */
  readonly flushBy: (atMs: number) => void
}

/** The counts for the metrics page. */
export interface HubCounts extends Readonly<PushCounts> {
  readonly clients: number
  readonly streams: number
  readonly retainedBytes: number
}

/**
 * Sends pushes to WebSocket clients. Each client gets the streams that are set for it, and a slow client does not delay
 * others. The hub has no timers: times are arguments, and it requests each `flush` through its dependencies.
 *
 * - A push to a client without waiting items is sent at once. The next bundle is sent `conflateMs` later at the
 *   earliest; in between values replace each other, and ticks, orders, fills and notices wait in order.
 * - Items for a client whose flow control (`Flow`) allows no more wait in a bounded outbox. Dropped events are counted.
 *   A `lagged` message with their number is sent before the next item, with current values of the affected streams.
 * - Methods with a client id do nothing when the client does not exist, because it may just have been removed.
 */
export class PushHub {
  readonly #deps: PushHubDeps
  readonly #clients = new Map<string, PushClient>()
  readonly #log = new StreamLog<PushClient>()
  readonly #counts = freshCounts()
  readonly #clientDeps: PushClientDeps
  /** Clients with work at a known time, with that time. */
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

  /** The name of this run of the hub. */
  get runId(): string {
    return this.#deps.runId
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
    if (this.#clients.has(options.id)) throw new Error(`client ${options.id} already exists`)
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
   * Replaces a client's streams and discards the waiting items of removed streams. With `sendsCurrent` a new stream
   * starts with its current value, if known, as a snapshot. A new stream with a last `seq` from an earlier `resume` is
   * replayed from there instead, and is in the report.
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

    const lastSeqs = new Map(client.lastSeqs)
    for (const stream of streams) {
      if (client.streams.has(stream)) continue
      client.setStream(stream, this.#log.listen(stream, client, nowMs))
      const lastSeq = lastSeqs.get(stream)
      if (lastSeq !== undefined) {
        report.set(stream, this.#replay(client, stream, lastSeq, nowMs))
        lastSeqs.delete(stream)
      } else if (sendsCurrent) {
        this.#enqueueCurrent(client, stream)
      }
    }
    client.lastSeqs = lastSeqs
    client.drainIfOpen(nowMs)
    this.#schedule(client, nowMs)
    return report
  }

  /** Sends a push to all clients of its stream. */
  push(event: PushEvent, nowMs: number): void {
    const { frame, listeners } = this.#log.append(event, ++this.#order, nowMs)
    for (const client of listeners) {
      if (client.sendNow(frame, nowMs)) {
        if (client.flow.deadlineMs !== Infinity) this.#schedule(client, nowMs)
        continue
      }
      const isFirst = client.outbox.isEmpty
      client.enqueue(frame)
      if (isFirst) this.#schedule(client, nowMs)
    }
    this.#makeRoom(nowMs)
  }

  /** Sends a control message. It is never dropped, and stays in order with the pushes. */
  sendControl(clientId: string, message: object, nowMs: number): void {
    const client = this.#clients.get(clientId)
    if (client === undefined) return
    client.sendControl(JSON.stringify(message), nowMs)
    this.#closeOrSchedule(client, nowMs)
    this.#makeRoom(nowMs)
  }

  /**
   * Resumes streams from the last `seq` numbers of an earlier socket. Streams that are set, and of which the client was sent no
   * item yet, are replayed now. Streams that are not set are replayed when they are set. A later `resume` replaces the
   * numbers that still wait.
   */
  resume(clientId: string, runId: string, lastSeqs: ReadonlyMap<StreamName, number>, nowMs: number): ResumeReport {
    const report = new Map<StreamName, StreamResume>()
    const client = this.#clients.get(clientId)
    if (client === undefined) return report
    const waiting = new Map<StreamName, number | null>()
    for (const [stream, number] of lastSeqs) {
      const lastSeq = runId === this.runId ? number : null
      if (client.streams.has(stream)) {
        report.set(stream, this.#replay(client, stream, lastSeq, nowMs))
      } else {
        waiting.set(stream, lastSeq)
        report.set(stream, { state: 'waits', replayed: 0 })
      }
    }
    client.lastSeqs = waiting
    client.drain(nowMs)
    this.#schedule(client, nowMs)
    this.#makeRoom(nowMs)
    return report
  }

  /** The client sent a message of any kind. */
  recordActivity(clientId: string, nowMs: number): void {
    this.#clients.get(clientId)?.flow.recordActivity(nowMs)
  }

  /** The client answered ping `n`, so it has read everything before it. */
  pong(clientId: string, n: number, nowMs: number): void {
    const client = this.#clients.get(clientId)
    if (client === undefined) return
    client.flow.pong(n, nowMs)
    client.drainIfOpen(nowMs)
    this.#schedule(client, nowMs)
  }

  /** The link to OpenD is lost: streams have no current value until the next push. Their numbers continue. */
  linkLost(): void {
    this.#log.linkLost()
  }

  /** Sends due items, closes clients past their deadline, and requests the next flush. */
  flush(nowMs: number): void {
    if (nowMs >= this.#nextDueMs) {
      for (const [client, dueMs] of this.#due) {
        if (dueMs > nowMs) continue
        client.drainIfOpen(nowMs)
        this.#closeOrSchedule(client, nowMs)
      }
      this.#nextDueMs = Infinity
      for (const dueMs of this.#due.values()) this.#nextDueMs = Math.min(this.#nextDueMs, dueMs)
    }
    if (this.#nextDueMs !== Infinity) this.#deps.flushBy(this.#nextDueMs)
  }

  #enqueueCurrent(client: PushClient, stream: StreamName): void {
    const current = this.#log.currentOf(stream)
    if (current === null) return
    client.enqueue(new Repeat(current, ++this.#order, true))
    client.markSent(stream)
  }

  /** Replays missed events of a stream that is set. `lastSeq` is null for a number of another run. */
  #replay(client: PushClient, stream: StreamName, lastSeq: number | null, nowMs: number): StreamResume {
    const kind = streamKindOf(stream)
    // Newer events were already sent, so the missed ones would be out of order. A value stream needs only its last one.
    if (client.streams.get(stream) !== this.#log.seqOf(stream)) {
      return { state: kind === 'value' && lastSeq !== null ? 'resumed' : 'gone', replayed: 0 }
    }
    if (lastSeq === null) {
      this.#enqueueCurrent(client, stream)
      return { state: 'gone', replayed: 0 }
    }
    const { frames, isGone } = this.#log.after(stream, lastSeq)
    for (const [index, frame] of frames.entries()) {
      client.enqueue(new Repeat(frame, ++this.#order, false))
      if (index % REPLAY_STEP === REPLAY_STEP - 1) client.drain(nowMs)
    }
    client.drain(nowMs)
    if (frames.length > 0) client.markSent(stream)
    else if (isGone) this.#enqueueCurrent(client, stream)
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
    if (dueMs >= this.#nextDueMs) return
    this.#nextDueMs = dueMs
    this.#deps.flushBy(dueMs)
  }

  #close(client: PushClient, { code, reason }: Close, nowMs: number): void {
    this.#counts.closedSlow += 1
    this.#deps.close(client.id, code, reason)
    this.remove(client.id, nowMs)
  }

  /** Closes the clients with the most waiting bytes until the total is within its bound. */
  #makeRoom(nowMs: number): void {
    while (this.#counts.waitingBytes > MAX_OUTBOXES_BYTES) {
      let slowest: PushClient | null = null
      for (const client of this.#clients.values()) {
        if (client.outbox.waitingBytes > (slowest?.outbox.waitingBytes ?? 0)) slowest = client
      }
      if (slowest === null) throw new Error('waiting bytes are over their bound, but no client has waiting items')
      this.#close(slowest, CLOSES.noRoom, nowMs)
    }
  }
}
