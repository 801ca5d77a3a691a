import type { StreamName } from '../../subscriptions/stream.ts'
import { CLOSES, type Close } from '../messages/close-code.ts'
import { Flow } from './flow.ts'
import type { BodyForm, PushFrame, Outgoing, Repeat } from '../messages/push-frame.ts'
import { Outbox } from './outbox.ts'
import { MAX_CONFLATE_MS } from '../push-socket.ts'
import type { PushCounts } from './push-counts.ts'

/** The options of a client. */
export interface ClientOptions {
  readonly id: string
  readonly form: BodyForm
  /** Whether items that are sent together form one WebSocket message, a JSON array. */
  readonly isBatched: boolean
  /** The shortest time between two bundles of pushes. */
  readonly conflateMs: number
}

/** A batched message ends at this length. Common client libraries refuse messages over 1 MiB. */
const MAX_BATCH_CHARS = 256 * 1024

/** The dependencies of `PushClient`. */
export interface PushClientDeps {
  readonly send: (clientId: string, text: string) => void
  readonly currentOf: (stream: StreamName) => PushFrame | null
  /** The next number in the order of all waiting items. */
  readonly nextOrder: () => number
  readonly counts: PushCounts
}

/** Marks a stream of which the client was sent a snapshot or a replayed event since it was set. */
const HAS_SENT = -1

/** One WebSocket client: its streams, its waiting items and its flow control. */
export class PushClient {
  readonly id: string
  readonly #form: BodyForm
  readonly #isBatched: boolean
  readonly #conflateMs: number
  readonly #deps: PushClientDeps
  readonly outbox = new Outbox()
  readonly flow: Flow
  /** The client's streams, each with the latest `seq` when it was set, or `HAS_SENT`. */
  readonly #streams = new Map<StreamName, number>()
  /** The last `seq` numbers of a `resume` for streams that are not set yet; null for a number of another run. */
  lastSeqs: ReadonlyMap<StreamName, number | null> = new Map()
  /** The earliest time of the next bundle of pushes. */
  #openAtMs = -Infinity
  /** The texts of the current batched message, and their length. */
  readonly #bundle: string[] = []
  #bundleChars = 0
  #countedBytes = 0

  constructor({ id, form, isBatched, conflateMs }: ClientOptions, deps: PushClientDeps, nowMs: number) {
    this.id = id
    this.#form = form
    this.#isBatched = isBatched
    this.#conflateMs = Math.min(MAX_CONFLATE_MS, Math.max(0, conflateMs))
    this.#deps = deps
    this.flow = new Flow(nowMs)
  }

  get streams(): ReadonlyMap<StreamName, number> {
    return this.#streams
  }

  setStream(stream: StreamName, seq: number): void {
    this.#streams.set(stream, seq)
  }

  /** Records that the client was sent a snapshot or a replayed event of the stream. */
  markSent(stream: StreamName): void {
    this.#streams.set(stream, HAS_SENT)
  }

  dropStreams(streams: ReadonlySet<StreamName>): void {
    for (const stream of streams) this.#streams.delete(stream)
    this.outbox.forget(streams)
    this.#countWaiting()
  }

  /** Subtracts the waiting bytes of a removed client from the total. */
  leave(): void {
    this.#deps.counts.waitingBytes -= this.#countedBytes
    this.#countedBytes = 0
  }

  /** Sends a push at once if flow control allows. Nearly every push takes this path, so it allocates no object. */
  sendNow(frame: PushFrame, nowMs: number): boolean {
    if (nowMs < this.#openAtMs || !this.outbox.isEmpty || !this.flow.canSend(nowMs)) return false
    const text = frame.text(this.#form)
    this.#deps.counts.framesSent += 1
    this.#sendText(this.#isBatched ? `[${text}]` : text, nowMs)
    this.#openAtMs = nowMs + this.#conflateMs
    return true
  }

  /** Puts a push into the outbox. */
  enqueue(item: PushFrame | Repeat): void {
    const { conflated, dropped } = this.outbox.add(item)
    const { counts } = this.#deps
    counts.conflated += conflated
    counts.dropped += dropped
    this.#countWaiting()
  }

  /**
   * Sends a control message after all waiting items. Items that only wait for the next bundle are sent first, so that
   * pushes do not delay a reply.
   */
  sendControl(text: string, nowMs: number): void {
    if (this.outbox.isEmpty && this.flow.canSend(nowMs)) {
      this.#sendText(this.#isBatched ? `[${text}]` : text, nowMs)
      return
    }
    this.outbox.addControl(text, this.#deps.nextOrder())
    this.#countWaiting()
    this.drain(nowMs)
  }

  /** Sends waiting items as long as flow control allows. */
  drain(nowMs: number): void {
    if (this.outbox.isEmpty || !this.flow.canSend(nowMs)) return
    const lagged = this.outbox.recover(this.#deps.currentOf, this.#deps.nextOrder())
    if (lagged !== null) {
      this.#deps.counts.lagged += 1
      this.#sendPart(lagged, nowMs)
    }
    let frames = 0
    while (this.flow.canSend(nowMs)) {
      const next: Outgoing | null = this.outbox.take()
      if (next === null) break
      if (next.isFrame) frames += 1
      this.#sendPart(next.text(this.#form), nowMs)
    }
    this.#sendBundle()
    this.#countWaiting()
    if (frames === 0) return
    this.#deps.counts.framesSent += frames
    this.#openAtMs = nowMs + this.#conflateMs
  }

  /** Sends waiting items if the next bundle is due. */
  drainIfOpen(nowMs: number): void {
    if (nowMs >= this.#openAtMs) this.drain(nowMs)
  }

  /** When this client has work to do next; infinite when only an event can cause it. */
  dueMs(nowMs: number): number {
    const deadlineMs = this.flow.deadlineMs
    if (this.outbox.isEmpty) return deadlineMs
    return Math.min(deadlineMs, Math.max(this.#openAtMs, this.flow.sendableAtMs(nowMs)))
  }

  /** Why the client must be closed now; null when it need not. */
  verdict(nowMs: number): Close | null {
    if (this.outbox.isFlooded) return CLOSES.tooManyReplies
    if (nowMs < this.flow.deadlineMs) return null
    return this.flow.isConfirming ? CLOSES.notReading : CLOSES.neverConfirms
  }

  /** Sends a message, and a ping after it if one is due. */
  #sendText(text: string, nowMs: number): void {
    this.#deps.send(this.id, text)
    const n = this.flow.spend(text.length, nowMs)
    if (n === null) return
    const ping = this.#isBatched ? `[${pingText(n, nowMs)}]` : pingText(n, nowMs)
    this.#deps.send(this.id, ping)
    this.flow.spendPing(ping.length, nowMs)
  }

  /** Sends one of several texts: as a message, or as part of the batched message. */
  #sendPart(text: string, nowMs: number): void {
    if (!this.#isBatched) {
      this.#sendText(text, nowMs)
      return
    }
    this.#bundle.push(text)
    this.#bundleChars += text.length
    // Each text adds a comma or a bracket.
    const n = this.flow.spend(text.length + 1, nowMs)
    if (n !== null) {
      const ping = pingText(n, nowMs)
      this.#bundle.push(ping)
      this.flow.spendPing(ping.length + 1, nowMs)
    }
    if (this.#bundleChars >= MAX_BATCH_CHARS) this.#sendBundle()
  }

  #sendBundle(): void {
    if (this.#bundle.length === 0) return
    this.#deps.send(this.id, `[${this.#bundle.join(',')}]`)
    this.#bundle.length = 0
    this.#bundleChars = 0
  }

  /** Updates the total of waiting bytes with those of this client. */
  #countWaiting(): void {
    const bytes = this.outbox.waitingBytes
    this.#deps.counts.waitingBytes += bytes - this.#countedBytes
    this.#countedBytes = bytes
  }
}

function pingText(n: number, nowMs: number): string {
  return `{"type":"ping","n":${n},"at_ms":${nowMs}}`
}
