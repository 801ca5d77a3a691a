import { isOriginAllowed } from '../auth/allowed-origins.ts'
import { isToken, readBearer } from '../auth/bearer.ts'
import { fail, succeed, type Result } from '../base/result.ts'
import type { Exchange } from './exchange.ts'

/** The header in which Cloudflare Access passes the JWT of the user or service that it has let in. */
export const ACCESS_HEADER = 'Cf-Access-Jwt-Assertion'

/**
 * The token of a request's headers, or null without one: that of `Authorization`; without it, that of Cloudflare Access,
 * where its team is the configured issuer. Access lets a browser in by a cookie, which the browser also sends with the
 * requests of other sites' pages. Such a request is refused, because its user may not know of it. Failures:
 * `auth.malformed_token`, `auth.origin_not_allowed`.
 */
export function readHeaderToken({ request, deployment }: Exchange): Result<string | null> {
  const { headers } = request
  const bearer = readBearer(headers.get('Authorization'))
  const assertion = headers.get(ACCESS_HEADER)
  if (!bearer.ok || bearer.value !== null || assertion === null || !deployment.ok) return bearer
  const { jwt, allowedOrigins } = deployment.value.config
  if (jwt === null || !isAccessTeam(jwt.issuer)) return bearer
  if (!isToken(assertion)) return fail({ code: 'auth.malformed_token' })
  const site = headers.get('Sec-Fetch-Site')
  const origin = headers.get('Origin')
  const isListed = origin !== null && allowedOrigins.has(origin)
  const isOwn = site === null || site === 'same-origin' || site === 'none'
  if (!isListed && !(isOwn && isOriginAllowed(origin, request.url, allowedOrigins))) {
    return fail({ code: 'auth.origin_not_allowed' })
  }
  return succeed(assertion)
}

function isAccessTeam(issuer: string): boolean {
  return URL.parse(issuer)?.hostname.endsWith('.cloudflareaccess.com') ?? false
}
