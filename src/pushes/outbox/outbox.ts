import type { StreamName } from '../../subscriptions/stream.ts'
import { Deque } from '../../base/collections/deque.ts'
import { PushFrame, Repeat, type Outgoing } from '../messages/push-frame.ts'

/** Most waiting ticks, notices and past bars of one client: some seconds of a busy feed. */
export const MAX_WAITING_EVENTS = 1_000
/** Most memory of these. Frames are shared, so this is the memory that one client alone could retain. */
export const MAX_WAITING_BYTES = 1024 * 1024

/** Most waiting order and fill events of one client. Only more order and fill events can push them out. */
export const MAX_WAITING_TRADES = 1_000
/** Most memory of these: 4 KiB for each, several times the size of an order. */
export const MAX_WAITING_TRADE_BYTES = 4 * 1024 * 1024

/** Most waiting control messages of one client. They are never dropped; the client is closed instead. */
export const MAX_WAITING_CONTROLS = 256
/** Most UTF-16 units of these. */
export const MAX_WAITING_CONTROL_CHARS = 1024 * 1024

/** Most streams that a `lagged` message lists. */
const MAX_NAMED_STREAMS = 50

/** A message of the gateway itself, such as a reply. */
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

/** The effect of adding an event to the outbox, as numbers of events. */
export interface Added {
  readonly conflated: number
  readonly dropped: number
}

const QUEUED: Added = { conflated: 0, dropped: 0 }
const CONFLATED: Added = { conflated: 1, dropped: 0 }

type Item = PushFrame | Repeat

/**
 * The bounded queue of one client. Of a value stream only the last value waits. All ticks, notices, orders and fills
 * wait; when there are too many, the oldest are dropped and counted. Items leave in the order in which they were added,
 * but a value keeps the place of the value that it replaces, unless a control message was added in between.
 *
 * Values need no separate bound: there is one for each stream of the client, and all waiting clients share its frame.
 */
export class Outbox {
  readonly #controls = new Deque<Control>()
  readonly #values = new Map<StreamName, { readonly order: number; item: Item }>()
  readonly #events = new BoundedQueue(MAX_WAITING_EVENTS, MAX_WAITING_BYTES)
  readonly #trades = new BoundedQueue(MAX_WAITING_TRADES, MAX_WAITING_TRADE_BYTES)
  /** Current values of streams that lost events. They are sent before everything else. */
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

  /** Most memory of the waiting events and control messages, without values. */
  get waitingBytes(): number {
    return this.#events.bytes + this.#trades.bytes + 2 * this.#controlChars
  }

  /** Whether more control messages wait than for a client that reads its replies. */
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

  /** Removes and returns the next item to send. */
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
   * Returns the `lagged` message for a client that lost events, or null when no event is missing. Also puts the current
   * values of those streams without a waiting item in front. Call it before the next item is sent.
   */
  recover(currentOf: (stream: StreamName) => PushFrame | null, order: number): string | null {
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

  /** Removes the items of streams that the client no longer has. */
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
      return QUEUED
    }
    if (frame.replaces(frameOf(waiting.item))) {
      const lastControl = this.#controls.last()
      if (lastControl === undefined || lastControl.order < waiting.order) {
        waiting.item = item
      } else {
        // The new value must not be sent before the control message, which may announce the change.
        this.#values.delete(frame.stream)
        this.#values.set(frame.stream, { order: item.order, item })
      }
      return CONFLATED
    }
    // A new bar has begun: the last value of the old bar waits as a separate event before it.
    this.#values.delete(frame.stream)
    this.#values.set(frame.stream, { order: item.order, item })
    return this.#addTo(this.#events, waiting.item)
  }

  #addTo(bounded: BoundedQueue, item: Item): Added {
    bounded.push(item)
    let dropped = 0
    for (let oldest = bounded.shiftExcess(); oldest !== null; oldest = bounded.shiftExcess()) {
      // A snapshot is not an event: the stream needs a new current value, but no event is missing.
      const count = oldest.isSnapshot ? 0 : 1
      dropped += count
      const { stream } = frameOf(oldest)
      this.#lost.set(stream, (this.#lost.get(stream) ?? 0) + count)
    }
    return dropped === 0 ? QUEUED : { conflated: 0, dropped }
  }
}

/** A bounded queue of events. The newest event always stays, whatever its size. */
class BoundedQueue {
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

  /** Removes and returns the oldest item if the queue is over its bounds. */
  shiftExcess(): Item | null {
    const isOverBound = this.size > this.#maxItems || this.bytes > this.#maxBytes
    return isOverBound && this.size > 1 ? this.shift() : null
  }

  *streams(): Iterable<StreamName> {
    for (const item of this.#items) yield frameOf(item).stream
  }

  forget(streams: ReadonlySet<StreamName>): void {
    if (this.size === 0) return
    this.#items.retain((item) => !streams.has(frameOf(item).stream))
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

function frameOf(item: Item): PushFrame {
  return item instanceof PushFrame ? item : item.frame
}
