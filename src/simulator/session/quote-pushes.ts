import type { World } from '../world.ts'
import type { CallStatistics } from './call-statistics.ts'
import type { Peer } from './peer.ts'
import type { PushBody } from './push-body.ts'
import type { SecurityRef, Subscription, SubscriptionRegistry } from './subscription-registry.ts'

/** One stream of pushes: what makes two registrations share their messages. */
export interface QuoteStream {
  readonly security: SecurityRef
  /** `Qot_Common.SubType`. */
  readonly subType: number
  /** `Qot_Common.RehabType`; only K-lines differ by it. */
  readonly rehabType: number
}

/** Where push messages come from. Times are Unix ms of the market's clock. */
export interface QuotePushSource {
  /** The present value, for a connection that has just registered; nothing when there is none yet. */
  current(world: World, stream: QuoteStream, nowMs: number): readonly PushBody[]
  /** What changed after `fromMs` until `toMs`, oldest first. */
  changes(world: World, stream: QuoteStream, fromMs: number, toMs: number): readonly PushBody[]
  /** When there can be something new again, or an earlier moment at which to ask; null when never. */
  nextChangeMs(world: World, stream: QuoteStream, nowMs: number): number | null
}

/**
 * Sends quotes to the connections that registered for them. A stream is computed and encoded once, however many
 * connections read it.
 */
export class QuotePushes {
  readonly #world: World
  readonly #source: QuotePushSource
  readonly #book: SubscriptionRegistry
  readonly #peers: ReadonlyMap<bigint, Peer>
  readonly #statistics: CallStatistics
  /** Up to which market time each stream with a reader has been sent. */
  #sentMs = new Map<string, number>()
  /** When a stream with a reader can have something new, market time. */
  #nextMs = Infinity
  #first: { readonly peer: Peer; readonly subscription: Subscription }[] = []

  constructor(
    world: World,
    source: QuotePushSource,
    book: SubscriptionRegistry,
    peers: ReadonlyMap<bigint, Peer>,
    statistics: CallStatistics,
  ) {
    this.#world = world
    this.#source = source
    this.#book = book
    this.#peers = peers
    this.#statistics = statistics
  }

  /** Queues the present value of fresh registrations; `sendFirst` sends them once the reply is out. */
  queueFirst(peer: Peer, subscriptions: readonly Subscription[]): void {
    for (const subscription of subscriptions) this.#first.push({ peer, subscription })
  }

  /** Sends what `queueFirst` queued. */
  sendFirst(nowMs: number): void {
    const queued = this.#first
    this.#first = []
    for (const { peer, subscription } of queued) {
      for (const stream of streamsOf(subscription)) {
        for (const body of this.#source.current(this.#world, stream, nowMs)) this.#send(peer, body)
      }
    }
  }

  /** Starts streams that have no reader yet at `nowMs`: what came before is not pushed. */
  begin(subscriptions: readonly Subscription[], nowMs: number): void {
    for (const subscription of subscriptions) {
      for (const stream of streamsOf(subscription)) {
        const key = streamKey(stream)
        if (!this.#sentMs.has(key)) this.#sentMs.set(key, nowMs)
        this.#recordChange(stream, nowMs)
      }
    }
  }

  /** Sends what every stream with a reader has to say up to `nowMs`. */
  advance(nowMs: number): void {
    const sentMs = new Map<string, number>()
    this.#nextMs = Infinity
    for (const [key, { stream, readers }] of this.#streams()) {
      const fromMs = this.#sentMs.get(key) ?? nowMs
      sentMs.set(key, Math.max(fromMs, nowMs))
      this.#recordChange(stream, nowMs)
      if (fromMs >= nowMs) continue
      for (const body of this.#source.changes(this.#world, stream, fromMs, nowMs)) {
        for (const reader of readers) this.#send(reader, body)
      }
    }
    // Streams that lost their last reader are forgotten with the old map.
    this.#sentMs = sentMs
  }

  /** When something can happen by itself, market time; null while nobody reads anything that can. */
  get nextMs(): number | null {
    return this.#nextMs === Infinity ? null : this.#nextMs
  }

  #recordChange(stream: QuoteStream, nowMs: number): void {
    this.#nextMs = Math.min(this.#nextMs, this.#source.nextChangeMs(this.#world, stream, nowMs) ?? Infinity)
  }

  #send(peer: Peer, body: PushBody): void {
    this.#statistics.addPush(body.protoId)
    peer.push(body)
  }

  #streams(): Map<string, { readonly stream: QuoteStream; readonly readers: Peer[] }> {
    const streams = new Map<string, { readonly stream: QuoteStream; readonly readers: Peer[] }>()
    for (const [connId, subscriptions] of this.#book.all()) {
      const peer = this.#peers.get(connId)
      if (peer === undefined) continue
      for (const subscription of subscriptions.values()) {
        for (const stream of streamsOf(subscription)) {
          const key = streamKey(stream)
          const known = streams.get(key)
          if (known === undefined) streams.set(key, { stream, readers: [peer] })
          else known.readers.push(peer)
        }
      }
    }
    return streams
  }
}

/** The streams a subscription is registered for: one for each rehab type of a K-line, else one. */
function streamsOf({ security, subType, push }: Subscription): QuoteStream[] {
  return (push?.rehabTypes ?? []).map((rehabType) => ({ security, subType, rehabType }))
}

function streamKey({ security, subType, rehabType }: QuoteStream): string {
  return `${security.market}.${security.code}/${subType}/${rehabType}`
}
