/**
 * Keys (`fc_` and hex), JWTs, and other long words with a digit, as in random text. Names of fields, hosts and people
 * do not match.
 */
const SECRETS = /\bfc_[0-9a-f]+|\beyJ[\w-]+\.[\w-]+\.[\w-]*|\b(?=[A-Za-z_]*\d)[A-Za-z0-9_]{20,}/gi

/** A text for the log with possible secrets replaced. Errors may quote their input. */
export function withoutSecrets(text: string): string {
  return text.replace(SECRETS, '[redacted]')
}
