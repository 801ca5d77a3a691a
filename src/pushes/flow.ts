import { Deque } from './deque.ts'

/**
 * A ping follows this many bytes. Four fit into the window, so that it reopens step by step; an answer costs the object
 * as much as some eight pushes, so more of them would be felt.
 */
export const PING_EVERY_BYTES = 128 * 1024

/** A ping follows what is sent so long after the one before. */
export const PING_EVERY_MS = 5_000

/**
 * Bytes under way to a client that confirms them. All that a stopped reader can hold in our memory, and over 80 ms of
 * round trip still (512 - 128) KiB / 80 ms = 4.9 MB/s.
 */
export const WINDOW_BYTES = 512 * 1024

/** What a client that never confirms gets, in bytes for each second: far over any feed that a person can watch. */
export const TRUSTED_BYTES_PER_SECOND = 128 * 1024

/** What such a client may get at once, for the first values of all its streams. */
export const TRUSTED_BURST_BYTES = 1024 * 1024

/** What such a client may have unconfirmed, as long as it shows a sign of life within `SILENCE_MS`. */
export const TRUSTED_UNCONFIRMED_BYTES = 16 * 1024 * 1024

/** How long a client with so much unconfirmed may be silent. */
export const SILENCE_MS = 5 * 60_000

/** How long a confirming client may leave its window full. */
export const STALL_MS = 2 * 60_000

/** Pings whose answers are waited for; an answer to an older one says nothing new. The window has room for 4. */
const MAX_PINGS = 64

/** Shortest wait for the allowance to grow, so that a client on its bound is not woken for every byte. */
const MIN_WAIT_MS = 20

interface Ping {
  readonly n: number
  /** Bytes sent before it. */
  readonly sentBytes: number
}

/**
 * Says how much one client may be sent. The platform does not tell when a client stops reading, and keeps in memory what
 * it does not read; so the client tells, by answering pings.
 *
 * A client that ever answered has a window: bytes sent after the last confirmed ping. One that never did, as those
 * written for futu-opend-rs, is trusted with a steady allowance. Bytes are counted as UTF-16 units of the texts, which
 * is exact but for names in Chinese.
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
  /** Since when the window is full. */
  #fullSinceMs: number | null = null

  constructor(nowMs: number) {
    this.#allowanceAtMs = nowMs
    this.#pingedAtMs = nowMs
    this.#aliveAtMs = nowMs
  }

  get unconfirmedBytes(): number {
    return this.#sentBytes - this.#confirmedBytes
  }

  /** Whether something may be sent. The text that uses up the rest may be larger than it. */
  canSend(nowMs: number): boolean {
    if (this.#isConfirming) return this.unconfirmedBytes < WINDOW_BYTES
    if (nowMs > this.#allowanceAtMs) {
      const grown = this.#allowance + ((nowMs - this.#allowanceAtMs) * TRUSTED_BYTES_PER_SECOND) / 1_000
      this.#allowance = Math.min(TRUSTED_BURST_BYTES, grown)
      this.#allowanceAtMs = nowMs
    }
    return this.#allowance > 0
  }

  /** Notes a text that was sent. Returns the number of the ping to send right after it, null when none is due. */
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

  /** Notes the text of a ping itself. */
  spendPing(bytes: number, nowMs: number): void {
    this.#count(bytes, nowMs)
  }

  /** The client answered ping `n`. An answer to a ping that was never sent is no more than a sign of life. */
  pong(n: number, nowMs: number): void {
    this.heard(nowMs)
    if (n > this.#pingCount) return
    for (let ping = this.#pings.first(); ping !== undefined && ping.n <= n; ping = this.#pings.first()) {
      this.#pings.shift()
      if (ping.n !== n) continue
      this.#isConfirming = true
      this.#confirmedBytes = ping.sentBytes
      this.#fullSinceMs = this.unconfirmedBytes < WINDOW_BYTES ? null : nowMs
    }
  }

  /** The client sent something at that time, Unix ms. */
  heard(atMs: number): void {
    this.#aliveAtMs = Math.max(this.#aliveAtMs, atMs)
  }

  /** When `canSend` turns true by itself; infinite when only the client can make it so. */
  sendableAtMs(nowMs: number): number {
    if (this.canSend(nowMs)) return nowMs
    if (this.#isConfirming) return Infinity
    const missing = 1 - this.#allowance
    return nowMs + Math.max(MIN_WAIT_MS, Math.ceil((missing * 1_000) / TRUSTED_BYTES_PER_SECOND))
  }

  /** When the client has to be given up unless it is heard from; infinite when all is well. */
  get giveUpAtMs(): number {
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
