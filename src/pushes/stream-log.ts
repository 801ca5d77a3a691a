import { MAX_RETAINED_BYTES, MAX_UNHEARD_STREAMS } from '../base/memory-budget.ts'
import type { StreamName } from '../subscriptions/stream.ts'
import { Deque } from '../base/collections/deque.ts'
import { PushFrame } from './messages/push-frame.ts'
import type { PushEvent } from './push-event.ts'
import { streamKindOf, type StreamKind } from './stream-kind.ts'

/** Events retained for each stream, by kind. A client that reconnects can get as many missed events. */
export const RETAINED_EVENTS: Readonly<Record<StreamKind, number>> = { value: 1, ticks: 256, trades: 256, notices: 16 }

/** How long a stream without listeners is retained, so that a client can reconnect and resume. */
export const KEEP_UNHEARD_MS = 5 * 60_000

/** The order in which retained events are removed when memory is short: those that are easiest to get again first. */
const FORGET_FIRST: readonly StreamKind[] = ['ticks', 'notices', 'value', 'trades']

/** One stream: its number, its last events and its listeners. */
interface Stream<Listener> {
  readonly name: StreamName
  readonly kind: StreamKind
  /** The number of its latest event. */
  seq: number
  readonly retained: Deque<PushFrame>
  /** The number of links that were lost before its latest event. */
  era: number
  readonly listeners: Set<Listener>
  /** Since when it has no listeners, Unix ms. Not used while it has listeners. */
  unheardSinceMs: number
}

/** The retained events after a position of a stream. */
export interface Missed {
  readonly frames: readonly PushFrame[]
  /** Whether events after the position are no longer retained, or the position does not belong to this stream. */
  readonly isGone: boolean
}

/**
 * The streams of one run: numbers their events, retains the last events within bounds, and has the listeners.
 *
 * A stream counts from 1. A stream that is opened after others were removed counts from the highest number of a removed
 * stream, so that an old position of the same stream is never taken for a position of the new count.
 */
export class StreamLog<Listener> {
  readonly #streams = new Map<StreamName, Stream<Listener>>()
  /** The streams without listeners, longest first. */
  readonly #unheard = new Set<Stream<Listener>>()
  /** All retained frames by kind, oldest first. */
  readonly #retained: Readonly<Record<StreamKind, Set<PushFrame>>> = {
    value: new Set(),
    ticks: new Set(),
    trades: new Set(),
    notices: new Set(),
  }
  #retainedBytes = 0
  #era = 0
  #highestForgotten = 0

  /** Most memory of the retained events. */
  get retainedBytes(): number {
    return this.#retainedBytes
  }

  get size(): number {
    return this.#streams.size
  }

  /** Numbers and retains an event. */
  append(event: PushEvent, order: number, nowMs: number): { frame: PushFrame; listeners: ReadonlySet<Listener> } {
    this.#forgetUnheard(nowMs)
    const stream = this.#open(event.stream, nowMs)
    stream.seq += 1
    stream.era = this.#era
    const frame = new PushFrame(event, stream.seq, order)
    stream.retained.push(frame)
    this.#retained[stream.kind].add(frame)
    this.#retainedBytes += frame.weightBytes
    if (stream.retained.size > RETAINED_EVENTS[stream.kind]) this.#forgetOldest(stream)
    while (this.#retainedBytes > MAX_RETAINED_BYTES) this.#forgetOldest(this.#fullest())
    return { frame, listeners: stream.listeners }
  }

  /** Adds a listener; returns the number of the stream's latest event so far. */
  listen(name: StreamName, listener: Listener, nowMs: number): number {
    const stream = this.#open(name, nowMs)
    stream.listeners.add(listener)
    this.#unheard.delete(stream)
    return stream.seq
  }

  leave(name: StreamName, listener: Listener, nowMs: number): void {
    const stream = this.#streams.get(name)
    if (!stream?.listeners.delete(listener) || stream.listeners.size > 0) return
    stream.unheardSinceMs = nowMs
    this.#unheard.add(stream)
  }

  /** The number of the stream's latest event; 0 when there is no such stream. */
  seqOf(name: StreamName): number {
    return this.#streams.get(name)?.seq ?? 0
  }

  /**
   * The current value of a quote stream; null when it is not known, or was pushed over an earlier link. Orders, fills
   * and notices have no current value: a repeated event would look like a second fill.
   */
  currentOf(name: StreamName): PushFrame | null {
    const stream = this.#streams.get(name)
    if (stream === undefined || stream.era !== this.#era) return null
    return stream.kind === 'value' || stream.kind === 'ticks' ? (stream.retained.last() ?? null) : null
  }

  /** The retained events after a client's position; for a value stream only the last value. */
  after(name: StreamName, position: number): Missed {
    const stream = this.#streams.get(name)
    if (stream === undefined) return { frames: [], isGone: position > 0 || this.#highestForgotten > 0 }
    const frames = [...stream.retained].filter(({ seq }) => seq > position)
    if (stream.kind === 'value') {
      return { frames, isGone: position > stream.seq || (position < stream.seq && frames.length === 0) }
    }
    return { frames, isGone: position > stream.seq || frames.length < stream.seq - position }
  }

  /** The link is lost: values that were pushed over it are no longer current. */
  linkLost(): void {
    this.#era += 1
  }

  #open(name: StreamName, nowMs: number): Stream<Listener> {
    let stream = this.#streams.get(name)
    if (stream === undefined) {
      stream = {
        name,
        kind: streamKindOf(name),
        seq: this.#highestForgotten,
        retained: new Deque(),
        era: -1,
        listeners: new Set(),
        unheardSinceMs: nowMs,
      }
      this.#streams.set(name, stream)
      this.#unheard.add(stream)
    }
    return stream
  }

  /** Removes streams that had no listener for too long, and the oldest of these when there are too many. */
  #forgetUnheard(nowMs: number): void {
    for (const stream of this.#unheard) {
      if (nowMs - stream.unheardSinceMs < KEEP_UNHEARD_MS && this.#unheard.size <= MAX_UNHEARD_STREAMS) return
      while (stream.retained.size > 0) this.#forgetOldest(stream)
      this.#highestForgotten = Math.max(this.#highestForgotten, stream.seq)
      this.#unheard.delete(stream)
      this.#streams.delete(stream.name)
    }
  }

  #forgetOldest(stream: Stream<Listener>): void {
    const frame = stream.retained.shift()
    if (frame === undefined) throw new Error(`stream ${stream.name} has no retained event`)
    this.#retained[frame.kind].delete(frame)
    this.#retainedBytes -= frame.weightBytes
  }

  /** The stream whose oldest event is removed next. */
  #fullest(): Stream<Listener> {
    for (const kind of FORGET_FIRST) {
      const [oldest] = this.#retained[kind]
      const stream = oldest === undefined ? undefined : this.#streams.get(oldest.stream)
      if (stream !== undefined) return stream
    }
    throw new Error('retained bytes are over their bound, but no event is retained')
  }
}
