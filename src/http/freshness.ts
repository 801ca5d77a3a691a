import type { GatewayReply } from '../../durable-objects/gateway-rpc.ts'
import type { ReadSource } from '../quotes/quote-reader.ts'
import type { ExtraHeaders } from './answer.ts'
import type { CachedAnswer } from './isolate-cache.ts'
import { opendBudgetHeaders } from './rate-limit-headers.ts'

const NOT_KEPT = /(?:^|,)\s*no-(?:cache|store)\s*(?:[=,]|$)/i
const NOT_KEPT_PRAGMA = /(?:^|,)\s*no-cache\s*(?:,|$)/i

/**
 * Whether only OpenD's own answer will do: `Cache-Control: no-cache` or `no-store` (RFC 9111 section 5.2.1), or the older
 * `Pragma: no-cache` (section 5.4).
 */
export function wantsFresh(headers: Headers): boolean {
  const cacheControl = headers.get('Cache-Control')
  if (cacheControl !== null && NOT_KEPT.test(cacheControl)) return true
  const pragma = headers.get('Pragma')
  return pragma !== null && NOT_KEPT_PRAGMA.test(pragma)
}

/** Where an answer came from, and when the gateway had it from OpenD. */
function sourceHeaders(source: ReadSource, asOfMs: number): ExtraHeaders {
  return { 'X-Source': source, 'X-As-Of': new Date(asOfMs).toISOString() }
}

/** What the response says that this isolate had at hand. */
export function cachedHeaders({ asOfMs }: CachedAnswer): ExtraHeaders {
  return sourceHeaders('cache', asOfMs)
}

/** What the response to a relayed call says of its reply, beside the reply itself. */
export function replyHeaders(reply: GatewayReply): ExtraHeaders {
  const budget = opendBudgetHeaders(reply.budget)
  return reply.ok ? { ...sourceHeaders(reply.source, reply.asOfMs), ...budget } : budget
}
