import { createHmac } from 'node:crypto'

const SECRET = 'a secret of thirty-two bytes or more'

/** Variables of a Worker that believes `jwt`. */
export const JWT_VARS = {
  JWT_ISSUER: 'https://issuer.example',
  JWT_AUDIENCE: 'opend-edge',
  JWT_ALGORITHMS: 'HS256',
  JWT_SECRET: SECRET,
} as const

/** A token of that subject with these scopes, which ends at that time, Unix seconds. */
export function jwt(subject: string, scopes: readonly string[], expiresAtSeconds: number): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  const claims = {
    iss: JWT_VARS.JWT_ISSUER,
    aud: JWT_VARS.JWT_AUDIENCE,
    sub: subject,
    scope: scopes.join(' '),
    exp: expiresAtSeconds,
  }
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`
}
