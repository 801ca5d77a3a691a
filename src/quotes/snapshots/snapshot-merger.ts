import { MAX_MERGED_BODIES_BYTES, MAX_REFUSED_SNAPSHOTS } from '../../base/memory-budget.ts'
import { BoundedMap } from '../../base/collections/bounded-map.ts'
import { CALLS } from '../../calls.ts'
import type { CallOutcome } from '../../gateway/link/effect.ts'
import { securityOf, type SecKey } from '../../subscriptions/stream.ts'
import { QotMarket } from '../../../proto/enums.ts'
import { bodyKeyOf } from '../encoded-calls.ts'
import { plainSnapshotCodes, SnapshotBatch, type SnapshotAsk } from './snapshot-batch.ts'

/** The dependencies of `SnapshotMerger`. */
export interface MergerDeps {
  readonly send: (protoId: number, body: Uint8Array, caller: string) => Promise<CallOutcome>
  readonly nowMs: () => number
  /** Calls `fn` once after that time. */
  readonly after: (delayMs: number, fn: () => void) => void
  /** The calls that OpenD's limit still allows in its window; null when the protocol id is not limited. */
  readonly remaining: (protoId: number) => number | null
}

/** How long the first request waits for others: a tenth of OpenD's response time and of a delay that people notice. */
const WINDOW_MS = 20

/** OpenD's bound on the codes in one call. */
const MOST_CODES = 400

/** A request with more codes is not merged: four of them would fill a call. */
const MOST_CODES_OF_ONE = 100

/** OpenD allows 60 snapshot calls in 30 s. With less than half of them left, calls are sent at this interval. */
const TIGHT_BELOW = 30
const TIGHT_GAP_MS = 500

/** The longest wait when no call is left. The call is then passed on, and the rate limiter decides. */
const MOST_WAIT_MS = 3_000

/** Requests that can wait; further ones are sent alone. The session holds twice as many calls. */
const MOST_WAITING = 2_000

/**
 * How long a refused request is sent alone. Otherwise a client that polls a wrong code would make a merged call fail
 * with every poll.
 */
const REFUSED_APART_MS = 60_000

/** The outcome of a snapshot request. */
export interface MergedOutcome {
  readonly outcome: CallOutcome
  /** Whether the call was made for several requests. */
  readonly isMerged: boolean
}

/** A waiting request and when it arrived. */
interface Waiting extends SnapshotAsk {
  readonly askedAtMs: number
}

/** Merges small snapshot requests that arrive at about the same time into one call to OpenD. */
export class SnapshotMerger {
  readonly #deps: MergerDeps
  readonly #mostHkCodes: number
  #waiting: Waiting[] = []
  #waitingBytes = 0
  /** The distinct securities of the waiting requests. */
  #codes = new Set<SecKey>()
  #isScheduled = false
  #sentAtMs = -Infinity
  /** Until when refused requests are sent alone, Unix ms, the earliest first. */
  readonly #refused = new BoundedMap<string, number>(MAX_REFUSED_SNAPSHOTS)

  /** `mostHkCodes` bounds the Hong Kong codes in one call. With the free quote right OpenD allows only 20. */
  constructor(deps: MergerDeps, mostHkCodes: number = MOST_CODES) {
    this.#deps = deps
    this.#mostHkCodes = mostHkCodes
  }

  /** Queues a request for a merged call; null for a request that must be sent alone. */
  ask(body: Uint8Array, caller: string): Promise<MergedOutcome> | null {
    const hasRoom = this.#waiting.length < MOST_WAITING && this.#waitingBytes + body.length <= MAX_MERGED_BODIES_BYTES
    const secKeys = hasRoom ? plainSnapshotCodes(body) : null
    if (secKeys === null || secKeys.length === 0 || secKeys.length > MOST_CODES_OF_ONE) return null
    const key = bodyKeyOf(CALLS.Qot_GetSecuritySnapshot.protoId, body)
    const askedAtMs = this.#deps.nowMs()
    if ((this.#refused.get(key) ?? -Infinity) > askedAtMs || hkCodes(new Set(secKeys)) > this.#mostHkCodes) return null
    return new Promise((resolveAsk, reject) => {
      const resolve = (outcome: CallOutcome, isMerged: boolean): void => resolveAsk({ outcome, isMerged })
      this.#waitingBytes += body.length
      this.#waiting.push({ key, body, caller, secKeys, resolve, reject, askedAtMs })
      this.#schedule(WINDOW_MS)
      for (const secKey of secKeys) this.#codes.add(secKey)
      if (this.#codes.size >= MOST_CODES) this.#sendDue()
    })
  }

  /** The number of waiting requests. */
  get waiting(): number {
    return this.#waiting.length
  }

  #schedule(delayMs: number): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#deps.after(delayMs, () => {
      this.#isScheduled = false
      this.#sendDue()
    })
  }

  /** Sends the waiting requests as the limit allows, and schedules the rest. */
  #sendDue(): void {
    while (this.#waiting.length > 0) {
      const delayMs = this.#delayMs()
      if (delayMs > 0) {
        this.#schedule(delayMs)
        return
      }
      this.#sentAtMs = this.#deps.nowMs()
      const batch = new SnapshotBatch(this.#deps.send, (ask) => this.#recordRefused(ask.key))
      void batch.send(this.#takeBatch())
    }
  }

  #delayMs(): number {
    const remaining = this.#deps.remaining(CALLS.Qot_GetSecuritySnapshot.protoId)
    if (remaining === null || remaining >= TIGHT_BELOW) return 0
    const nowMs = this.#deps.nowMs()
    const [first] = this.#waiting
    if (remaining <= 0 && first !== undefined && nowMs - first.askedAtMs < MOST_WAIT_MS) return TIGHT_GAP_MS
    return this.#sentAtMs + TIGHT_GAP_MS - nowMs
  }

  /** Removes the requests that fit into one call, in the order of arrival. The first one always fits. */
  #takeBatch(): readonly SnapshotAsk[] {
    const codes = new Set<SecKey>()
    const left: Waiting[] = []
    const taken = this.#waiting.filter((ask) => {
      const fits = this.#fits(codes, ask)
      for (const secKey of fits ? ask.secKeys : []) codes.add(secKey)
      if (!fits) left.push(ask)
      return fits
    })
    this.#waiting = left
    this.#waitingBytes = left.reduce((bytes, { body }) => bytes + body.length, 0)
    this.#codes = new Set(left.flatMap(({ secKeys }) => secKeys))
    return taken
  }

  #fits(codes: ReadonlySet<SecKey>, { secKeys }: Waiting): boolean {
    const added = new Set(secKeys.filter((secKey) => !codes.has(secKey)))
    if (codes.size + added.size > MOST_CODES) return false
    return this.#mostHkCodes >= MOST_CODES || hkCodes(codes) + hkCodes(added) <= this.#mostHkCodes
  }

  #recordRefused(key: string): void {
    this.#refused.set(key, this.#deps.nowMs() + REFUSED_APART_MS)
  }
}

function hkCodes(secKeys: ReadonlySet<SecKey>): number {
  let count = 0
  for (const secKey of secKeys) {
    const { market } = securityOf(secKey)
    if (market === QotMarket.HK_Security || market === QotMarket.HK_Future) count++
  }
  return count
}
