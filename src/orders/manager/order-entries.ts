import type { StorageHealth } from '../../base/storage-health.ts'
import type { LimiterRegistry } from '../admission/limiter-registry.ts'
import { ENTRY_STATES, type EntryState, isFinal, type LedgerEntry, mayMove } from '../entry.ts'
import type { Ledger } from '../ledger.ts'
import { SEND_DEADLINE_MS } from '../sending/send-deadline.ts'
import { WatchedTags } from '../reconciliation/watched-tags.ts'
import { EntryClock } from './entry-clock.ts'

/** When an order whose reply was lost is first looked for. */
const FIRST_POLL_MS = 250

/** States whose call took nothing from its key: `not_sent` gives back the place in the rate too, the others the value. */
const RELEASES: Readonly<Partial<Record<EntryState, 'not_sent' | 'rejected'>>> = {
  not_sent: 'not_sent',
  refused: 'not_sent',
  rejected: 'rejected',
  absent: 'rejected',
}

/** What the entries need from outside. */
export interface OrderEntriesDeps {
  readonly ledger: Ledger
  readonly limiters: LimiterRegistry
  readonly storage: StorageHealth
  readonly nowMs: () => number
  /** Something unknown is to be looked for at that time, Unix ms. */
  readonly wakeAt: (atMs: number) => void
}

/**
 * The ledger's entries as they move from state to state: keeps the budgets, the counts and the callers that wait in step
 * with them. An entry whose change the storage does not take is kept in memory and written when the storage works again.
 */
export class OrderEntries {
  /** How many entries came to each state since the object started. */
  readonly counts: Record<EntryState, number>
  readonly #deps: OrderEntriesDeps
  readonly #clock: EntryClock
  /** Ids of the entries that are unknown. While there are none, order pushes need not be searched for them. */
  readonly #unknown = new Set<string>()
  /** Callers that wait for an entry to become final. */
  readonly #watchers = new Map<string, (() => void)[]>()
  /** Tags of new orders that are final and said not to exist; order pushes and lists are checked against them. */
  readonly watchedTags: WatchedTags
  /** Changes that the storage did not take, by entry; as many as calls were in flight while it failed. */
  readonly #unwritten = new Map<string, LedgerEntry>()

  constructor(deps: OrderEntriesDeps) {
    this.#deps = deps
    this.#clock = new EntryClock(deps.ledger)
    this.watchedTags = new WatchedTags(deps.ledger)
    // One number for each member of the union that the list defines.
    this.counts = Object.fromEntries(ENTRY_STATES.map((state) => [state, 0])) as Record<EntryState, number>
  }

  /** Entries whose outcome is looked for. */
  get unknownCount(): number {
    return this.#unknown.size
  }

  /** Takes over what an earlier life of the object left behind: what was on its way then may have left. */
  takeOver(): void {
    for (const entry of this.#deps.ledger.unresolved()) {
      if (entry.state === 'unknown') this.#unknown.add(entry.id)
      else {
        // The sending time is written down with the outcome. Without one, the frame left within the deadline if it did.
        const sentAtMs = Math.min(entry.createdAtMs + SEND_DEADLINE_MS, this.#deps.nowMs())
        this.transition(entry, 'unknown', { detail: 'the gateway was restarted', sentAtMs })
      }
    }
  }

  /** An entry as it stands now; null when there is none. */
  byId(id: string): LedgerEntry | null {
    return this.#unwritten.get(id) ?? this.#deps.ledger.byId(id)
  }

  /** Writes a new entry. False, and nothing is written, when its id is taken. Throws when the storage fails. */
  insert(entry: LedgerEntry): boolean {
    if (!this.#deps.ledger.insert(entry)) return false
    this.counts.reserved++
    this.#clock.made(entry.createdAtMs)
    return true
  }

  /** Moves an entry along, and gives back what it no longer holds. An arrow that does not exist is a bug. */
  transition(entry: LedgerEntry, to: EntryState, changes: Partial<LedgerEntry>): LedgerEntry {
    if (!mayMove(entry.state, to)) throw new Error(`entry ${entry.id} cannot move from ${entry.state} to ${to}`)
    const nowMs = this.#deps.nowMs()
    const moved: LedgerEntry = {
      ...entry,
      ...changes,
      state: to,
      holds: this.#holdsAfter({ ...entry, ...changes }, to),
      nextPollAtMs: to === 'unknown' ? nowMs + FIRST_POLL_MS : entry.nextPollAtMs,
      updatedAtMs: this.#clock.changedAtMs(nowMs),
    }
    this.#write(moved)
    this.watchedTags.update(moved)
    this.counts[to]++
    if (to === 'unknown') {
      this.#unknown.add(entry.id)
      this.#deps.wakeAt(moved.nextPollAtMs)
    }
    if (isFinal(to)) {
      this.#unknown.delete(entry.id)
      for (const wake of this.#watchers.get(entry.id) ?? []) wake()
      this.#watchers.delete(entry.id)
    }
    return moved
  }

  /** An entry whose last change the storage has not taken, as it stands now; null for every other. */
  unwrittenOf(id: string): LedgerEntry | null {
    return this.#unwritten.get(id) ?? null
  }

  /** Entries whose outcome is not known, as they stand now, oldest first. */
  unresolved(): readonly LedgerEntry[] {
    const stored = this.#deps.ledger.unresolved()
    if (this.#unwritten.size === 0) return stored
    return stored.map((entry) => this.#unwritten.get(entry.id) ?? entry).filter(({ state }) => !isFinal(state))
  }

  /** Changes an entry without moving it. What the storage does not take is kept and written later. */
  update(entry: LedgerEntry): void {
    this.#write(entry)
  }

  /** Resolves when an entry becomes final. */
  whenFinal(id: string): Promise<void> {
    return new Promise((resolve) => {
      this.#watchers.set(id, [...(this.#watchers.get(id) ?? []), resolve])
    })
  }

  /** Writes the changes that the storage did not take before. */
  writeAgain(): void {
    for (const entry of this.#unwritten.values()) this.#write(entry)
  }

  #holdsAfter(entry: LedgerEntry, to: EntryState): LedgerEntry['holds'] {
    const { limiters } = this.#deps
    const reason = RELEASES[to]
    // A state that was made anew from the ledger between sending and outcome has the call as one that was not sent.
    if (entry.state === 'reserved' && reason !== 'not_sent') {
      const nowMs = this.#deps.nowMs()
      limiters.recordSent(entry, Math.min(entry.sentAtMs ?? nowMs, nowMs), nowMs)
    }
    if (reason !== undefined) {
      if (entry.holds !== 'nothing') limiters.release(entry, reason)
      return reason === 'not_sent' || entry.reservation === null ? 'nothing' : 'rate'
    }
    // An order that was told to be absent or rejected, and is there all the same, takes its value again.
    const isBack = (entry.state === 'absent' || entry.state === 'rejected') && entry.reservation !== null
    if (!isBack) return entry.holds
    limiters.restore(entry)
    return 'rate_and_value'
  }

  #write(entry: LedgerEntry): void {
    const { ledger, storage } = this.#deps
    try {
      ledger.update(entry)
      this.#unwritten.delete(entry.id)
      storage.worked()
    } catch (error) {
      storage.failed(error)
      this.#unwritten.set(entry.id, entry)
    }
  }
}
