import type { Exchange } from './exchange.ts'
import { REQUEST_ID_HEADER } from './answer.ts'
import { IDEMPOTENCY_HEADER } from './idempotency-key.ts'

/**
 * Methods that a page may use. The list is the same for every path: the answer to the request itself names the methods
 * of its path, and a page can read it.
 */
const METHODS = 'GET, HEAD, POST'

/** Request headers that a page may set and that this API reads. */
const REQUEST_HEADERS = ['Authorization', 'Content-Type', IDEMPOTENCY_HEADER, REQUEST_ID_HEADER, 'Cache-Control']

/** Response headers that a page may read, beside those that the Fetch standard always exposes. */
export const EXPOSED_HEADERS: readonly string[] = [
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  REQUEST_ID_HEADER,
  'X-Order-Intent',
  'Idempotency-Replayed',
  'Location',
  'Link',
  'X-Source',
  'X-As-Of',
  'Allow',
  'WWW-Authenticate',
]

/** Chrome caches a preflight for two hours at most. */
const PREFLIGHT_SECONDS = 7_200

/**
 * The answer to the preflight of a page of `ALLOWED_ORIGINS` (Fetch standard, section 3.3); null for every other request,
 * which its handler answers. A preflight carries no token, so nothing is asked of one.
 */
export function answerPreflight({ request, requestId }: Exchange, origin: string | null): Response | null {
  if (origin === null || request.method !== 'OPTIONS') return null
  if (!request.headers.has('Access-Control-Request-Method')) return null
  const headers = {
    [REQUEST_ID_HEADER]: requestId,
    'Access-Control-Allow-Methods': METHODS,
    'Access-Control-Allow-Headers': REQUEST_HEADERS.join(', '),
    'Access-Control-Max-Age': String(PREFLIGHT_SECONDS),
  }
  return new Response(null, { status: 204, headers })
}

/**
 * The origin of a page that may read answers; null for every other request. Only origins of `ALLOWED_ORIGINS` count, each
 * exactly as it is listed: unlike push sockets, REST grants nothing to loopback origins that are not listed.
 */
export function corsOriginOf({ request, deployment }: Exchange): string | null {
  const origin = request.headers.get('Origin')
  return origin !== null && deployment.ok && deployment.value.config.allowedOrigins.has(origin) ? origin : null
}

/**
 * Lets pages of that origin read a response. There is no `Access-Control-Allow-Credentials`: tokens travel in a header
 * that the page sets itself, and cookies have no meaning here.
 */
export function allowOrigin({ headers }: Response, origin: string): void {
  headers.set('Access-Control-Allow-Origin', origin)
  headers.set('Access-Control-Expose-Headers', EXPOSED_HEADERS.join(', '))
  headers.append('Vary', 'Origin')
}
