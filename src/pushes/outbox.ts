import type { StreamName } from '../subscriptions/stream.ts'
import { Deque } from './deque.ts'
import { Frame, Repeat, type Outgoing } from './frame.ts'

/** Ticks, notices and past bars that wait for one client: some seconds of a busy feed. */
export const MAX_WAITING_EVENTS = 1_000
/** The same as memory, at most. Frames are shared, so this counts what a client alone could hold on to. */
export const MAX_WAITING_BYTES = 1024 * 1024

/** Order and fill events that wait for one client: they are dropped last, and only by more of their kind. */
export const MAX_WAITING_TRADES = 1_000
/** The same as memory, at most: 4 KiB for each, several times the size of an order. */
export const MAX_WAITING_TRADE_BYTES = 4 * 1024 * 1024

/** Replies and news of the gateway that wait for one client, and their text: they are never dropped, so the client is. */
export const MAX_WAITING_CONTROLS = 256
/** The same in UTF-16 units. */
export const MAX_WAITING_CONTROL_CHARS = 1024 * 1024

/** Streams that a `lagged` message names. */
const MAX_NAMED_STREAMS = 50

/** A control message. */
class Control implements Outgoing {
  readonly order: number
  readonly isFrame = false
  readonly #text: string

  constructor(text: string, order: number) {
    this.order = order
    this.#text = text
  }

  text(): string {
    return this.#text
  }
}

/** What became of an event that was put into the outbox: each number counts events. */
export interface Added {
  readonly conflated: number
  readonly dropped: number
}

const WAITS: Added = { conflated: 0, dropped: 0 }
const CONFLATED: Added = { conflated: 1, dropped: 0 }

type Item = Frame | Repeat

/**
 * What waits for one client, bounded. Of a value stream only the last value waits; ticks, notices, orders and fills wait
 * all, and when there are too many the oldest are dropped and counted. Everything leaves in the order in which it came,
 * but a value keeps the place of the value that it replaces, unless a control message came in between.
 *
 * Values need no bound of their own: there is one for each stream of the client, and all clients that wait for a stream
 * share the one frame.
 */
export class Outbox {
  readonly #controls = new Deque<Control>()
  readonly #values = new Map<StreamName, { readonly order: number; item: Item }>()
  readonly #events = new Bounded(MAX_WAITING_EVENTS, MAX_WAITING_BYTES)
  readonly #trades = new Bounded(MAX_WAITING_TRADES, MAX_WAITING_TRADE_BYTES)
  /** Current values of streams that lost events; they go before everything else. */
  readonly #recovered = new Map<StreamName, Repeat>()
  /** Events dropped since the last `lagged`, by stream. */
  readonly #lost = new Map<StreamName, number>()
  #controlChars = 0

  get isEmpty(): boolean {
    return (
      this.#values.size === 0 &&
      this.#events.size === 0 &&
      this.#trades.size === 0 &&
      this.#controls.size === 0 &&
      this.#recovered.size === 0 &&
      this.#lost.size === 0
    )
  }

  /** Memory of the events and control messages that wait, at most; without values. */
  get waitingBytes(): number {
    return this.#events.bytes + this.#trades.bytes + 2 * this.#controlChars
  }

  /** Whether more control messages wait than a client that reads its replies would leave. */
  get isFlooded(): boolean {
    return this.#controls.size > MAX_WAITING_CONTROLS || this.#controlChars > MAX_WAITING_CONTROL_CHARS
  }

  addControl(text: string, order: number): void {
    this.#controls.push(new Control(text, order))
    this.#controlChars += text.length
  }

  add(item: Item): Added {
    const { kind } = frameOf(item)
    if (kind === 'value') return this.#addValue(item)
    return this.#addTo(kind === 'trades' ? this.#trades : this.#events, item)
  }

  /** The next thing to send. */
  take(): Outgoing | null {
    if (this.#recovered.size > 0) return takeFirst(this.#recovered)
    const valueOrder = this.#firstValueOrder()
    const controlOrder = this.#controls.first()?.order ?? Infinity
    const eventOrder = this.#events.firstOrder
    const tradeOrder = this.#trades.firstOrder
    const first = Math.min(valueOrder, controlOrder, eventOrder, tradeOrder)
    if (first === Infinity) return null
    if (first === eventOrder) return this.#events.shift()
    if (first === tradeOrder) return this.#trades.shift()
    if (first === controlOrder) {
      const control = this.#controls.shift() ?? null
      this.#controlChars -= control?.text().length ?? 0
      return control
    }
    return takeFirst(this.#values)?.item ?? null
  }

  /**
   * Before the first thing is sent to a client that lost events: the `lagged` message for it, and the current values of
   * the streams of which nothing waits any more are put in front. Null when no event is missing.
   */
  recover(currentOf: (stream: StreamName) => Frame | null, order: number): string | null {
    if (this.#lost.size === 0) return null
    const waiting = new Set([...this.#events.streams(), ...this.#trades.streams(), ...this.#values.keys()])
    let dropped = 0
    const streams: StreamName[] = []
    for (const [stream, count] of this.#lost) {
      dropped += count
      if (count > 0) streams.push(stream)
      const current = waiting.has(stream) ? null : currentOf(stream)
      if (current !== null) this.#recovered.set(stream, new Repeat(current, order, true))
    }
    this.#lost.clear()
    if (dropped === 0) return null
    const more = streams.length > MAX_NAMED_STREAMS ? { more: true } : {}
    return JSON.stringify({ type: 'lagged', dropped, streams: streams.slice(0, MAX_NAMED_STREAMS), ...more })
  }

  /** Takes out what waits of streams that the client no longer wants. */
  forget(streams: ReadonlySet<StreamName>): void {
    for (const stream of streams) {
      this.#values.delete(stream)
      this.#recovered.delete(stream)
      this.#lost.delete(stream)
    }
    this.#events.forget(streams)
    this.#trades.forget(streams)
  }

  #firstValueOrder(): number {
    if (this.#values.size === 0) return Infinity
    const [first] = this.#values.values()
    return first?.order ?? Infinity
  }

  #addValue(item: Item): Added {
    const frame = frameOf(item)
    const waiting = this.#values.get(frame.stream)
    if (waiting === undefined) {
      this.#values.set(frame.stream, { order: item.order, item })
      return WAITS
    }
    if (frame.covers(frameOf(waiting.item))) {
      const lastControl = this.#controls.last()
      if (lastControl === undefined || lastControl.order < waiting.order) {
        waiting.item = item
      } else {
        // What the control message told about must not show in a frame before it.
        this.#values.delete(frame.stream)
        this.#values.set(frame.stream, { order: item.order, item })
      }
      return CONFLATED
    }
    // A new bar has begun: the last word on the old one waits as an event of its own, before the new one.
    this.#values.delete(frame.stream)
    this.#values.set(frame.stream, { order: item.order, item })
    return this.#addTo(this.#events, waiting.item)
  }

  #addTo(bounded: Bounded, item: Item): Added {
    bounded.push(item)
    let dropped = 0
    for (let oldest = bounded.shiftOver(); oldest !== null; oldest = bounded.shiftOver()) {
      // A snapshot is no event: the stream is to be brought up to date again, and nothing is missing.
      const count = oldest.isSnapshot ? 0 : 1
      dropped += count
      const { stream } = frameOf(oldest)
      this.#lost.set(stream, (this.#lost.get(stream) ?? 0) + count)
    }
    return dropped === 0 ? WAITS : { conflated: 0, dropped }
  }
}

/** A queue of events with its bounds. The newest event always stays, however large it is. */
class Bounded {
  readonly #items = new Deque<Item>()
  readonly #maxItems: number
  readonly #maxBytes: number
  bytes = 0

  constructor(maxItems: number, maxBytes: number) {
    this.#maxItems = maxItems
    this.#maxBytes = maxBytes
  }

  get size(): number {
    return this.#items.size
  }

  get firstOrder(): number {
    return this.#items.first()?.order ?? Infinity
  }

  push(item: Item): void {
    this.#items.push(item)
    this.bytes += frameOf(item).weightBytes
  }

  shift(): Item | null {
    const item = this.#items.shift() ?? null
    if (item !== null) this.bytes -= frameOf(item).weightBytes
    return item
  }

  /** The oldest item while the queue is over its bounds. */
  shiftOver(): Item | null {
    const isOver = this.size > this.#maxItems || this.bytes > this.#maxBytes
    return isOver && this.size > 1 ? this.shift() : null
  }

  *streams(): Iterable<StreamName> {
    for (const item of this.#items) yield frameOf(item).stream
  }

  forget(streams: ReadonlySet<StreamName>): void {
    if (this.size === 0) return
    this.#items.keep((item) => !streams.has(frameOf(item).stream))
    this.bytes = 0
    for (const item of this.#items) this.bytes += frameOf(item).weightBytes
  }
}

function takeFirst<Value>(map: Map<StreamName, Value>): Value | null {
  for (const [stream, value] of map) {
    map.delete(stream)
    return value
  }
  return null
}

function frameOf(item: Item): Frame {
  return item instanceof Frame ? item : item.frame
}
