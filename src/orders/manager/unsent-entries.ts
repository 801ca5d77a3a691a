import type { LedgerEntry } from '../entry.ts'
import { covers, type HaltScope } from '../kill-switch/halt-scope.ts'

/** The entries that are written down and not handed to the link yet: a halt still keeps those of its scope back. */
export class UnsentEntries {
  readonly #entries = new Map<LedgerEntry, HaltScope | null>()

  /** Keeps back the orders and changes of a scope. Cancels pass any halt. */
  stop(scope: HaltScope): void {
    for (const entry of this.#entries.keys()) {
      if (entry.call.kind !== 'cancel' && covers(scope, entry.caller, entry.call.accId)) this.#entries.set(entry, scope)
    }
  }

  /** Waits before an entry is sent. The halt that came over it meanwhile; null when it may be sent. */
  async hold(entry: LedgerEntry, until: () => Promise<void>): Promise<HaltScope | null> {
    this.#entries.set(entry, null)
    try {
      await until()
      return this.#entries.get(entry) ?? null
    } finally {
      this.#entries.delete(entry)
    }
  }
}
