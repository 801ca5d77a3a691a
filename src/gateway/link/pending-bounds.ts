import { type Bound, MAX_PENDING } from '../../base/memory-budget.ts'
import { goesBefore, type CallRank } from '../../calls/call-rank.ts'

/** The properties of a call that its bounds depend on. */
export interface BoundedCall {
  readonly rank: CallRank
  readonly caller: string
}

/** The number of pending calls, and the bytes of those that wait for the link. */
interface Usage {
  calls: number
  bytes: number
}

/** The kinds of calls, each with its own bound. */
type Kind = keyof typeof MAX_PENDING

/**
 * Bounds the pending calls, so that one kind or one caller cannot block the others. Kill switches, other calls above
 * reads, and reads have separate bounds. If several callers exist, a caller uses at most a quarter of a kind's bound,
 * and a quarter is reserved for callers without pending calls. The gateway's own calls, which have the caller '', are
 * bounded by the kind only.
 */
export class PendingBounds {
  #isShared: boolean
  readonly #all: Record<Kind, Usage> = { switch: noUsage(), order: noUsage(), read: noUsage() }
  /** By kind and caller, only callers with calls. */
  readonly #byCaller = new Map<string, Usage>()

  constructor(isShared: boolean) {
    this.#isShared = isShared
  }

  /** From now on, several callers exist. */
  share(): void {
    this.#isShared = true
  }

  /** Whether the bounds allow another call; `bytes` is its length if it waits for the link, otherwise 0. */
  hasRoom(call: BoundedCall, bytes: number): boolean {
    const kind = kindOf(call.rank)
    const most = MAX_PENDING[kind]
    const all = this.#all[kind]
    const own = this.#byCaller.get(keyOf(kind, call.caller))
    if (!this.#isShared || call.caller === '') return fits(all, bytes, most, 1)
    if (own === undefined) return fits(all, bytes, most, 1) && bytes <= most.bytes / 4
    return fits(own, bytes, most, 1 / 4) && fits(all, bytes, most, 3 / 4)
  }

  /** Counts a call that starts (1) or stops (-1) being pending. */
  add(call: BoundedCall, bytes: number, change: 1 | -1): void {
    const kind = kindOf(call.rank)
    const key = keyOf(kind, call.caller)
    const own = this.#byCaller.get(key) ?? noUsage()
    for (const usage of [this.#all[kind], own]) {
      usage.calls += change
      usage.bytes += change * bytes
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

function noUsage(): Usage {
  return { calls: 0, bytes: 0 }
}

function fits(usage: Usage, bytes: number, most: Bound, part: number): boolean {
  return usage.calls < most.calls * part && usage.bytes + bytes <= most.bytes * part
}
