import type { StorageHealth } from '../../base/storage-health.ts'
import type { LimiterRegistry } from '../admission/limiter-registry.ts'
import { ENTRY_STATES, type EntryState, isFinal, type LedgerEntry, mayMove } from '../entry.ts'
import type { Ledger } from '../ledger.ts'
import { SEND_DEADLINE_MS } from '../sending/send-deadline.ts'
import { WatchedTags } from './watched-tags.ts'
import { EntryClock } from './entry-clock.ts'

/** The delay of the first poll for an order whose reply was lost. */
const FIRST_POLL_MS = 250

/**
 * States that release a reservation: `not_sent` releases the place in the rate and the value, the others only the
 * value.
 */
const RELEASES: Readonly<Partial<Record<EntryState, 'not_sent' | 'rejected'>>> = {
  not_sent: 'not_sent',
  refused: 'not_sent',
  rejected: 'rejected',
  absent: 'rejected',
}

/** The dependencies of the entries. */
export interface OrderEntriesDeps {
  readonly ledger: Ledger
  readonly limiters: LimiterRegistry
  readonly storage: StorageHealth
  readonly nowMs: () => number
  /** Schedules a poll at that time, Unix ms. */
  readonly wakeAt: (atMs: number) => void
  /** Called for each new entry (`before` is null) and each change of a state. */
  readonly onEntry: (entry: LedgerEntry, before: EntryState | null) => void
}

/**
 * Applies the transitions of the ledger's entries, and updates the budgets, the counts and the waiting callers with
 * them. A change whose write fails stays in memory and is written when the storage works again.
 */
export class OrderEntries {
  /** The number of transitions to each state since the object started. */
  readonly counts: Record<EntryState, number>
  readonly #deps: OrderEntriesDeps
  readonly #clock: EntryClock
  /** Ids of the unknown entries, with their times of creation. While it is empty, order pushes are not decoded. */
  readonly #unknown = new Map<string, number>()
  #inFlight = 0
  /** Callbacks of the calls that wait for an entry to become final. */
  readonly #watchers = new Map<string, (() => void)[]>()
  /** Tags of new orders whose final state excludes that they exist; order pushes and lists are checked against them. */
  readonly watchedTags: WatchedTags
  /** Changes that could not be written, by entry id; at most as many as calls were in flight during the failure. */
  readonly #unwritten = new Map<string, LedgerEntry>()

  constructor(deps: OrderEntriesDeps) {
    this.#deps = deps
    this.#clock = new EntryClock(deps.ledger)
    this.watchedTags = new WatchedTags(deps.ledger)
    // `ENTRY_STATES` has every member of the union, so each state gets a count.
    this.counts = Object.fromEntries(ENTRY_STATES.map((state) => [state, 0])) as Record<EntryState, number>
  }

  /** The number of entries with an unknown outcome. */
  get unknownCount(): number {
    return this.#unknown.size
  }

  /** When the oldest of them was created, Unix ms; null without one. They are few, since each uses budget. */
  get oldestUnknownMs(): number | null {
    let oldest = Infinity
    for (const createdAtMs of this.#unknown.values()) oldest = Math.min(oldest, createdAtMs)
    return oldest === Infinity ? null : oldest
  }

  /** The number of entries that are `reserved` now: their call is being sent or has no reply yet. */
  get inFlightCount(): number {
    return this.#inFlight
  }

  /** Restores the undecided entries after a restart: a call that was in flight then may have been sent. */
  takeOver(): void {
    for (const entry of this.#deps.ledger.unresolved()) {
      if (entry.state === 'unknown') this.#unknown.set(entry.id, entry.createdAtMs)
      else {
        this.#inFlight++
        // The sending time is stored with the outcome. If an entry without outcome was sent, it was sent within the
        // deadline.
        const sentAtMs = Math.min(entry.createdAtMs + SEND_DEADLINE_MS, this.#deps.nowMs())
        this.transition(entry, 'unknown', { detail: 'the gateway was restarted', sentAtMs })
      }
    }
  }

  /** The current version of an entry; null when there is no such entry. */
  byId(id: string): LedgerEntry | null {
    return this.#unwritten.get(id) ?? this.#deps.ledger.byId(id)
  }

  /** Writes a new entry. Returns false without writing when the id is in use. Throws when the storage fails. */
  insert(entry: LedgerEntry): boolean {
    if (!this.#deps.ledger.insert(entry)) return false
    this.counts.reserved++
    this.#inFlight++
    this.#clock.recordCreated(entry.createdAtMs)
    this.#deps.onEntry(entry, null)
    return true
  }

  /**
   * Changes the state of an entry and releases the budget that it no longer uses. Throws on a transition that is not
   * allowed, which is a bug.
   */
  transition(entry: LedgerEntry, to: EntryState, changes: Partial<LedgerEntry>): LedgerEntry {
    if (!mayMove(entry.state, to))
      throw new Error(`entry ${entry.id}: the transition from ${entry.state} to ${to} is not allowed`)
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
    if (entry.state === 'reserved') this.#inFlight--
    this.#deps.onEntry(moved, entry.state)
    if (to === 'unknown') {
      this.#unknown.set(entry.id, entry.createdAtMs)
      this.#deps.wakeAt(moved.nextPollAtMs)
    }
    if (isFinal(to)) {
      this.#unknown.delete(entry.id)
      for (const wake of this.#watchers.get(entry.id) ?? []) wake()
      this.#watchers.delete(entry.id)
    }
    return moved
  }

  /** Counts a call that was refused before its entry was written; the entry is written later, and perhaps never. */
  countRefused(entry: LedgerEntry): void {
    this.counts.refused++
    this.#deps.onEntry(entry, null)
  }

  /** The current version of an entry whose last change could not be written; null for every other entry. */
  unwrittenOf(id: string): LedgerEntry | null {
    return this.#unwritten.get(id) ?? null
  }

  /** The current versions of the entries whose outcome is not known, oldest first. */
  unresolved(): readonly LedgerEntry[] {
    const stored = this.#deps.ledger.unresolved()
    if (this.#unwritten.size === 0) return stored
    return stored.map((entry) => this.#unwritten.get(entry.id) ?? entry).filter(({ state }) => !isFinal(state))
  }

  /** Changes an entry without a transition. A change whose write fails is written later. */
  update(entry: LedgerEntry): void {
    this.#write(entry)
  }

  /** Resolves when an entry becomes final. */
  whenFinal(id: string): Promise<void> {
    return new Promise((resolve) => {
      this.#watchers.set(id, [...(this.#watchers.get(id) ?? []), resolve])
    })
  }

  /** Retries the writes that failed before. */
  writeAgain(): void {
    for (const entry of this.#unwritten.values()) this.#write(entry)
  }

  #holdsAfter(entry: LedgerEntry, to: EntryState): LedgerEntry['holds'] {
    const { limiters } = this.#deps
    const reason = RELEASES[to]
    // A limiter state that was rebuilt between sending and outcome counts the call as not sent.
    if (entry.state === 'reserved' && reason !== 'not_sent') {
      const nowMs = this.#deps.nowMs()
      limiters.spend(entry, Math.min(entry.sentAtMs ?? nowMs, nowMs), nowMs)
    }
    if (reason !== undefined) {
      if (entry.holds !== 'nothing') limiters.release(entry, reason)
      return reason === 'not_sent' || entry.reservation === null ? 'nothing' : 'rate'
    }
    // An order that was declared absent or rejected but exists uses its value again.
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
