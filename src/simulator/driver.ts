import type { SimulatedOpenD } from './opend.ts'
import type { ConnectionKind, ConnectionSink } from './session/peer.ts'

/** The clock and timer that a shell provides to the simulator. */
export interface Timekeeper {
  /** Unix ms. */
  nowMs(): number
  /** Calls `wake` once after that time. The returned function cancels it. */
  after(delayMs: number, wake: () => void): () => void
}

/** One connection whose driver supplies the time. */
export interface DrivenConnection {
  receive(bytes: Uint8Array): void
  closed(): void
}

/**
 * Called after each event, so that a shell that stores the state can check whether it changed. The output of the event
 * follows it, so a client receives nothing that is not stored.
 */
type AfterEvent = () => void

/**
 * Supplies a simulated OpenD with the current time and one timer. After each event it sets the timer to the time that
 * the simulator requests.
 */
export class OpendDriver {
  readonly opend: SimulatedOpenD
  readonly #time: Timekeeper
  readonly #afterEvent: AfterEvent
  #timer: { readonly cancel: () => void; readonly dueMs: number } | null = null
  #isStopped = false
  /** Output that has not been sent, in order; empty between events. */
  readonly #output: (() => void)[] = []
  #isHolding = false
  #isSending = false

  constructor(opend: SimulatedOpenD, time: Timekeeper, afterEvent: AfterEvent = () => undefined) {
    this.opend = opend
    this.#time = time
    this.#afterEvent = afterEvent
  }

  /** Accepts a connection; null if OpenD has no free connection. */
  open(kind: ConnectionKind, sink: ConnectionSink): DrivenConnection | null {
    const connection = this.opend.open(kind, this.#held(sink), this.#time.nowMs())
    if ('refusal' in connection) return null
    this.reschedule()
    return {
      receive: (bytes) => this.#event(() => connection.receive(bytes, this.#time.nowMs())),
      closed: () => this.#event(() => connection.closed(this.#time.nowMs())),
    }
  }

  /** Changes the simulated OpenD from outside of its connections, such as its login. */
  change(change: (opend: SimulatedOpenD) => void): void {
    this.#event(() => change(this.opend))
  }

  /** Updates the timer; call it after a change that did not go through this driver. */
  reschedule(): void {
    this.#afterEvent()
    const nowMs = this.#time.nowMs()
    const dueMs = this.#isStopped ? null : this.opend.nextWakeMs(nowMs)
    // A timer that fires too early only reschedules itself, so a later due time does not need a new timer.
    if (dueMs !== null && this.#timer !== null && this.#timer.dueMs <= dueMs) return
    this.#clear()
    if (dueMs === null) return
    this.#timer = { dueMs, cancel: this.#time.after(Math.max(0, dueMs - nowMs), () => this.#wake()) }
  }

  /** Cuts every connection; everything else stays as it is. */
  cutAll(reason: string): void {
    this.#event(() => this.opend.closeAll(reason, this.#time.nowMs()))
  }

  /** Cuts every connection and stops the timer for good. */
  stop(): void {
    this.#isStopped = true
    this.opend.closeAll('OpenD is stopping', this.#time.nowMs())
    this.#clear()
  }

  #wake(): void {
    this.#timer = null
    this.#event(() => this.opend.advance(this.#time.nowMs()))
  }

  /** Processes an event, stores its effects, then sends its output. */
  #event(process: () => void): void {
    this.#isHolding = true
    try {
      process()
      this.reschedule()
    } catch (error) {
      this.#output.length = 0
      throw error
    } finally {
      this.#isHolding = false
    }
    this.#sendOutput()
  }

  /** A receiver may cause another event. Its output follows the rest of this one. */
  #sendOutput(): void {
    if (this.#isSending) return
    this.#isSending = true
    try {
      for (let send = this.#output.shift(); send !== undefined; send = this.#output.shift()) send()
    } finally {
      this.#isSending = false
    }
  }

  /** A sink that holds the output of an event until its effects are stored. */
  #held(sink: ConnectionSink): ConnectionSink {
    const pass = (send: () => void): void => {
      this.#output.push(send)
      if (!this.#isHolding) this.#sendOutput()
    }
    return {
      send: (bytes) => pass(() => sink.send(bytes)),
      close: (reason) => pass(() => sink.close(reason)),
    }
  }

  #clear(): void {
    this.#timer?.cancel()
    this.#timer = null
  }
}
