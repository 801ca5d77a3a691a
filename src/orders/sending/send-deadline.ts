import type { Timers } from '../../base/time/timers.ts'

/**
 * How long an order call may take from its arrival until its frame is written to the link: account list, price, the
 * write to the ledger, the wait for the link and the wait for OpenD's limits together. After that, the reply may take
 * 12 s and the reconciliation of a lost one 8 s, so the answer arrives within the 30 s that most clients wait.
 */
export const SEND_DEADLINE_MS = 10_000

/** The interval at which deadlines are checked. A deadline may expire up to one interval early. */
const TICK_MS = 500
const TICKS = SEND_DEADLINE_MS / TICK_MS

/**
 * The deadlines of all order calls. They share one timer, since a timer for each call costs as much as checking its
 * limits. The timer counts elapsed time, so setting the clock has no effect.
 */
export class SendDeadlines {
  readonly #timers: Timers
  /** The running deadlines in the order in which they began. */
  readonly #running = new Map<SendDeadline, number>()
  #tick = 0
  #isTicking = false

  constructor(timers: Timers) {
    this.#timers = timers
  }

  begin(): SendDeadline {
    const deadline = new SendDeadline((ended) => this.#running.delete(ended))
    this.#running.set(deadline, this.#tick + TICKS)
    this.#tickLater()
    return deadline
  }

  #tickLater(): void {
    if (this.#isTicking || this.#running.size === 0) return
    this.#isTicking = true
    this.#timers.after(TICK_MS, () => {
      this.#isTicking = false
      this.#tick++
      for (const [deadline, lastTick] of this.#running) {
        if (lastTick > this.#tick) break
        this.#running.delete(deadline)
        deadline.expire()
      }
      this.#tickLater()
    })
  }
}

const OVERDUE = Symbol('overdue')

/** The deadline for all steps of one order call. */
export class SendDeadline {
  readonly #onEnd: (deadline: SendDeadline) => void
  #isOver = false
  #onOver: (() => void)[] = []

  /** Called by `SendDeadlines` only. */
  constructor(onEnd: (deadline: SendDeadline) => void) {
    this.#onEnd = onEnd
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /**
   * Returns the result of a step, or `late` when the deadline expires first. The later result of the step is ignored.
   */
  async within<Value, Late>(step: Promise<Value>, late: Late): Promise<Value | Late> {
    const overdue = new Promise<typeof OVERDUE>((resolve) => this.whenOver(() => resolve(OVERDUE)))
    const result = await Promise.race([step, overdue])
    return result === OVERDUE ? late : result
  }

  /** Calls `run` when the deadline expires, unless it is ended before. */
  whenOver(run: () => void): void {
    if (this.#isOver) run()
    else this.#onOver.push(run)
  }

  /** Expires the deadline. */
  expire(): void {
    this.#isOver = true
    for (const run of this.#onOver.splice(0)) run()
  }

  /** Ends the deadline: the frame has been sent, or the call has ended. */
  end(): void {
    this.#onOver = []
    this.#onEnd(this)
  }
}
