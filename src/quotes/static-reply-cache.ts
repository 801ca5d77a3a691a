import { OptionCondType, Qot_Common_SortField as SortField } from '../../proto/enums.ts'
import { ALL_CALLS, CALLS, type OpendCall } from '../calls.ts'
import { decodeMessage } from '../wire/decode.ts'
import { bodyKeyOf } from './body-key.ts'
import { ByteLru } from './byte-lru.ts'
import type { CachedReply } from './quote-cache.ts'
import { replyHead } from './reply-head.ts'

/**
 * How long the answers of calls are kept whose facts move by the day, in ms by protocol id. OpenD takes 10 or 30 of each
 * in 30 s, from all callers together.
 */
export function cacheTimesOf(calls: readonly OpendCall[]): ReadonlyMap<number, number> {
  return new Map(calls.flatMap(({ protoId, cacheMs }) => (cacheMs === undefined ? [] : [[protoId, cacheMs]])))
}

const CACHE_MS = cacheTimesOf(ALL_CALLS)

/** All answers together: room for the lists of every market, an eighth of the memory a Durable Object has. */
const MOST_BYTES = 16 * 1024 * 1024

/** Answers that stay true for minutes. Only successes are kept, by the exact request. */
export class StaticReplyCache {
  readonly #answers: ByteLru<CachedReply>

  constructor(mostBytes: number = MOST_BYTES) {
    this.#answers = new ByteLru(mostBytes)
  }

  /** The answer to that request, when one is kept that is young enough. */
  get(protoId: number, body: Uint8Array, nowMs: number): CachedReply | null {
    const cacheMs = CACHE_MS.get(protoId)
    if (cacheMs === undefined) return null
    const key = bodyKeyOf(protoId, body)
    const answer = this.#answers.get(key)
    if (answer === null) return null
    // A clock that was set back makes an answer look as if it came from the future; nobody knows its age then.
    const ageMs = nowMs - answer.asOfMs
    if (ageMs >= 0 && ageMs < cacheMs) return answer
    this.#answers.delete(key)
    return null
  }

  /** Keeps a reply, if it is one to keep. */
  put(protoId: number, body: Uint8Array, reply: Uint8Array, asOfMs: number): void {
    if (!CACHE_MS.has(protoId) || dependsOnPrices(protoId, body) || replyHead(reply)?.retType !== 0) return
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
