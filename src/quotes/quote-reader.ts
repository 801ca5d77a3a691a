import { CALLS } from '../calls.ts'
import type { CallOutcome } from '../gateway/link/effect.ts'
import type { UnitKey } from '../subscriptions/stream.ts'
import { bodyKeyOf } from './body-key.ts'
import { QuoteCache, type QuoteCacheDeps } from './quote-cache.ts'
import type { QuotePush } from './stream-state.ts'
import { SHARED_READS, SharedCalls } from './call-sharing.ts'
import { StaticReplyCache } from './static-reply-cache.ts'
import { SnapshotMerger, type MergerDeps } from './snapshot-merger.ts'

/** A call that is to be answered, from whatever is at hand. */
export interface ReadRequest {
  readonly protoId: number
  /** The encoded `Request` message. */
  readonly body: Uint8Array
  /** Who asks. */
  readonly caller: string
  /** Only an answer that OpenD is asked for now will do. */
  readonly isFresh: boolean
}

/**
 * Where an answer came from: what OpenD pushed, a call of OpenD for this caller, a call that others asked for too, or
 * an answer that was kept.
 */
export type ReadSource = 'push' | 'upstream' | 'coalesced' | 'cache'

/** How a read ended. */
export interface ReadAnswer {
  readonly outcome: CallOutcome
  readonly source: ReadSource
  /** When the gateway had it from OpenD, Unix ms. */
  readonly asOfMs: number
}

/** What the reader cannot do itself. */
export type QuoteReaderDeps = QuoteCacheDeps & MergerDeps

/**
 * Answers reads with as few calls of OpenD as honesty allows: from pushes while the subscription is live, from a call
 * that is under way, with others in one snapshot call, from an answer that is still true. Calls that are no reads go
 * through untouched.
 */
export class QuoteReader {
  /** Answers since the start, by source. */
  readonly counts: Record<ReadSource, number> = { push: 0, upstream: 0, coalesced: 0, cache: 0 }
  readonly #deps: QuoteReaderDeps
  readonly #cache: QuoteCache
  readonly #staticReplies = new StaticReplyCache()
  readonly #shared: SharedCalls
  readonly #merger: SnapshotMerger
  /** When an outcome came from OpenD: all who share it, and all who get it later, are told the same time. */
  readonly #arrivedAtMs = new WeakMap<CallOutcome, number>()

  /** `mostHkCodes` bounds Hong Kong's codes in one merged snapshot call; OpenD's 400 unless stated. */
  constructor(deps: QuoteReaderDeps, mostHkCodes?: number) {
    this.#deps = deps
    this.#cache = new QuoteCache(deps)
    this.#shared = new SharedCalls(deps.nowMs)
    this.#merger = new SnapshotMerger(deps, mostHkCodes)
  }

  /** Answers a call. Never throws for what OpenD says; failures are outcomes. */
  async read(request: ReadRequest): Promise<ReadAnswer> {
    const { protoId, body, caller, isFresh } = request
    if (!isFresh) {
      const pushed = this.#cache.answer(protoId, body)
      if (pushed !== null) return this.#answered({ ok: true, body: pushed.body }, 'push', pushed.asOfMs)
      const kept = this.#staticReplies.get(protoId, body, this.#deps.nowMs())
      if (kept !== null) return this.#answered({ ok: true, body: kept.body }, 'cache', kept.asOfMs)
      const merged = protoId === CALLS.Qot_GetSecuritySnapshot.protoId ? this.#merger.ask(body, caller) : null
      if (merged !== null) {
        const { outcome, isMerged } = await merged
        return this.#answered(outcome, isMerged ? 'coalesced' : 'upstream')
      }
    }
    if (!SHARED_READS.has(protoId)) return this.#write(request)
    const key = bodyKeyOf(protoId, body)
    const { outcome, isShared } = await this.#shared.run(key, caller, isFresh, () => this.#ask(request))
    return this.#answered(outcome, isShared ? 'coalesced' : 'upstream')
  }

  /** Takes a push of OpenD. */
  onPush(push: QuotePush): void {
    this.#cache.onPush(push)
  }

  /** A unit is no longer subscribed at OpenD, or its pushes no longer registered. */
  unitDropped(unitKey: UnitKey): void {
    this.#cache.forget(unitKey)
  }

  /** The link is gone, and every subscription with it. */
  linkLost(): void {
    this.#cache.forgetAll()
    this.#shared.endJoining()
  }

  /**
   * Something was written that did not come by `read` (an order): whoever reads from now on wants to see it, and so does
   * not join a read that is under way.
   */
  invalidateInFlight(): void {
    this.#shared.endJoining()
  }

  /** Forgets what is kept, as an administrator's reload asks. */
  clearCaches(): void {
    this.#staticReplies.clear()
    this.linkLost()
  }

  /** What is held, for metrics. */
  get held() {
    return { ...this.#cache.size, slowBytes: this.#staticReplies.bytes, waitingSnapshots: this.#merger.waiting }
  }

  /** Asks OpenD, and learns from what it says. */
  async #ask({ protoId, body, caller }: ReadRequest): Promise<CallOutcome> {
    const applyReply = this.#cache.expect(protoId, body)
    let outcome: CallOutcome | null = null
    try {
      outcome = await this.#deps.upstream(protoId, body, caller)
    } finally {
      applyReply?.(outcome?.ok === true ? { body: outcome.body, atMs: this.#deps.nowMs() } : null)
    }
    const atMs = this.#deps.nowMs()
    this.#arrivedAtMs.set(outcome, atMs)
    if (outcome.ok) this.#staticReplies.put(protoId, body, outcome.body, atMs)
    return outcome
  }

  /** A call that may change something: reads from before it show the old, those during it either. */
  async #write({ protoId, body, caller }: ReadRequest): Promise<ReadAnswer> {
    const outcome = await this.#deps.upstream(protoId, body, caller)
    this.invalidateInFlight()
    return this.#answered(outcome, 'upstream')
  }

  #answered(outcome: CallOutcome, source: ReadSource, asOfMs?: number): ReadAnswer {
    this.counts[source]++
    return { outcome, source, asOfMs: asOfMs ?? this.#arrivedAtMs.get(outcome) ?? this.#deps.nowMs() }
  }
}
