import type { CancelTimer, Timers } from '../../base/timers.ts'

/**
 * How long an order call may take from its arrival to the moment its frame is handed to the link: account list, price,
 * the write to the ledger, the wait for the link and the wait for OpenD's limits together. The reply may then take 12 s
 * and the search for a lost one 8 s, so that the answer comes within the 30 s that most clients wait.
 */
export const SEND_DEADLINE_MS = 10_000

const OVERDUE = Symbol('overdue')

/** The one deadline over all steps of an order call. It runs by elapsed time, so a clock that is set changes nothing. */
export class SendDeadline {
  readonly #cancel: CancelTimer
  readonly #overdue: Promise<typeof OVERDUE>
  #isOver = false
  #onOver: (() => void) | null = null

  constructor(timers: Timers) {
    let resolve: (overdue: typeof OVERDUE) => void
    this.#overdue = new Promise((done) => (resolve = done))
    this.#cancel = timers.after(SEND_DEADLINE_MS, () => {
      this.#isOver = true
      resolve(OVERDUE)
      this.#onOver?.()
    })
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** The result of a step, or `late` when the deadline comes first. What the step does after that changes nothing. */
  async within<Value, Late>(step: Promise<Value>, late: Late): Promise<Value | Late> {
    const result = await Promise.race([step, this.#overdue])
    return result === OVERDUE ? late : result
  }

  /** Calls back when the deadline comes, unless it is ended before. */
  whenOver(run: () => void): void {
    this.#onOver = run
    if (this.#isOver) run()
  }

  /** The frame has left, or the call is over. */
  end(): void {
    this.#onOver = null
    this.#cancel()
  }
}
