import type { TradingHours } from '../market/trading-hours.ts'
import type { World } from '../world.ts'
import type { CallStatistics } from './call-statistics.ts'
import type { Peer } from './peer.ts'
import type { PushBody } from './push-body.ts'
import type { SecurityRef, Subscription, SubscriptionRegistry } from './subscription-registry.ts'

/** One stream of pushes. Registrations with the same stream share its messages. */
export interface QuoteStream {
  readonly security: SecurityRef
  /** `Qot_Common.SubType`. */
  readonly subType: number
  /** `Qot_Common.RehabType`; only K-lines differ by it. */
  readonly rehabType: number
  /** Only K-lines, minutes and prints of US stocks and funds differ by it. */
  readonly hours: TradingHours
}

/** The source of push messages. Times are Unix ms of the market's clock. */
export interface QuotePushSource {
  /** The current value, for a connection that has just registered; empty before the first value. */
  current(world: World, stream: QuoteStream, nowMs: number): readonly PushBody[]
  /** The changes after `fromMs` until `toMs`, oldest first. */
  changes(world: World, stream: QuoteStream, fromMs: number, toMs: number): readonly PushBody[]
  /** Earliest time of the next change, or an earlier time at which to ask again; null if there is no further change. */
  nextChangeMs(world: World, stream: QuoteStream, nowMs: number): number | null
}

/**
 * Sends quotes to the connections that registered for them. A stream is computed and encoded once for all its
 * connections.
 */
export class QuotePushes {
  readonly #world: World
  readonly #source: QuotePushSource
  readonly #book: SubscriptionRegistry
  readonly #peers: ReadonlyMap<bigint, Peer>
  readonly #statistics: CallStatistics
  /** Up to which market time each stream with a reader has been sent. */
  #sentMs = new Map<string, number>()
  /** Earliest time of the next change in a stream with a reader, market time. */
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

  /** Queues the current value of new registrations; `sendFirst` sends it after the reply. */
  queueFirst(peer: Peer, subscriptions: readonly Subscription[]): void {
    for (const subscription of subscriptions) this.#first.push({ peer, subscription })
  }

  /** Sends the values that `queueFirst` queued. */
  sendFirst(nowMs: number): void {
    const queued = this.#first
    this.#first = []
    for (const { peer, subscription } of queued) {
      for (const stream of streamsOf(subscription)) {
        for (const body of this.#source.current(this.#world, stream, nowMs)) this.#send(peer, body)
      }
    }
  }

  /** Starts streams without a reader at `nowMs`, so that earlier changes are not pushed. */
  begin(subscriptions: readonly Subscription[], nowMs: number): void {
    for (const subscription of subscriptions) {
      for (const stream of streamsOf(subscription)) {
        const key = streamKey(stream)
        if (!this.#sentMs.has(key)) this.#sentMs.set(key, nowMs)
        this.#recordChange(stream, nowMs)
      }
    }
  }

  /** Sends the changes of every stream with a reader up to `nowMs`. */
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
    // Streams without a reader are dropped together with the old map.
    this.#sentMs = sentMs
  }

  /** Earliest time of the next change, market time; null without a reader. */
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

/** The streams of a subscription: one for each rehab type of a K-line, else one. */
function streamsOf({ security, subType, push, hours }: Subscription): QuoteStream[] {
  return (push?.rehabTypes ?? []).map((rehabType) => ({ security, subType, rehabType, hours }))
}

function streamKey({ security, subType, rehabType, hours }: QuoteStream): string {
  return `${security.market}.${security.code}/${subType}/${rehabType}/${hours}`
}
