import { CALLS } from '../calls.ts'
import type { CallOutcome } from '../gateway/link/effect.ts'
import type { UnitKey } from '../subscriptions/stream.ts'
import { bodyKeyOf } from './encoded-calls.ts'
import { QuoteCache, type QuoteCacheDeps } from './quote-cache.ts'
import type { QuotePush } from './stream-state.ts'
import { SHARED_READS, SharedCalls } from './call-sharing.ts'
import { StaticReplyCache } from './static-reply-cache.ts'
import { SnapshotMerger, type MergerDeps } from './snapshots/snapshot-merger.ts'

/** A call to answer from pushes, from a cache or from OpenD. */
export interface ReadRequest {
  readonly protoId: number
  /** The encoded `Request` message. */
  readonly body: Uint8Array
  /** The id of the caller. */
  readonly caller: string
  /** Whether the answer must come from a new call to OpenD. */
  readonly isFresh: boolean
}

/**
 * The source of an answer: OpenD's pushes, a call to OpenD for this request, a call shared with other requests, or a
 * cached answer.
 */
export type ReadSource = 'push' | 'upstream' | 'coalesced' | 'cache'

/** The answer to a read. */
export interface ReadAnswer {
  readonly outcome: CallOutcome
  readonly source: ReadSource
  /** When the gateway received it from OpenD, Unix ms. */
  readonly asOfMs: number
  /** Whether the same request of another caller may have another answer, because of the callers' trading sessions. */
  readonly isPersonal?: boolean
}

/** The dependencies of `QuoteReader`. */
export type QuoteReaderDeps = QuoteCacheDeps & MergerDeps

/**
 * Answers reads with as few calls to OpenD as possible without serving stale data: from pushes while the subscription
 * is live, from a pending call, from a merged snapshot call, or from a cached answer that is still valid. Other calls
 * are passed to OpenD unchanged.
 */
export class QuoteReader {
  /** Answers since the start, by source. */
  readonly counts: Record<ReadSource, number> = { push: 0, upstream: 0, coalesced: 0, cache: 0 }
  readonly #deps: QuoteReaderDeps
  readonly #cache: QuoteCache
  readonly #staticReplies = new StaticReplyCache()
  readonly #shared: SharedCalls
  readonly #merger: SnapshotMerger
  /** When an outcome arrived from OpenD, Unix ms. All requests that share the outcome report the same time. */
  readonly #arrivedAtMs = new WeakMap<CallOutcome, number>()

  /** `mostHkCodes` bounds the Hong Kong codes in one merged snapshot call; the default is OpenD's 400. */
  constructor(deps: QuoteReaderDeps, mostHkCodes?: number) {
    this.#deps = deps
    this.#cache = new QuoteCache(deps)
    this.#shared = new SharedCalls(deps.nowMs)
    this.#merger = new SnapshotMerger(deps, mostHkCodes)
  }

  /** Answers a call. OpenD's refusals and failures are outcomes; they do not throw. */
  async read(request: ReadRequest): Promise<ReadAnswer> {
    const { protoId, body, caller, isFresh } = request
    if (!isFresh) {
      const pushed = this.#cache.answer(protoId, body)
      if (pushed !== null) return this.#answered({ ok: true, body: pushed.body }, 'push', pushed.asOfMs)
      const cached = this.#staticReplies.get(protoId, body, this.#deps.nowMs())
      if (cached !== null) return this.#answered({ ok: true, body: cached.body }, 'cache', cached.asOfMs)
      const merged = protoId === CALLS.Qot_GetSecuritySnapshot.protoId ? this.#merger.ask(body, caller) : null
      if (merged !== null) {
        const { outcome, isMerged } = await merged
        return this.#answered(outcome, isMerged ? 'coalesced' : 'upstream')
      }
    }
    if (!SHARED_READS.has(protoId)) return this.#write(request)
    const key = bodyKeyOf(protoId, body)
    const { outcome, isShared } = await this.#shared.joinOrStart(key, caller, isFresh, () => this.#ask(request))
    return this.#answered(outcome, isShared ? 'coalesced' : 'upstream')
  }

  /** Applies a push of OpenD. */
  onPush(push: QuotePush): void {
    this.#cache.onPush(push)
  }

  /** A unit is no longer subscribed at OpenD, or its pushes no longer registered. */
  unitDropped(unitKey: UnitKey): void {
    this.#cache.forget(unitKey)
  }

  /** The link is lost, with all subscriptions. */
  linkLost(): void {
    this.#cache.forgetAll()
    this.#shared.endJoining()
  }

  /**
   * Call this after a write that did not go through `read`, such as an order. Later reads must show the write, so they
   * do not join reads that are already pending.
   */
  invalidateInFlight(): void {
    this.#shared.endJoining()
  }

  /** Clears all caches. Used by an administrator's reload. */
  clearCaches(): void {
    this.#staticReplies.clear()
    this.linkLost()
  }

  /** The sizes of the caches, for metrics. */
  get held() {
    return { ...this.#cache.size, slowBytes: this.#staticReplies.bytes, waitingSnapshots: this.#merger.waiting }
  }

  /** Sends a read to OpenD and caches its reply. */
  async #ask({ protoId, body, caller }: ReadRequest): Promise<CallOutcome> {
    const applyReply = this.#cache.expect(protoId, body)
    let outcome: CallOutcome | null = null
    try {
      outcome = await this.#deps.send(protoId, body, caller)
    } finally {
      applyReply?.(outcome?.ok === true ? { body: outcome.body, atMs: this.#deps.nowMs() } : null)
    }
    const atMs = this.#deps.nowMs()
    this.#arrivedAtMs.set(outcome, atMs)
    if (outcome.ok) this.#staticReplies.put(protoId, body, outcome.body, atMs)
    return outcome
  }

  /** Sends a call that may change something. Reads that started before or during it may not show the change. */
  async #write({ protoId, body, caller }: ReadRequest): Promise<ReadAnswer> {
    const outcome = await this.#deps.send(protoId, body, caller)
    this.invalidateInFlight()
    return this.#answered(outcome, 'upstream')
  }

  #answered(outcome: CallOutcome, source: ReadSource, asOfMs?: number): ReadAnswer {
    this.counts[source]++
    return { outcome, source, asOfMs: asOfMs ?? this.#arrivedAtMs.get(outcome) ?? this.#deps.nowMs() }
  }
}
