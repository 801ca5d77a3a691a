import type { GatewayReply } from '../../../durable-objects/gateway-rpc.ts'
import type { ApiEndpoint } from '../../endpoints.ts'
import type { Admitted } from '../authenticate.ts'
import type { Exchange } from '../exchange.ts'
import { IsolateCache, type CachedAnswer } from './isolate-cache.ts'

/** One read of a caller in this isolate's cache. */
export class CachedRead {
  readonly #cache: IsolateCache
  readonly #caller: string
  readonly #key: string
  readonly #ticket: number

  private constructor(cache: IsolateCache, caller: string, key: string) {
    this.#cache = cache
    this.#caller = caller
    this.#key = key
    this.#ticket = cache.ticket
  }

  /** The read with this body text; null when it is not cached. */
  static of({ caller, deployment }: Admitted, endpoint: ApiEndpoint, body: string): CachedRead | null {
    const key = IsolateCache.keyOf(endpoint.path, body)
    return key === null ? null : new CachedRead(deployment.quotes, caller.id, key)
  }

  /** The cached answer, or null. Reads the clock, because the body may have arrived long after the request began. */
  find({ clock }: Exchange): CachedAnswer | null {
    return this.#cache.find(this.#caller, this.#key, clock())
  }

  /** Caches the answer of the gateway object, as the text of the response. */
  store({ clock }: Exchange, reply: Extract<GatewayReply, { ok: true }>, json: string): void {
    this.#cache.store(this.#caller, this.#key, { json, asOfMs: reply.asOfMs }, this.#ticket, clock())
  }

  /** The gateway object or OpenD refused this read to the caller. */
  refuse(): void {
    this.#cache.refuse(this.#caller, this.#key)
  }
}
