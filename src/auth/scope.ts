/** What a token may be used for. Scopes do not imply each other, except that `trade:real` also trades simulated accounts. */
export const SCOPES = [
  'qot:read',
  'acc:read',
  'trade:simulate',
  'trade:real',
  'trade:unlock',
  'metrics',
  'admin',
] as const

/** One of `SCOPES`. */
export type Scope = (typeof SCOPES)[number]

/** Whether a text, as it stands in a key record or in a claim, names a scope. */
export function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text)
}
