import { CALL_DEADLINE_MS } from '../gateway/link/timing.ts'
import { RehabType } from '../../proto/enums.ts'
import { quoteStreamOf, unitKeyOf, type SecKey, type StreamName, type UnitKey } from '../subscriptions/stream.ts'
import { bodyKeyOf } from './body-key.ts'
import { ByteLru } from './byte-lru.ts'
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

/** A reply that did not need OpenD. */
export interface CachedReply {
  /** The encoded `Response` message. */
  readonly body: Uint8Array
  /** When the gateway received the newest thing in it, Unix ms; of several securities, that of the oldest. */
  readonly asOfMs: number
}

/** What the board cannot know itself. */
export interface QuoteCacheDeps {
  /**
   * Whether OpenD pushes that unit over the present link. `rehabType` is that of a K-line, null for everything else;
   * who registers all its K-lines alike need not look at it.
   */
  readonly isLive: (unitKey: UnitKey, rehabType: number | null) => boolean
  readonly nowMs: () => number
}

/** OpenD's largest quota is 2,000 units; K-lines can be pushed in three adjustments each. */
const MOST_STREAMS = 6_000

/** Items of all lines together: a third of a KB each, so about 32 of the 128 MB that a Durable Object has. */
const MOST_SERIES_ITEMS = 100_000

/** Encoded answers of all reads together. A thousand K-lines are about 100 KB, a quote 300 bytes. */
const MOST_ANSWER_BYTES = 16 * 1024 * 1024

/**
 * What is known about subscribed securities from what OpenD pushed and from its replies to the getters, and the answers
 * that follow from it. Only live units count. An answer is what OpenD would say at the same moment, or there is none.
 */
export class QuoteCache {
  readonly #deps: QuoteCacheDeps
  readonly #streams = new Map<StreamName, StreamState>()
  /** Streams with a line, the one that was answered or learned least lately first. */
  readonly #series = new Set<StreamState>()
  #seriesItems = 0
  readonly #answers: ByteLru<MadeAnswer>

  constructor(deps: QuoteCacheDeps, mostAnswerBytes: number = MOST_ANSWER_BYTES) {
    this.#deps = deps
    this.#answers = new ByteLru(mostAnswerBytes)
  }

  /** Takes a push. */
  onPush(push: QuotePush): void {
    const unitKey = unitKeyOf(push.subType, push.secKey)
    const state = this.#stream(getterOf(push), push.subType, unitKey, push.secKey, push.rehabType)
    if (state === null) return
    // A push may come before the subscription is known to stand, or after it ended: which one shows later.
    state.isSure = this.#deps.isLive(unitKey, push.rehabType)
    this.#resized(state, () => applyPush(state, push))
  }

  /** The reply to that read; null when OpenD must be asked. `body` is the encoded `Request` message. */
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
   * A getter is being sent to OpenD. Call what is returned with its reply, or with null when there is none; nothing is
   * returned for a read that teaches nothing. From here on pushes are remembered, because the reply may be older.
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
   * A unit stops being live, or is subscribed with other terms (hours of the day, for one), which change what the getters
   * tell: what is known of it is worth nothing from now on.
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

  /** What is held, for metrics. */
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
   * Whether the state is that of a live unit. A push that came when the unit was not known to be live yet belongs to it
   * when the unit became live within the time that a call can take; an older one may belong to an earlier life.
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
      if (this.#streams.size >= MOST_STREAMS) return null
      state = newStream(protoId, unitKey, secKey, rehabType)
      this.#streams.set(name, state)
    }
    return state
  }

  /** Does something that may change how long the state's line is, and keeps the bound on all lines. */
  #resized(state: StreamState, change: () => void): void {
    const before = seriesSize(state)
    change()
    const after = seriesSize(state)
    // A state that was dropped while its getter was under way is held no more.
    if (before === after || state.isDropped) return
    this.#seriesItems += after - before
    this.#series.add(state)
    for (const oldest of this.#series) {
      if (this.#seriesItems <= MOST_SERIES_ITEMS) break
      this.#forgetSeries(oldest)
    }
  }

  #drop(state: StreamState): void {
    this.#forgetSeries(state)
    state.isDropped = true
  }

  /** Forgets the line. No answer that was made of the state is valid any more. */
  #forgetSeries(state: StreamState): void {
    this.#series.delete(state)
    this.#seriesItems -= seriesSize(state)
    if ('series' in state.known) state.known.series.forget()
    state.version++
  }
}

/** An answer with the states it was made of. */
interface MadeAnswer extends CachedReply {
  readonly parts: readonly { readonly state: StreamState; readonly version: number }[]
}

const REHAB_TYPES: readonly number[] = Object.values(RehabType)
