import { MAX_QUOTE_ANSWERS_BYTES, MAX_QUOTE_STREAMS, MAX_SERIES_ITEMS } from '../base/memory-budget.ts'
import { CALL_DEADLINE_MS } from '../gateway/link/timing.ts'
import { RehabType } from '../../proto/enums.ts'
import { quoteStreamOf, unitKeyOf, type SecKey, type StreamName, type UnitKey } from '../subscriptions/stream.ts'
import { bodyKeyOf } from './encoded-calls.ts'
import { ByteLru } from '../base/collections/byte-lru.ts'
import { isGetter, readRequest, type GetterId } from './quote-read.ts'
import { answerFrom } from './stream-answer.ts'
import { replyApplier, type Reply } from './apply-reply.ts'
import {
  applyPush,
  getterOf,
  seriesSize,
  newStream,
  streamsOf,
  type StreamState,
  type QuotePush,
} from './stream-state.ts'

/** A reply that was made without a call to OpenD. */
export interface CachedReply {
  /** The encoded `Response` message. */
  readonly body: Uint8Array
  /** When the gateway received its newest data, Unix ms; for several securities, the oldest of these times. */
  readonly asOfMs: number
}

/** The dependencies of `QuoteCache`. */
export interface QuoteCacheDeps {
  /**
   * Whether OpenD pushes that unit over the present link. `rehabType` is the adjustment of K-lines; null for other
   * types. It can be ignored if all K-lines are registered with the same adjustments.
   */
  readonly isLive: (unitKey: UnitKey, rehabType: number | null) => boolean
  readonly nowMs: () => number
}

/**
 * The state of subscribed securities from OpenD's pushes and getter replies, and the answers made of it. Only live
 * units are used. An answer is either equal to what OpenD would reply at the same moment, or null.
 */
export class QuoteCache {
  readonly #deps: QuoteCacheDeps
  readonly #streams = new Map<StreamName, StreamState>()
  /** Streams with a series, the least recently answered or updated first. */
  readonly #series = new Set<StreamState>()
  #seriesItems = 0
  readonly #answers: ByteLru<MadeAnswer>

  constructor(deps: QuoteCacheDeps, mostAnswerBytes: number = MAX_QUOTE_ANSWERS_BYTES) {
    this.#deps = deps
    this.#answers = new ByteLru(mostAnswerBytes)
  }

  /** Applies a push. */
  onPush(push: QuotePush): void {
    const unitKey = unitKeyOf(push.subType, push.secKey)
    const state = this.#stream(getterOf(push), push.subType, unitKey, push.secKey, push.rehabType)
    if (state === null) return
    // A push may arrive before the subscription is confirmed, or after it ended. `#isSure` decides later.
    state.isSure = this.#deps.isLive(unitKey, push.rehabType)
    this.#resized(state, () => applyPush(state, push))
  }

  /** The reply to that read; null when a call to OpenD is needed. `body` is the encoded `Request` message. */
  answer(protoId: number, body: Uint8Array): CachedReply | null {
    if (!isGetter(protoId)) return null
    const key = bodyKeyOf(protoId, body)
    const made = this.#answers.get(key)
    const isValid = made?.parts.every(({ state, version }) => state.version === version && this.#isSure(state)) === true
    const answer = isValid ? made : this.#make(protoId, body)
    if (answer === null) {
      this.#answers.delete(key)
      return null
    }
    if (!isValid) this.#answers.set(key, answer)
    for (const { state } of answer.parts) if (this.#series.delete(state)) this.#series.add(state)
    return answer
  }

  /**
   * Call this when a getter is sent to OpenD, and the returned function with its reply, or with null without one.
   * Returns null for a read whose reply is not cached. Pushes are recorded from now on, because the reply may be older.
   */
  expect(protoId: number, body: Uint8Array): ((reply: Reply) => void) | null {
    const read = isGetter(protoId) ? readRequest(protoId, body) : null
    if (read === null || read.isSpecial) return null
    const states: StreamState[] = []
    for (const { unitKey, secKey } of streamsOf(read)) {
      if (!this.#deps.isLive(unitKey, read.rehabType)) continue
      const state = this.#stream(read.protoId, read.subType, unitKey, secKey, read.rehabType)
      if (state !== null) states.push(state)
    }
    if (states.length === 0) return null
    const applyReply = replyApplier(read, states)
    return (reply) => {
      const [state] = states
      if (state !== undefined) this.#resized(state, () => applyReply(reply))
    }
  }

  /**
   * Forgets a unit that stops being live or gets other options, such as other trading hours, which change the getters'
   * replies.
   */
  forget(unitKey: UnitKey): void {
    for (const name of [unitKey, ...REHAB_TYPES.map((rehabType) => `${unitKey}:${rehabType}`)]) {
      const state = this.#streams.get(name)
      if (state === undefined) continue
      this.#streams.delete(name)
      this.#drop(state)
    }
  }

  /** The link is lost, and every subscription with it. */
  forgetAll(): void {
    for (const state of this.#streams.values()) this.#drop(state)
    this.#streams.clear()
    this.#answers.clear()
  }

  /** The sizes of the cache, for metrics. */
  get size(): { readonly streams: number; readonly seriesItems: number; readonly answerBytes: number } {
    return { streams: this.#streams.size, seriesItems: this.#seriesItems, answerBytes: this.#answers.bytes }
  }

  #make(protoId: GetterId, body: Uint8Array): MadeAnswer | null {
    const read = readRequest(protoId, body)
    if (read === null || read.isSpecial) return null
    const states: StreamState[] = []
    for (const { name } of streamsOf(read)) {
      const state = this.#streams.get(name)
      if (state === undefined || state.pushes === 0 || !this.#isSure(state)) return null
      states.push(state)
    }
    const answer = answerFrom(read, states)
    if (answer === null) return null
    const asOfMs = Math.min(...states.map((state) => state.asOfMs))
    return { body: answer, asOfMs, parts: states.map((state) => ({ state, version: state.version })) }
  }

  /**
   * Whether the state belongs to the present subscription of a live unit. A push that arrived before the unit was live
   * belongs to it if the unit became live within the deadline of a call. An older push may belong to an earlier
   * subscription.
   */
  #isSure(state: StreamState): boolean {
    if (!this.#deps.isLive(state.unitKey, state.rehabType)) return false
    if (!state.isSure && this.#deps.nowMs() - state.asOfMs <= CALL_DEADLINE_MS) state.isSure = true
    return state.isSure
  }

  #stream(
    protoId: GetterId,
    subType: number,
    unitKey: UnitKey,
    secKey: SecKey,
    rehabType: number | null,
  ): StreamState | null {
    const name = quoteStreamOf(subType, secKey, rehabType)
    let state = this.#streams.get(name)
    if (state === undefined) {
      if (this.#streams.size >= MAX_QUOTE_STREAMS) return null
      state = newStream(protoId, unitKey, secKey, rehabType)
      this.#streams.set(name, state)
    }
    return state
  }

  /** Makes a change that may resize the state's series, and enforces the bound on all series. */
  #resized(state: StreamState, change: () => void): void {
    const before = seriesSize(state)
    change()
    const after = seriesSize(state)
    // A state that was dropped while its getter was pending is not counted.
    if (before === after || state.isDropped) return
    this.#seriesItems += after - before
    this.#series.add(state)
    for (const oldest of this.#series) {
      if (this.#seriesItems <= MAX_SERIES_ITEMS) break
      this.#forgetSeries(oldest)
    }
  }

  #drop(state: StreamState): void {
    this.#forgetSeries(state)
    state.isDropped = true
  }

  /** Clears the series. Answers made of the state become invalid. */
  #forgetSeries(state: StreamState): void {
    this.#series.delete(state)
    this.#seriesItems -= seriesSize(state)
    if ('series' in state.known) state.known.series.forget()
    state.version++
  }
}

/** An answer and the states of which it was made. */
interface MadeAnswer extends CachedReply {
  readonly parts: readonly { readonly state: StreamState; readonly version: number }[]
}

const REHAB_TYPES: readonly number[] = Object.values(RehabType)
