/**
 * Runs one job at a time, in order. The queue is unbounded: the owner bounds it, because only some of its jobs may be
 * refused.
 */
export class Mutex {
  readonly #waiting: (() => Promise<void>)[] = []
  #isRunning = false

  /** Runs the job after all jobs that were queued before it. */
  run<Value>(job: () => Promise<Value>): Promise<Value> {
    return this.#enqueue(job, (turn) => this.#waiting.push(turn))
  }

  /** Runs the job next, before all queued jobs. */
  runFirst<Value>(job: () => Promise<Value>): Promise<Value> {
    return this.#enqueue(job, (turn) => this.#waiting.unshift(turn))
  }

  #enqueue<Value>(job: () => Promise<Value>, place: (turn: () => Promise<void>) => void): Promise<Value> {
    return new Promise((resolve, reject) => {
      place(() => job().then(resolve, reject))
      if (!this.#isRunning) void this.#takeTurns()
    })
  }

  async #takeTurns(): Promise<void> {
    this.#isRunning = true
    // A job never starts inside the call that queues it.
    await Promise.resolve()
    for (let turn = this.#waiting.shift(); turn !== undefined; turn = this.#waiting.shift()) await turn()
    this.#isRunning = false
  }
}
