import { MAX_WAITING_READ_BYTES, MAX_WAITING_READS } from '../../base/memory-budget.ts'
import type { WaitingCall } from './fair-queue.ts'

/** Where more than one caller exists, each may hold this part of both. */
const CALLER_FRACTION = 1 / 4

interface Held {
  reads: number
  bytes: number
}

/** The reads that wait, counted over all counters and by caller. */
export class WaitingReads {
  readonly #isShared: boolean
  readonly #all: Held = { reads: 0, bytes: 0 }
  /** No caller without reads. */
  readonly #byCaller = new Map<string, Held>()

  constructor(isShared: boolean) {
    this.#isShared = isShared
  }

  /** Whether another call may wait. Only reads are bounded here. */
  hasRoom({ rank, caller, bodyBytes }: WaitingCall): boolean {
    if (rank !== 'read') return true
    if (!hasRoomFor(bodyBytes, this.#all, 1)) return false
    const own = this.#byCaller.get(caller)
    return !this.#isShared || own === undefined || hasRoomFor(bodyBytes, own, CALLER_FRACTION)
  }

  /** Notes that a call begins (1) or ends (-1) to wait. */
  note({ rank, caller, bodyBytes }: WaitingCall, change: 1 | -1): void {
    if (rank !== 'read') return
    const own = this.#byCaller.get(caller) ?? { reads: 0, bytes: 0 }
    for (const held of [this.#all, own]) {
      held.reads += change
      held.bytes += change * bodyBytes
    }
    if (own.reads === 0) this.#byCaller.delete(caller)
    else this.#byCaller.set(caller, own)
  }
}

function hasRoomFor(bodyBytes: number, { reads, bytes }: Held, fraction: number): boolean {
  return reads < MAX_WAITING_READS * fraction && bytes + bodyBytes <= MAX_WAITING_READ_BYTES * fraction
}
