/**
 * The scopes of a token. `trade:real` includes trading on simulated accounts; other scopes do not imply each other.
 * `gateway` is for the connector beside OpenD, through which everything between the gateway and OpenD passes.
 */
export const SCOPES = [
  'qot:read',
  'qot:write',
  'acc:read',
  'trade:simulate',
  'trade:real',
  'trade:unlock',
  'metrics',
  'gateway',
  'admin',
] as const

/** One of `SCOPES`. */
export type Scope = (typeof SCOPES)[number]

/** Whether a text of a key record or of a claim is a scope. */
export function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text)
}
