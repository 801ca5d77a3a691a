import type { Schedule } from './schedule.ts'

/** A call that waits for the time of its reply. */
export interface WaitingCall {
  /** Unix ms of the session clock. */
  readonly dueMs: number
  /** Size of the request, which stays in memory until then. */
  readonly bytes: number
  readonly run: (nowMs: number) => void
}

/** Most calls that wait in one lane. A client that does not wait for replies makes about a hundred in 120 ms. */
const MAX_CALLS = 1000

/** Most bytes that wait in one lane: the largest request of the schema is a fraction of it. */
const MAX_BYTES = 1024 * 1024

/**
 * The calls of one kind that wait on one connection. They are carried out and answered in the order of the calls, so a
 * call never overtakes an earlier one with a longer latency.
 *
 * Above its bounds the lane carries out its oldest call before its time.
 */
export class CallLane {
  readonly #calls: WaitingCall[] = []
  #bytes = 0
  #lastDueMs = -Infinity

  /** Carries out a call at its due time, or with the call before it if that one is due later. */
  add(schedule: Schedule, call: WaitingCall, nowMs: number): void {
    this.#lastDueMs = Math.max(call.dueMs, this.#lastDueMs)
    this.#calls.push({ ...call, dueMs: this.#lastDueMs })
    this.#bytes += call.bytes
    if (this.#calls.length === 1) this.#wait(schedule)
    while (this.#calls.length > MAX_CALLS || this.#bytes > MAX_BYTES) this.#runOldest(nowMs)
  }

  get length(): number {
    return this.#calls.length
  }

  /** Schedules the oldest call. The schedule never has more than one effect of a lane. */
  #wait(schedule: Schedule): void {
    const [oldest] = this.#calls
    if (oldest === undefined) return
    schedule.add(oldest.dueMs, (nowMs) => {
      while (this.#calls[0] !== undefined && this.#calls[0].dueMs <= nowMs) this.#runOldest(nowMs)
      this.#wait(schedule)
    })
  }

  #runOldest(nowMs: number): void {
    const oldest = this.#calls.shift()
    if (oldest === undefined) return
    this.#bytes -= oldest.bytes
    oldest.run(nowMs)
  }
}
