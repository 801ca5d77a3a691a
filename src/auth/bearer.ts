import { fail, succeed, type Result } from '../base/result.ts'

/**
 * A longer token is refused. A JWT with a dozen claims has about 1 KiB. The bound limits the CPU time that one request
 * can cost for hashing or decoding.
 */
export const MAX_TOKEN_CHARS = 8192

/** `b64token` of RFC 6750 section 2.1. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/
const CREDENTIALS = /^bearer +([^ ]+)$/i

/**
 * The token of an `Authorization` header, or null without a header. Everything except one `Bearer b64token` is
 * malformed, also two headers, which arrive joined by a comma. The scheme is case-insensitive (RFC 9110 section 11.1).
 */
export function readBearer(header: string | null): Result<string | null> {
  if (header === null) return succeed(null)
  const [, token] = CREDENTIALS.exec(header) ?? []
  if (token === undefined || !isToken(token)) return fail({ code: 'auth.malformed_token' })
  return succeed(token)
}

/** Whether a text has the form and length of a Bearer token. */
export function isToken(text: string): boolean {
  return text.length <= MAX_TOKEN_CHARS && TOKEN.test(text)
}

/** Three base64url parts. The third may be empty: an unsigned token is then refused as a JWT. */
const JWT_SHAPE = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/

/** Whether a token has the form of a JWT. Keys do not: they start with `fc_`, or do not have two dots. */
export function hasJwtShape(token: string): boolean {
  return !token.startsWith('fc_') && JWT_SHAPE.test(token)
}

const KEY_SHAPE = /^fc_[0-9a-f]{64}$/

/** Whether a token has the form of the keys that this service makes. Other tokens are not looked up in its storage. */
export function isKeyShape(token: string): boolean {
  return KEY_SHAPE.test(token)
}
