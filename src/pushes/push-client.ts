import type { StreamName } from '../subscriptions/stream.ts'
import { CLOSES, type Close } from './close-code.ts'
import { Flow } from './flow.ts'
import type { BodyForm, Frame, Outgoing, Repeat } from './frame.ts'
import { Outbox } from './outbox.ts'
import type { PushCounts } from './push-counts.ts'

/** How a client wants its pushes. */
export interface ClientOptions {
  readonly id: string
  readonly form: BodyForm
  /** One WebSocket message for all that is sent at once: a JSON array. Otherwise one message for each. */
  readonly isBatched: boolean
  /** Shortest time between two bundles of pushes. */
  readonly conflateMs: number
}

/** The longest `conflateMs`. Who wants to know less often may as well ask. */
export const MAX_CONFLATE_MS = 10_000

/** The `conflateMs` of clients that do not say: twenty updates a second, more than an eye takes in. */
export const DEFAULT_CONFLATE_MS = 50

/** A batched message is ended when it is so long; common client libraries refuse messages over 1 MiB. */
const MAX_BATCH_CHARS = 256 * 1024

/** What a client's sending needs from the hub. */
export interface PushClientDeps {
  readonly send: (clientId: string, text: string) => void
  readonly currentOf: (stream: StreamName) => Frame | null
  /** The next number in the order of everything that waits. */
  readonly nextOrder: () => number
  readonly counts: PushCounts
}

/** A stream of a client that has been given something since it was set. */
const FED = -1

/** One WebSocket client: its streams, what waits for it, and when it may be sent more. */
export class PushClient {
  readonly id: string
  readonly #form: BodyForm
  readonly #isBatched: boolean
  readonly #conflateMs: number
  readonly #deps: PushClientDeps
  readonly outbox = new Outbox()
  readonly flow: Flow
  /** The client's streams, each with its latest number when it was set, or `FED`. */
  readonly #streams = new Map<StreamName, number>()
  /** Positions that a `resume` gave for streams that are not set yet; null stands for one of another run. */
  positions: ReadonlyMap<StreamName, number | null> = new Map()
  /** The earliest time of the next bundle of pushes. */
  #openAtMs = -Infinity
  /** The texts of the batched message that is being made, and their length. */
  readonly #bundle: string[] = []
  #bundleChars = 0
  #weighedBytes = 0

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

  /** Notes that the client has been given something of the stream, beside its pushes. */
  feed(stream: StreamName): void {
    this.#streams.set(stream, FED)
  }

  dropStreams(streams: ReadonlySet<StreamName>): void {
    for (const stream of streams) this.#streams.delete(stream)
    this.outbox.forget(streams)
    this.#weigh()
  }

  /** Takes what waits for a client that is gone out of what waits in all. */
  leave(): void {
    this.#deps.counts.waitingBytes -= this.#weighedBytes
    this.#weighedBytes = 0
  }

  /** Sends a push at once when nothing stands in the way. The way of nearly every push, so it makes nothing new. */
  sendNow(frame: Frame, nowMs: number): boolean {
    if (nowMs < this.#openAtMs || !this.outbox.isEmpty || !this.flow.canSend(nowMs)) return false
    const text = frame.text(this.#form)
    this.#deps.counts.framesSent += 1
    this.#sendText(this.#isBatched ? `[${text}]` : text, nowMs)
    this.#openAtMs = nowMs + this.#conflateMs
    return true
  }

  /** Puts a push into the outbox. */
  hold(item: Frame | Repeat): void {
    const { conflated, dropped } = this.outbox.add(item)
    const { counts } = this.#deps
    counts.conflated += conflated
    counts.dropped += dropped
    this.#weigh()
  }

  /**
   * Sends a control message after everything that waits. It takes along what waits for the time between two bundles
   * only: a reply should not be held up by pushes.
   */
  say(text: string, nowMs: number): void {
    if (this.outbox.isEmpty && this.flow.canSend(nowMs)) {
      this.#sendText(this.#isBatched ? `[${text}]` : text, nowMs)
      return
    }
    this.outbox.addControl(text, this.#deps.nextOrder())
    this.#weigh()
    this.drain(nowMs)
  }

  /** Sends what waits, as far as the client may be sent anything. */
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
    this.#weigh()
    if (frames === 0) return
    this.#deps.counts.framesSent += frames
    this.#openAtMs = nowMs + this.#conflateMs
  }

  /** Sends what waits if it is time for it. */
  drainIfOpen(nowMs: number): void {
    if (nowMs >= this.#openAtMs) this.drain(nowMs)
  }

  /** When there is something to do for this client; infinite when only an event can bring it. */
  dueMs(nowMs: number): number {
    const giveUpAtMs = this.flow.giveUpAtMs
    if (this.outbox.isEmpty) return giveUpAtMs
    return Math.min(giveUpAtMs, Math.max(this.#openAtMs, this.flow.sendableAtMs(nowMs)))
  }

  /** Why the client must be closed now; null when it need not. */
  verdict(nowMs: number): Close | null {
    if (this.outbox.isFlooded) return CLOSES.tooManyReplies
    if (nowMs < this.flow.giveUpAtMs) return null
    return this.flow.isConfirming ? CLOSES.notReading : CLOSES.neverConfirms
  }

  /** Sends a whole message, and the ping that may be due after it. */
  #sendText(text: string, nowMs: number): void {
    this.#deps.send(this.id, text)
    const n = this.flow.spend(text.length, nowMs)
    if (n === null) return
    const ping = this.#isBatched ? `[${pingText(n, nowMs)}]` : pingText(n, nowMs)
    this.#deps.send(this.id, ping)
    this.flow.spendPing(ping.length, nowMs)
  }

  /** Sends one of several texts: at once, or with the others in one message. */
  #sendPart(text: string, nowMs: number): void {
    if (!this.#isBatched) {
      this.#sendText(text, nowMs)
      return
    }
    this.#bundle.push(text)
    this.#bundleChars += text.length
    // A comma or bracket goes with each text.
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

  /** Brings what waits here into what waits in all. */
  #weigh(): void {
    const bytes = this.outbox.waitingBytes
    this.#deps.counts.waitingBytes += bytes - this.#weighedBytes
    this.#weighedBytes = bytes
  }
}

function pingText(n: number, nowMs: number): string {
  return `{"type":"ping","n":${n},"at_ms":${nowMs}}`
}
