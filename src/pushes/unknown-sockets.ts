/**
 * Most sockets without a known caller. Each may stay for ten seconds; a page that sends its token in its first message
 * is counted for one round trip. 256 allows a burst of reconnecting pages, at about 10 KiB each.
 */
const MOST = 256

/** Most of these from one network: a household or an office behind one address that reconnects after an outage. */
const MOST_OF_NETWORK = 32

/**
 * The open sockets that have not sent a token. Anyone can open any number of them, so a new one is never refused. When
 * there are too many, the oldest socket of the same network, or of the network with the most, is closed.
 */
export class UnknownSockets {
  /** The network of each socket, oldest first. */
  readonly #networks = new Map<string, string>()
  readonly #byNetwork = new Map<string, Set<string>>()

  /** Adds a socket. Returns the id of the socket that must be closed for it; null when there is room. */
  add(id: string, network: string): string | null {
    const ofNetwork = this.#byNetwork.get(network) ?? new Set<string>()
    this.#byNetwork.set(network, ofNetwork.add(id))
    this.#networks.set(id, network)
    if (ofNetwork.size > MOST_OF_NETWORK) return firstOf(ofNetwork)
    return this.#networks.size > MOST ? this.#oldestOfLargest() : null
  }

  /** The socket is closed, or its caller is known. */
  delete(id: string): void {
    const network = this.#networks.get(id)
    if (network === undefined) return
    this.#networks.delete(id)
    const ofNetwork = this.#byNetwork.get(network)
    ofNetwork?.delete(id)
    if (ofNetwork?.size === 0) this.#byNetwork.delete(network)
  }

  #oldestOfLargest(): string | null {
    const sizeOf = (network: string): number => this.#byNetwork.get(network)?.size ?? 0
    const most = Math.max(...Array.from(this.#byNetwork.values(), ({ size }) => size))
    for (const [id, network] of this.#networks) if (sizeOf(network) === most) return id
    return null
  }
}

function firstOf(ids: ReadonlySet<string>): string | null {
  for (const id of ids) return id
  return null
}
