import type { Link, LinkListener } from '../../../src/transport/link.ts'
import type { Rng } from './rng.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** Accepts connections at the other end; null refuses one. */
export type Accept = (sink: ServerSink) => ServerConnection | null

/** The server's connection to the client. */
export interface ServerSink {
  send(bytes: Uint8Array): void
  close(reason: string): void
}

/** The client's connection to the server. */
export interface ServerConnection {
  receive(bytes: Uint8Array): void
  closed(): void
}

/** The longest transit time of a byte, also after both ends have closed the connection. */
export const LONGEST_TRANSIT_MS = 20_000

/** The approximate number of bytes in a schedule, so that a cut at a random byte often has an effect. */
const USUAL_BYTES = 6_000

/**
 * Connections between the gateway object and OpenD that guarantee only the order of bytes: they are slow at times,
 * break before, within and after frames, drop everything, or modify a byte.
 */
export class Network {
  isFaulty = true
  readonly #clock: VirtualClock
  readonly #rng: Rng
  readonly #accept: Accept
  readonly #wires = new Set<Wire>()

  constructor(clock: VirtualClock, rng: Rng, accept: Accept) {
    this.#clock = clock
    this.#rng = rng
    this.#accept = accept
  }

  connect(listener: LinkListener): Link {
    const wire = new Wire(this.#clock, this.#rng, () => this.isFaulty, listener)
    this.#wires.add(wire)
    this.#clock.after(this.transitMs(), () => this.#open(wire))
    return wire
  }

  /** Cuts every connection now. */
  cut(): void {
    for (const wire of this.#wires) wire.cut()
    this.#wires.clear()
  }

  /** Makes every connection drop all bytes from now on without closing. */
  swallow(): void {
    for (const wire of this.#wires) wire.swallow()
  }

  transitMs(): number {
    return this.isFaulty ? this.#rng.delayMs(40, LONGEST_TRANSIT_MS, 0.02) : this.#rng.delayMs(20, 20, 0)
  }

  #open(wire: Wire): void {
    if (this.isFaulty && this.#rng.chance(0.05)) return
    wire.open(this.#accept)
  }
}

/** One direction of a connection. */
interface Lane {
  /** The remaining bytes before the connection breaks, and before one byte is modified. */
  untilCut: number
  untilTurned: number
  lastArrivalMs: number
}

class Wire implements Link {
  readonly #clock: VirtualClock
  readonly #rng: Rng
  readonly #isFaulty: () => boolean
  readonly #listener: LinkListener
  readonly #up: Lane
  readonly #down: Lane
  #server: ServerConnection | null = null
  #isClientOver = false
  #isServerOver = false
  #isSwallowing = false
  /** Whether bytes in transit to OpenD still arrive after the connection has ended. */
  #losesTransit = false

  constructor(clock: VirtualClock, rng: Rng, isFaulty: () => boolean, listener: LinkListener) {
    this.#clock = clock
    this.#rng = rng
    this.#isFaulty = isFaulty
    this.#listener = listener
    this.#up = this.#lane()
    this.#down = this.#lane()
  }

  open(accept: Accept): void {
    if (this.#isClientOver) return
    this.#server = accept({
      send: (bytes) => this.#carry(this.#down, bytes, (chunk) => this.#isClientOver || this.#listener.received(chunk)),
      close: (reason) => this.#serverCloses(reason),
    })
    if (this.#server === null) this.#endClient('refused')
    else this.#listener.opened()
  }

  send(bytes: Uint8Array): void {
    if (this.#isClientOver) return
    this.#carry(this.#up, bytes, (chunk) => this.#isServerOver || this.#losesTransit || this.#server?.receive(chunk))
  }

  close(): void {
    if (this.#isClientOver) return
    this.#isClientOver = true
    this.#losesTransit = this.#rng.chance(0.3)
    this.#endServer()
  }

  cut(): void {
    this.#losesTransit = this.#rng.chance(0.5)
    this.#endServer()
    if (this.#isClientOver) return
    const delayMs = this.#transitMs()
    this.#clock.after(delayMs, () => this.#endClient('cut'))
  }

  swallow(): void {
    this.#isSwallowing = true
  }

  #lane(): Lane {
    const bytesUntil = (probability: number): number =>
      this.#isFaulty() && this.#rng.chance(probability) ? this.#rng.below(USUAL_BYTES) : Infinity
    return { untilCut: bytesUntil(0.15), untilTurned: bytesUntil(0.03), lastArrivalMs: 0 }
  }

  #carry(lane: Lane, bytes: Uint8Array, deliver: (chunk: Uint8Array) => void): void {
    if (this.#isSwallowing) return
    const passing = Math.min(bytes.length, lane.untilCut)
    for (const chunk of this.#chunks(turned(lane, bytes.subarray(0, passing)))) {
      this.#clock.after(this.#arrivalMs(lane) - this.#clock.elapsedMs, () => deliver(chunk))
    }
    lane.untilCut -= passing
    if (passing === bytes.length) return
    this.#isSwallowing = true
    this.#clock.after(this.#arrivalMs(lane) - this.#clock.elapsedMs, () => this.cut())
  }

  /** Bytes arrive in the order in which they were sent, in portions of any size. */
  #chunks(bytes: Uint8Array): readonly Uint8Array[] {
    if (!this.#isFaulty() || bytes.length < 2 || !this.#rng.chance(0.1)) return [bytes]
    const at = this.#rng.between(1, bytes.length - 1)
    return [bytes.subarray(0, at), bytes.subarray(at)]
  }

  #arrivalMs(lane: Lane): number {
    const nowMs = this.#clock.elapsedMs
    lane.lastArrivalMs = Math.max(lane.lastArrivalMs, nowMs + this.#transitMs())
    return lane.lastArrivalMs
  }

  #transitMs(): number {
    return this.#isFaulty() ? this.#rng.delayMs(30, LONGEST_TRANSIT_MS, 0.01) : this.#rng.below(20)
  }

  #serverCloses(reason: string): void {
    this.#isServerOver = true
    if (this.#isSwallowing) return
    this.#clock.after(this.#arrivalMs(this.#down) - this.#clock.elapsedMs, () => this.#endClient(reason))
  }

  #endClient(detail: string): void {
    if (this.#isClientOver) return
    this.#isClientOver = true
    this.#endServer()
    this.#listener.closed(detail)
  }

  /** OpenD receives the end after all bytes sent before it. */
  #endServer(): void {
    const delayMs = this.#arrivalMs(this.#up) - this.#clock.elapsedMs
    this.#clock.after(delayMs, () => {
      if (this.#isServerOver) return
      this.#isServerOver = true
      this.#server?.closed()
    })
  }
}

/** The bytes, with one of them modified when the counter reaches it. */
function turned(lane: Lane, bytes: Uint8Array): Uint8Array {
  const at = lane.untilTurned
  lane.untilTurned -= bytes.length
  const byte = bytes[at]
  if (byte === undefined) return bytes
  const spoilt = bytes.slice()
  spoilt[at] = byte ^ 0x55
  return spoilt
}
