import { goesBefore, type CallRank } from '../../calls/call-rank.ts'
import { type Bound, MAX_PENDING } from './timing.ts'

/** A call by what its room depends on. */
export interface BoundedCall {
  readonly rank: CallRank
  readonly caller: string
}

/** Calls that are pending and the bytes of those that wait for the link. */
interface Held {
  calls: number
  bytes: number
}

/** Which of the bounds a call falls under. */
type Kind = keyof typeof MAX_PENDING

/**
 * Counts the pending calls, so that neither one kind nor one caller can fill the places that others need: kill switches,
 * other calls above reads, and reads have places of their own. Where more than one caller exists, one holds at most a
 * quarter of the places of a kind, and a quarter of them is kept for callers that have none. The gateway's own calls,
 * which have the caller '', are bounded by the kind alone.
 */
export class PendingBounds {
  readonly #isShared: boolean
  readonly #all: Record<Kind, Held> = { switch: none(), order: none(), read: none() }
  /** By kind and caller. No caller without calls. */
  readonly #byCaller = new Map<string, Held>()

  constructor(isShared: boolean) {
    this.#isShared = isShared
  }

  /** Whether there is room for another call; `bytes` are those of a call that waits for the link, else 0. */
  hasRoom(call: BoundedCall, bytes: number): boolean {
    const kind = kindOf(call.rank)
    const most = MAX_PENDING[kind]
    const all = this.#all[kind]
    const own = this.#byCaller.get(keyOf(kind, call.caller))
    if (!this.#isShared || call.caller === '') return fits(all, bytes, most, 1)
    if (own === undefined) return fits(all, bytes, most, 1) && bytes <= most.bytes / 4
    return fits(own, bytes, most, 1 / 4) && fits(all, bytes, most, 3 / 4)
  }

  /** Notes that a call begins (1) or ends (-1) to be pending. */
  note(call: BoundedCall, bytes: number, change: 1 | -1): void {
    const kind = kindOf(call.rank)
    const key = keyOf(kind, call.caller)
    const own = this.#byCaller.get(key) ?? none()
    for (const held of [this.#all[kind], own]) {
      held.calls += change
      held.bytes += change * bytes
    }
    if (own.calls === 0) this.#byCaller.delete(key)
    else this.#byCaller.set(key, own)
  }
}

function kindOf(rank: CallRank): Kind {
  if (rank === 'switch') return 'switch'
  return goesBefore(rank, 'cancel_unknown') ? 'order' : 'read'
}

function keyOf(kind: Kind, caller: string): string {
  return `${kind} ${caller}`
}

function none(): Held {
  return { calls: 0, bytes: 0 }
}

function fits(held: Held, bytes: number, most: Bound, part: number): boolean {
  return held.calls < most.calls * part && held.bytes + bytes <= most.bytes * part
}
