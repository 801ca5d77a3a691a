import { BoundedMap } from '../base/bounded-map.ts'
import { CALLS } from '../calls.ts'
import type { CallOutcome } from '../gateway/link/effect.ts'
import { securityOf, type SecKey } from '../subscriptions/stream.ts'
import { QotMarket } from '../../proto/enums.ts'
import { bodyKeyOf } from './body-key.ts'
import { plainSnapshotCodes, SnapshotBatch, type SnapshotAsk } from './snapshot-batch.ts'

/** What the merger cannot do itself. */
export interface MergerDeps {
  readonly upstream: (protoId: number, body: Uint8Array, caller: string) => Promise<CallOutcome>
  readonly nowMs: () => number
  /** Calls `fn` after that time, once. */
  readonly after: (delayMs: number, fn: () => void) => void
  /** Calls of that kind that OpenD's limit still allows in its window; null when it is not limited. */
  readonly remaining: (protoId: number) => number | null
}

/** How long the first request waits for others. It is a tenth of what OpenD takes, and of what a person notices. */
const WINDOW_MS = 20

/** Codes in one call: OpenD's own bound. */
const MOST_CODES = 400

/** A longer list is a call in its own right: four of them would fill one. */
const MOST_CODES_OF_ONE = 100

/** OpenD takes 60 snapshot calls in 30 s. With less than half of them left, calls leave so far apart. */
const TIGHT_BELOW = 30
const TIGHT_GAP_MS = 500

/** With none left requests are gathered no longer than this, and then it is for the limit's keeper to say so. */
const MOST_WAIT_MS = 3_000

/** Requests that wait at once; beyond them each goes alone. The session holds twice as many calls. */
const MOST_WAITING = 2_000

/**
 * How long a request that OpenD refused goes alone. A dashboard with a wrong code would else spoil a merged call with
 * every look.
 */
const REFUSED_APART_MS = 60_000
const MOST_REFUSED = 1_000

/** How a request for snapshots ended. */
export interface MergedOutcome {
  readonly outcome: CallOutcome
  /** Whether the call was made for several requests. */
  readonly isMerged: boolean
}

/** A request that waits, with the time of its coming. */
interface Waiting extends SnapshotAsk {
  readonly askedAtMs: number
}

/** Puts small requests for snapshots that come at about the same time into one call of OpenD. */
export class SnapshotMerger {
  readonly #deps: MergerDeps
  readonly #mostHkCodes: number
  #waiting: Waiting[] = []
  /** What the waiting requests ask for together. */
  #codes = new Set<SecKey>()
  #isArmed = false
  #leftAtMs = -Infinity
  /** Until when refused requests go alone, the earliest first. */
  readonly #refused = new BoundedMap<string, number>(MOST_REFUSED)

  /** `mostHkCodes` bounds Hong Kong's codes in one call: OpenD takes 20 with the free quote right, else all. */
  constructor(deps: MergerDeps, mostHkCodes: number = MOST_CODES) {
    this.#deps = deps
    this.#mostHkCodes = mostHkCodes
  }

  /** Takes a request to merge it; null for one that has to go alone. */
  ask(body: Uint8Array, caller: string): Promise<MergedOutcome> | null {
    const secKeys = this.#waiting.length < MOST_WAITING ? plainSnapshotCodes(body) : null
    if (secKeys === null || secKeys.length === 0 || secKeys.length > MOST_CODES_OF_ONE) return null
    const key = bodyKeyOf(CALLS.Qot_GetSecuritySnapshot.protoId, body)
    const askedAtMs = this.#deps.nowMs()
    if ((this.#refused.get(key) ?? -Infinity) > askedAtMs || hkCodes(new Set(secKeys)) > this.#mostHkCodes) return null
    return new Promise((resolve, fail) => {
      const settle = (outcome: CallOutcome, isMerged: boolean): void => resolve({ outcome, isMerged })
      this.#waiting.push({ key, body, caller, secKeys, settle, fail, askedAtMs })
      this.#arm(WINDOW_MS)
      for (const secKey of secKeys) this.#codes.add(secKey)
      if (this.#codes.size >= MOST_CODES) this.#leave()
    })
  }

  /** How many requests wait. */
  get waiting(): number {
    return this.#waiting.length
  }

  #arm(delayMs: number): void {
    if (this.#isArmed) return
    this.#isArmed = true
    this.#deps.after(delayMs, () => {
      this.#isArmed = false
      this.#leave()
    })
  }

  /** Sends what waits, as far and as soon as the limit allows. */
  #leave(): void {
    while (this.#waiting.length > 0) {
      const delayMs = this.#delayMs()
      if (delayMs > 0) {
        this.#arm(delayMs)
        return
      }
      this.#leftAtMs = this.#deps.nowMs()
      const batch = new SnapshotBatch(this.#deps.upstream, (ask) => this.#recordRefused(ask.key))
      void batch.send(this.#takeBatch())
    }
  }

  #delayMs(): number {
    const remaining = this.#deps.remaining(CALLS.Qot_GetSecuritySnapshot.protoId)
    if (remaining === null || remaining >= TIGHT_BELOW) return 0
    const nowMs = this.#deps.nowMs()
    const [first] = this.#waiting
    if (remaining <= 0 && first !== undefined && nowMs - first.askedAtMs < MOST_WAIT_MS) return TIGHT_GAP_MS
    return this.#leftAtMs + TIGHT_GAP_MS - nowMs
  }

  /** Takes requests out in the order of their coming, as many as fit into one call; the first always does. */
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
