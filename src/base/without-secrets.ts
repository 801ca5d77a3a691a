/**
 * Keys (`fc_` and hex), JWTs, and anything else that is long, unbroken and has a digit, as random text has. Names of
 * fields, hosts and people do not look so.
 */
const SECRETS = /\bfc_[0-9a-f]+|\beyJ[\w-]+\.[\w-]+\.[\w-]*|\b(?=[A-Za-z_]*\d)[A-Za-z0-9_]{20,}/gi

/** A text for the log with what looks like a secret replaced. An error may quote what it was given. */
export function withoutSecrets(text: string): string {
  return text.replace(SECRETS, '[redacted]')
}
