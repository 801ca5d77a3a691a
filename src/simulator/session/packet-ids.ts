/**
 * Serial numbers stored per connection. OpenD does not publish its number. A client may place 15 orders per account in
 * 30 s, so this covers more than a day of the fastest permitted client. The bound limits the memory that a client can
 * use with arbitrary serial numbers.
 */
export const REMEMBERED_SERIALS = 65_536

/**
 * Replay protection of the calls that carry `Common.PacketID`: the connection id must be this connection's, and the
 * serial number must be new on it. Serial numbers need not increase or equal the frame's, as those of real clients do
 * not.
 */
export class PacketIds {
  readonly #connId: bigint
  readonly #seen = new Set<number>()

  constructor(connId: bigint) {
    this.#connId = connId
  }

  /** Accepts a packet id, or returns an error text. OpenD's own text for a replay is not published. */
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
