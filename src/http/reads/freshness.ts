import type { GatewayReply } from '../../../durable-objects/gateway-rpc.ts'
import type { ReadSource } from '../../quotes/quote-reader.ts'
import type { ExtraHeaders } from '../answer.ts'
import type { CachedAnswer } from './isolate-cache.ts'
import { opendBudgetHeaders } from '../rate-limit-headers.ts'

const NO_CACHE = /(?:^|,)\s*no-(?:cache|store)\s*(?:[=,]|$)/i
const NO_CACHE_PRAGMA = /(?:^|,)\s*no-cache\s*(?:,|$)/i

/**
 * Whether a request must not be answered from a cache: `Cache-Control: no-cache` or `no-store` (RFC 9111 section
 * 5.2.1), or the older `Pragma: no-cache` (section 5.4).
 */
export function wantsFresh(headers: Headers): boolean {
  const cacheControl = headers.get('Cache-Control')
  if (cacheControl !== null && NO_CACHE.test(cacheControl)) return true
  const pragma = headers.get('Pragma')
  return pragma !== null && NO_CACHE_PRAGMA.test(pragma)
}

/** The source of an answer, and the time at which the gateway received it from OpenD. */
function sourceHeaders(source: ReadSource, asOfMs: number): ExtraHeaders {
  return { 'X-Source': source, 'X-As-Of': new Date(asOfMs).toISOString() }
}

/** The headers of an answer from the cache of this isolate. */
export function cachedHeaders({ asOfMs }: CachedAnswer): ExtraHeaders {
  return sourceHeaders('cache', asOfMs)
}

/** The headers of the answer to a relayed call: source, time, and what is left of OpenD's limit. */
export function replyHeaders(reply: GatewayReply): ExtraHeaders {
  const budget = opendBudgetHeaders(reply.budget)
  return reply.ok ? { ...sourceHeaders(reply.source, reply.asOfMs), ...budget } : budget
}
