/**
 * Serials remembered per connection. OpenD publishes no number; a client may place 15 orders per account in 30 s, so
 * this many cover more than a day of the fastest legal client. The bound keeps a client that invents serials from
 * growing the set.
 */
export const REMEMBERED_SERIALS = 65_536

/**
 * Replay protection of the calls that carry `Common.PacketID`: the connection id must be this connection's, and the
 * serial must be new on it. Serials need not grow and need not equal the frame's, because real clients' do not.
 */
export class PacketIds {
  readonly #connId: bigint
  readonly #seen = new Set<number>()

  constructor(connId: bigint) {
    this.#connId = connId
  }

  /** Takes a packet id, or says what is wrong with it. OpenD's own words for a replay are published nowhere. */
  take(packetId: { readonly connID: bigint; readonly serialNo: number }): string | null {
    if (packetId.connID !== this.#connId) return 'packetID.connID is not the id of this connection'
    if (this.#seen.has(packetId.serialNo)) return `packetID.serialNo ${packetId.serialNo} was used before`
    this.#seen.add(packetId.serialNo)
    if (this.#seen.size > REMEMBERED_SERIALS) {
      const [oldest] = this.#seen
      if (oldest !== undefined) this.#seen.delete(oldest)
    }
    return null
  }
}
