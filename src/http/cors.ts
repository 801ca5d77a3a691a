import type { Exchange } from './exchange.ts'
import { REQUEST_ID_HEADER } from './answer.ts'
import { IDEMPOTENCY_HEADER } from './orders/idempotency-key.ts'

/**
 * Methods that a page may use. The list is the same for every path. A 405 lists the methods of its path in `Allow`,
 * which pages may read.
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
 * The answer to a preflight from an origin in `ALLOWED_ORIGINS` (Fetch standard, section 3.3); null for every other
 * request, which its handler answers. A preflight has no token, so the token is not checked.
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
 * The request's origin if it is in `ALLOWED_ORIGINS`, else null. Unlike push sockets, REST does not accept loopback
 * origins that are not listed.
 */
export function corsOriginOf({ request, deployment }: Exchange): string | null {
  const origin = request.headers.get('Origin')
  return origin !== null && deployment.ok && deployment.value.config.allowedOrigins.has(origin) ? origin : null
}

/**
 * Allows pages of the origin to read a response. `Access-Control-Allow-Credentials` is not sent: the page sets the
 * token header itself, and cookies are not used.
 */
export function allowOrigin({ headers }: Response, origin: string): void {
  headers.set('Access-Control-Allow-Origin', origin)
  headers.set('Access-Control-Expose-Headers', EXPOSED_HEADERS.join(', '))
  headers.append('Vary', 'Origin')
}
