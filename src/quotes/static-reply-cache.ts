import { MAX_STATIC_REPLIES_BYTES } from '../base/memory-budget.ts'
import { OptionCondType, Qot_Common_SortField as SortField } from '../../proto/enums.ts'
import { decodeMessage } from '../wire/decode.ts'
import { bodyKeyOf } from './body-key.ts'
import { ByteLru } from './byte-lru.ts'
import type { CachedReply } from './quote-cache.ts'
import { replyHead } from './reply-head.ts'

const MINUTE_MS = 60_000

/**
 * How long the answers of calls are kept whose facts move by the day. OpenD takes 10 or 30 of each in 30 s, from all
 * callers together. What a call tells beside its facts bounds the time.
 */
const CACHED_MS: ReadonlyMap<number, number> = new Map([
  // Names, lots and listings change overnight; whether an option is suspended is in it too.
  [3202, 5 * MINUTE_MS],
  // The plates of a market: new ones come by the month.
  [3204, 60 * MINUTE_MS],
  // Members of a plate change by the week, with the listings' facts above.
  [3205, 10 * MINUTE_MS],
  // Warrants and futures of an underlying: issued and expired overnight.
  [3206, 5 * MINUTE_MS],
  // Plates of a security, as slow as the plates.
  [3207, 60 * MINUTE_MS],
  // The contracts of an underlying are listed overnight, and it has no prices; suspensions as above.
  [3209, 5 * MINUTE_MS],
  // Dates and price ranges move by the day, but whether applications are open turns at an hour, and people wait for it.
  [3217, MINUTE_MS],
  // Contract terms. The real contract behind a main one changes overnight.
  [3218, 10 * MINUTE_MS],
])

/** Answers that stay true for minutes. Only successes are kept, by the exact request. */
export class StaticReplyCache {
  readonly #answers: ByteLru<CachedReply>

  constructor(mostBytes: number = MAX_STATIC_REPLIES_BYTES) {
    this.#answers = new ByteLru(mostBytes)
  }

  /** The answer to that request, when one is kept that is young enough. */
  get(protoId: number, body: Uint8Array, nowMs: number): CachedReply | null {
    const cachedMs = CACHED_MS.get(protoId)
    if (cachedMs === undefined) return null
    const key = bodyKeyOf(protoId, body)
    const answer = this.#answers.get(key)
    if (answer === null) return null
    // A clock that was set back makes an answer look as if it came from the future; nobody knows its age then.
    const ageMs = nowMs - answer.asOfMs
    if (ageMs >= 0 && ageMs < cachedMs) return answer
    this.#answers.delete(key)
    return null
  }

  /** Keeps a reply, if it is one to keep. */
  put(protoId: number, body: Uint8Array, reply: Uint8Array, asOfMs: number): void {
    if (!CACHED_MS.has(protoId) || dependsOnPrices(protoId, body) || replyHead(reply)?.retType !== 0) return
    this.#answers.set(bodyKeyOf(protoId, body), { body: reply, asOfMs })
  }

  /** Forgets everything, as an administrator's reload asks. */
  clear(): void {
    this.#answers.clear()
  }

  get bytes(): number {
    return this.#answers.bytes
  }
}

/** Whether prices decide which securities the answer has, or in which order. */
function dependsOnPrices(protoId: number, body: Uint8Array): boolean {
  if (protoId === 3205) {
    const request = decodeMessage('Qot_GetPlateSecurity.Request', body)
    return !request.ok || (request.value.c2s.sortField ?? SortField.Code) !== SortField.Code
  }
  if (protoId === 3209) {
    const request = decodeMessage('Qot_GetOptionChain.Request', body)
    return (
      !request.ok ||
      request.value.c2s.dataFilter !== undefined ||
      (request.value.c2s.condition ?? OptionCondType.Unknow) !== OptionCondType.Unknow
    )
  }
  return false
}
