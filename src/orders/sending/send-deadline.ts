import type { Timers } from '../../base/timers.ts'

/**
 * How long an order call may take from its arrival to the moment its frame is handed to the link: account list, price,
 * the write to the ledger, the wait for the link and the wait for OpenD's limits together. The reply may then take 12 s
 * and the search for a lost one 8 s, so that the answer comes within the 30 s that most clients wait.
 */
export const SEND_DEADLINE_MS = 10_000

/** Deadlines are looked at this often, so a call has up to so much less than the whole time. */
const TICK_MS = 500
const TICKS = SEND_DEADLINE_MS / TICK_MS

/**
 * The deadlines of all order calls. They have one timer together, since a timer for each call costs as much as a check of
 * its limits; it ticks by elapsed time, so a clock that is set changes nothing.
 */
export class SendDeadlines {
  readonly #timers: Timers
  /** Those that are running, in the order in which they began. */
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

/** The one deadline over all steps of an order call. */
export class SendDeadline {
  readonly #onEnd: (deadline: SendDeadline) => void
  #isOver = false
  #onOver: (() => void)[] = []

  /** Made by `SendDeadlines`. */
  constructor(onEnd: (deadline: SendDeadline) => void) {
    this.#onEnd = onEnd
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** The result of a step, or `late` when the deadline comes first. What the step does after that changes nothing. */
  async within<Value, Late>(step: Promise<Value>, late: Late): Promise<Value | Late> {
    const overdue = new Promise<typeof OVERDUE>((resolve) => this.whenOver(() => resolve(OVERDUE)))
    const result = await Promise.race([step, overdue])
    return result === OVERDUE ? late : result
  }

  /** Calls back when the deadline comes, unless it is ended before. */
  whenOver(run: () => void): void {
    if (this.#isOver) run()
    else this.#onOver.push(run)
  }

  /** The time is up. */
  expire(): void {
    this.#isOver = true
    for (const run of this.#onOver.splice(0)) run()
  }

  /** The frame has left, or the call is over. */
  end(): void {
    this.#onOver = []
    this.#onEnd(this)
  }
}
