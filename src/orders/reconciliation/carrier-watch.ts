import type { LedgerEntry } from '../entry.ts'

/**
 * Tracks for which entries the connection that carried them has ended. OpenD may execute a call, however late, as long
 * as that connection is alive, so an order can only be declared absent afterwards.
 *
 * This needs no clock: when a link comes up, all calls of earlier links have ended, and every entry that is unknown at
 * that moment was carried by an earlier link. That also holds after a restart, where the frame of an entry may not be
 * known. An entry that becomes unknown later was carried by an earlier link if the connection id of its frame differs
 * from the current one.
 */
export class CarrierWatch {
  readonly #connId: () => string | null
  #ended: ReadonlySet<string> = new Set()

  /** `connId`: OpenD's id of the connection that is ready now, decimal; null while no connection is ready. */
  constructor(connId: () => string | null) {
    this.#connId = connId
  }

  /** Called when a link comes up; `unknown` has the entries that are unknown at that moment. */
  linkReady(unknown: readonly LedgerEntry[]): void {
    this.#ended = new Set(unknown.map(({ id }) => id))
  }

  /** Whether a connection is ready and the connection that carried the entry has ended. */
  hasEnded({ id, sentAs }: LedgerEntry): boolean {
    const connId = this.#connId()
    return connId !== null && (this.#ended.has(id) || (sentAs !== null && sentAs.connId !== connId))
  }
}
