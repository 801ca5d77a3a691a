import type { LedgerEntry } from '../entry.ts'

/**
 * Remembers for which entries the connection that carried them has ended. OpenD may carry a call out for as long as
 * that connection lives, however late, so an order can only be absent after it.
 *
 * No clock is needed for that: when a link comes up, every call of the links before it has ended, and the entries that
 * are unknown at that moment were carried by one of those. That holds after a restart too, where the frame of an entry
 * may not be known. An entry that becomes unknown later was carried by an earlier link if its frame has another
 * connection id than the present one.
 */
export class CarrierWatch {
  readonly #connId: () => string | null
  #ended: ReadonlySet<string> = new Set()

  /** `connId`: OpenD's id of the connection that is ready now, decimal; null while no connection is ready. */
  constructor(connId: () => string | null) {
    this.#connId = connId
  }

  /** A link came up; `unknown` are the entries that are unknown at that moment. */
  linkReady(unknown: readonly LedgerEntry[]): void {
    this.#ended = new Set(unknown.map(({ id }) => id))
  }

  /** Whether a connection is ready, and the one that carried the entry has ended before. */
  hasEnded({ id, sentAs }: LedgerEntry): boolean {
    const connId = this.#connId()
    return connId !== null && (this.#ended.has(id) || (sentAs !== null && sentAs.connId !== connId))
  }
}
