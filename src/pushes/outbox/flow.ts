import { Deque } from '../../base/collections/deque.ts'

/**
 * A ping is sent after this many bytes. Four pings fit into the window, so that it reopens in steps. An answer costs
 * the object as much as about eight pushes, so more pings would be expensive.
 */
export const PING_EVERY_BYTES = 128 * 1024

/** A ping is sent after a message that is sent at least this long after the ping before. */
export const PING_EVERY_MS = 5_000

/**
 * Most unconfirmed bytes of a client that answers pings. It bounds the memory that a stopped reader can use, and allows
 * (512 - 128) KiB / 80 ms = 4.9 MB/s at a round trip of 80 ms.
 */
export const WINDOW_BYTES = 512 * 1024

/** Bytes per second for a client that never confirms: far more than any feed that a person can watch. */
export const TRUSTED_BYTES_PER_SECOND = 128 * 1024

/** The burst for such a client, for the first values of all its streams. */
export const TRUSTED_BURST_BYTES = 1024 * 1024

/** Most unconfirmed bytes of such a client, unless it has sent any message within `SILENCE_MS`. */
export const TRUSTED_UNCONFIRMED_BYTES = 16 * 1024 * 1024

/** How long a client over that bound may be silent. */
export const SILENCE_MS = 5 * 60_000

/** How long a confirming client may leave its window full. */
export const STALL_MS = 2 * 60_000

/** Most pings that are recorded. An answer to an older one has no new information. The window has room for 4. */
const MAX_PINGS = 64

/** The shortest wait for more allowance, so that a client at its bound does not cause a wake-up for every byte. */
const MIN_WAIT_MS = 20

interface Ping {
  readonly n: number
  /** Bytes sent before it. */
  readonly sentBytes: number
}

/**
 * Decides how much one client may be sent. The Workers runtime does not report when a client stops reading, and holds
 * unread messages in memory. Clients confirm what they have read by answering pings.
 *
 * A client that has answered a ping has a window: the bytes sent after the last confirmed ping. A client that never
 * has, such as one written for futu-opend-rs, gets a steady allowance. Bytes are counted as UTF-16 units of the texts,
 * which is exact except for names in Chinese.
 */
export class Flow {
  #sentBytes = 0
  #confirmedBytes = 0
  #isConfirming = false
  #allowance = TRUSTED_BURST_BYTES
  #allowanceAtMs: number
  readonly #pings = new Deque<Ping>()
  #pingCount = 0
  #pingedBytes = 0
  #pingedAtMs: number
  #aliveAtMs: number
  /** Since when the window is full, Unix ms; null while it is not. */
  #fullSinceMs: number | null = null

  constructor(nowMs: number) {
    this.#allowanceAtMs = nowMs
    this.#pingedAtMs = nowMs
    this.#aliveAtMs = nowMs
  }

  get unconfirmedBytes(): number {
    return this.#sentBytes - this.#confirmedBytes
  }

  /** Whether a text may be sent. The last text may exceed the rest of the window or allowance. */
  canSend(nowMs: number): boolean {
    if (this.#isConfirming) return this.unconfirmedBytes < WINDOW_BYTES
    if (nowMs > this.#allowanceAtMs) {
      const grown = this.#allowance + ((nowMs - this.#allowanceAtMs) * TRUSTED_BYTES_PER_SECOND) / 1_000
      this.#allowance = Math.min(TRUSTED_BURST_BYTES, grown)
      this.#allowanceAtMs = nowMs
    }
    return this.#allowance > 0
  }

  /** Counts a sent text. Returns the number of the ping to send directly after it; null when no ping is due. */
  spend(bytes: number, nowMs: number): number | null {
    this.#count(bytes, nowMs)
    if (this.#sentBytes - this.#pingedBytes < PING_EVERY_BYTES && nowMs - this.#pingedAtMs < PING_EVERY_MS) return null
    this.#pingCount += 1
    this.#pings.push({ n: this.#pingCount, sentBytes: this.#sentBytes })
    if (this.#pings.size > MAX_PINGS) this.#pings.shift()
    this.#pingedBytes = this.#sentBytes
    this.#pingedAtMs = nowMs
    return this.#pingCount
  }

  /** Counts the text of a ping. */
  spendPing(bytes: number, nowMs: number): void {
    this.#count(bytes, nowMs)
  }

  /** The client answered ping `n`. An answer to a ping that was never sent only counts as activity. */
  pong(n: number, nowMs: number): void {
    this.recordActivity(nowMs)
    if (n > this.#pingCount) return
    for (let ping = this.#pings.first(); ping !== undefined && ping.n <= n; ping = this.#pings.first()) {
      this.#pings.shift()
      if (ping.n !== n) continue
      this.#isConfirming = true
      this.#confirmedBytes = ping.sentBytes
      this.#fullSinceMs = this.unconfirmedBytes < WINDOW_BYTES ? null : nowMs
    }
  }

  /** The client sent a message at that time, Unix ms. */
  recordActivity(atMs: number): void {
    this.#aliveAtMs = Math.max(this.#aliveAtMs, atMs)
  }

  /** When `canSend` becomes true by time alone, Unix ms; infinite when it needs an answer of the client. */
  sendableAtMs(nowMs: number): number {
    if (this.canSend(nowMs)) return nowMs
    if (this.#isConfirming) return Infinity
    const missing = 1 - this.#allowance
    return nowMs + Math.max(MIN_WAIT_MS, Math.ceil((missing * 1_000) / TRUSTED_BYTES_PER_SECOND))
  }

  /** When the client must be closed unless it sends a message, Unix ms; infinite without such a deadline. */
  get deadlineMs(): number {
    if (this.#isConfirming) return this.#fullSinceMs === null ? Infinity : this.#fullSinceMs + STALL_MS
    return this.unconfirmedBytes > TRUSTED_UNCONFIRMED_BYTES ? this.#aliveAtMs + SILENCE_MS : Infinity
  }

  get isConfirming(): boolean {
    return this.#isConfirming
  }

  #count(bytes: number, nowMs: number): void {
    this.#sentBytes += bytes
    if (!this.#isConfirming) this.#allowance -= bytes
    else if (this.#fullSinceMs === null && this.unconfirmedBytes >= WINDOW_BYTES) this.#fullSinceMs = nowMs
  }
}
