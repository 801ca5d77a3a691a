import { fail, succeed, type Result } from '../base/result.ts'

/**
 * Longest token that is looked at. A JWT with a dozen claims has about 1 KiB; the bound keeps a caller from making
 * us hash or decode whatever fits in a header block.
 */
export const MAX_TOKEN_CHARS = 8192

/** `b64token` of RFC 6750 section 2.1. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/
const CREDENTIALS = /^bearer +([^ ]+)$/i

/**
 * The token of an `Authorization` header, or null when there is no header. Anything that is not exactly one
 * `Bearer b64token` is malformed; so are two headers, which arrive joined by a comma. The scheme's case does not
 * matter (RFC 9110 section 11.1).
 */
export function readBearer(header: string | null): Result<string | null> {
  if (header === null) return succeed(null)
  const [, token] = CREDENTIALS.exec(header) ?? []
  if (token === undefined || !isToken(token)) return fail({ code: 'auth.malformed_token' })
  return succeed(token)
}

/** Whether a text can be a Bearer token at all. */
export function isToken(text: string): boolean {
  return text.length <= MAX_TOKEN_CHARS && TOKEN.test(text)
}

/** Three base64url parts, the third possibly empty (an unsigned one, which is then refused as a JWT). */
const JWT_SHAPE = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/

/** Whether a token looks like a JWT. A key never does: it starts with `fc_`, or it has no two dots. */
export function hasJwtShape(token: string): boolean {
  return !token.startsWith('fc_') && JWT_SHAPE.test(token)
}
