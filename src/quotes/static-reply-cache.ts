import { MAX_STATIC_REPLIES_BYTES } from '../base/memory-budget.ts'
import { OptionCondType, Qot_Common_SortField as SortField } from '../../proto/enums.ts'
import { ALL_CALLS, CALLS, type OpendCall } from '../calls.ts'
import { decodeMessage } from '../wire/decode.ts'
import { ByteLru } from '../base/collections/byte-lru.ts'
import type { CachedReply } from './quote-cache.ts'
import { bodyKeyOf, replyHead } from './encoded-calls.ts'

/**
 * How long answers are cached for calls whose data changes daily, in ms by protocol id. OpenD allows 10 or 30 calls of
 * each in 30 s, for all callers together.
 */
export function cacheTimesOf(calls: readonly OpendCall[]): ReadonlyMap<number, number> {
  return new Map(calls.flatMap(({ protoId, cacheMs }) => (cacheMs === undefined ? [] : [[protoId, cacheMs]])))
}

const CACHE_MS = cacheTimesOf(ALL_CALLS)

/** Caches answers that stay valid for minutes. Only successful replies are cached, by the exact request. */
export class StaticReplyCache {
  readonly #answers: ByteLru<CachedReply>

  constructor(mostBytes: number = MAX_STATIC_REPLIES_BYTES) {
    this.#answers = new ByteLru(mostBytes)
  }

  /** The cached answer to that request; null without one that is recent enough. */
  get(protoId: number, body: Uint8Array, nowMs: number): CachedReply | null {
    const cacheMs = CACHE_MS.get(protoId)
    if (cacheMs === undefined) return null
    const key = bodyKeyOf(protoId, body)
    const answer = this.#answers.get(key)
    if (answer === null) return null
    // After the clock was set back, the age of an answer is negative and not known.
    const ageMs = nowMs - answer.asOfMs
    if (ageMs >= 0 && ageMs < cacheMs) return answer
    this.#answers.delete(key)
    return null
  }

  /** Caches a reply if its call is cacheable and it is a success. */
  put(protoId: number, body: Uint8Array, reply: Uint8Array, asOfMs: number): void {
    if (!CACHE_MS.has(protoId) || dependsOnPrices(protoId, body) || replyHead(reply)?.retType !== 0) return
    this.#answers.set(bodyKeyOf(protoId, body), { body: reply, asOfMs })
  }

  /** Clears the cache. Used by an administrator's reload. */
  clear(): void {
    this.#answers.clear()
  }

  get bytes(): number {
    return this.#answers.bytes
  }
}

/** Whether the securities in the answer, or their order, depend on prices. */
function dependsOnPrices(protoId: number, body: Uint8Array): boolean {
  if (protoId === CALLS.Qot_GetPlateSecurity.protoId) {
    const request = decodeMessage('Qot_GetPlateSecurity.Request', body)
    return !request.ok || (request.value.c2s.sortField ?? SortField.Code) !== SortField.Code
  }
  if (protoId === CALLS.Qot_GetOptionChain.protoId) {
    const request = decodeMessage('Qot_GetOptionChain.Request', body)
    return (
      !request.ok ||
      request.value.c2s.dataFilter !== undefined ||
      (request.value.c2s.condition ?? OptionCondType.Unknow) !== OptionCondType.Unknow
    )
  }
  return false
}
