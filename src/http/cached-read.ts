import type { GatewayReply } from '../../durable-objects/gateway-rpc.ts'
import type { ApiEndpoint } from '../endpoints.ts'
import type { Admitted } from './authenticate.ts'
import type { Exchange } from './exchange.ts'
import { IsolateCache, type CachedAnswer } from './isolate-cache.ts'

/** One read of a caller, as this isolate's cache knows it. */
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

  /** The read that an endpoint's body text asks for; null when it is none that is kept. */
  static of({ caller, deployment }: Admitted, endpoint: ApiEndpoint, body: string): CachedRead | null {
    const key = IsolateCache.keyOf(endpoint.path, body)
    return key === null ? null : new CachedRead(deployment.quotes, caller.id, key)
  }

  /** The answer that the caller may have again, or null. The clock is read now: a body can be long on its way. */
  find({ clock }: Exchange): CachedAnswer | null {
    return this.#cache.find(this.#caller, this.#key, clock())
  }

  /** Keeps the answer that the object has just given, as the text of the response. */
  keep({ clock }: Exchange, reply: Extract<GatewayReply, { ok: true }>, json: string): void {
    this.#cache.keep(this.#caller, this.#key, { json, asOfMs: reply.asOfMs }, this.#ticket, clock())
  }

  /** The object, or OpenD behind it, refused the caller this read. */
  refuse(): void {
    this.#cache.refuse(this.#caller, this.#key)
  }
}
