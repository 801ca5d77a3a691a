import { MAX_WAITING_READ_BYTES, MAX_WAITING_READS } from '../../base/memory-budget.ts'
import type { WaitingCall } from './fair-queue.ts'

/** The part of both bounds that one caller may use, if several callers exist. */
const CALLER_FRACTION = 1 / 4

interface Usage {
  reads: number
  bytes: number
}

/** Counts the waiting reads over all limiters, in total and by caller. */
export class WaitingReads {
  #isShared: boolean
  readonly #all: Usage = { reads: 0, bytes: 0 }
  /** Only callers with reads. */
  readonly #byCaller = new Map<string, Usage>()

  constructor(isShared: boolean) {
    this.#isShared = isShared
  }

  /** From now on, several callers exist. */
  share(): void {
    this.#isShared = true
  }

  /** Whether another call may wait. Only reads are bounded. */
  hasRoom({ rank, caller, bodyBytes }: WaitingCall): boolean {
    if (rank !== 'read') return true
    if (!hasRoomFor(bodyBytes, this.#all, 1)) return false
    const own = this.#byCaller.get(caller)
    return !this.#isShared || own === undefined || hasRoomFor(bodyBytes, own, CALLER_FRACTION)
  }

  /** Counts a call that starts (1) or stops (-1) waiting. */
  count({ rank, caller, bodyBytes }: WaitingCall, change: 1 | -1): void {
    if (rank !== 'read') return
    const own = this.#byCaller.get(caller) ?? { reads: 0, bytes: 0 }
    for (const usage of [this.#all, own]) {
      usage.reads += change
      usage.bytes += change * bodyBytes
    }
    if (own.reads === 0) this.#byCaller.delete(caller)
    else this.#byCaller.set(caller, own)
  }
}

function hasRoomFor(bodyBytes: number, { reads, bytes }: Usage, fraction: number): boolean {
  return reads < MAX_WAITING_READS * fraction && bytes + bodyBytes <= MAX_WAITING_READ_BYTES * fraction
}
