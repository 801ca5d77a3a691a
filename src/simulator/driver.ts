import type { SimulatedOpenD } from './opend.ts'
import type { ConnectionKind, ConnectionSink } from './session/peer.ts'

/** The time of day and one timer: what a shell lends the simulator. */
export interface Timekeeper {
  /** Unix ms. */
  nowMs(): number
  /** Calls `wake` after that time, once. The function returned takes it back. */
  after(delayMs: number, wake: () => void): () => void
}

/** One connection, with the time taken care of. */
export interface DrivenConnection {
  receive(bytes: Uint8Array): void
  closed(): void
}

/** Told after everything that happened; a shell that keeps the state looks whether it changed. */
type AfterEvent = () => void

/**
 * Gives a simulated OpenD what it has not: the time of day, and a timer that wakes it. After everything that happens,
 * the one timer is set to the moment the simulator asks for.
 */
export class OpendDriver {
  readonly opend: SimulatedOpenD
  readonly #time: Timekeeper
  readonly #afterEvent: AfterEvent
  #timer: { readonly cancel: () => void; readonly dueMs: number } | null = null
  #isStopped = false

  constructor(opend: SimulatedOpenD, time: Timekeeper, afterEvent: AfterEvent = () => undefined) {
    this.opend = opend
    this.#time = time
    this.#afterEvent = afterEvent
  }

  /** Accepts a connection; null when OpenD takes no more. */
  open(kind: ConnectionKind, sink: ConnectionSink): DrivenConnection | null {
    const connection = this.opend.open(kind, sink, this.#time.nowMs())
    if ('refusal' in connection) return null
    this.reschedule()
    return {
      receive: (bytes) => {
        connection.receive(bytes, this.#time.nowMs())
        this.reschedule()
      },
      closed: () => {
        connection.closed(this.#time.nowMs())
        this.reschedule()
      },
    }
  }

  /** Sets the timer anew, after something was changed from outside. */
  reschedule(): void {
    this.#afterEvent()
    const nowMs = this.#time.nowMs()
    const dueMs = this.#isStopped ? null : this.opend.nextWakeMs(nowMs)
    // A timer that rings too early only looks again, so a later moment needs no new one.
    if (dueMs !== null && this.#timer !== null && this.#timer.dueMs <= dueMs) return
    this.#clear()
    if (dueMs === null) return
    this.#timer = { dueMs, cancel: this.#time.after(Math.max(0, dueMs - nowMs), () => this.#wake()) }
  }

  /** Cuts every connection; everything else stays as it is. */
  cutAll(reason: string): void {
    this.opend.closeAll(reason, this.#time.nowMs())
    this.reschedule()
  }

  /** Cuts every connection and stops the timer for good. */
  stop(): void {
    this.#isStopped = true
    this.opend.closeAll('OpenD is stopping', this.#time.nowMs())
    this.#clear()
  }

  #wake(): void {
    this.#timer = null
    this.opend.advance(this.#time.nowMs())
    this.reschedule()
  }

  #clear(): void {
    this.#timer?.cancel()
    this.#timer = null
  }
}
