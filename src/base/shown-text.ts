/**
 * Maximum characters of a text from OpenD or another program in an error body, the ledger, a push or the log. OpenD's
 * own messages are shorter than 200; the bound is for a gateway that sends megabytes.
 */
const MAX_TEXT_CHARS = 500

/** Maximum characters of a caller's name in an error: the name can be as long as the body or the URL. */
const MAX_NAME_CHARS = 64

/** Characters that break a line of the log or change the direction of the text after them. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu

/** A text from another program for display: on one line, truncated to 500 characters with "...". */
export function shownText(text: string): string {
  return cut(text, MAX_TEXT_CHARS).replace(UNPRINTABLE, ' ')
}

/** A name from the caller for display: truncated to 64 characters with "...". */
export function shownName(name: string): string {
  return cut(name, MAX_NAME_CHARS)
}

/** Appends a sentence to a text, unless it is empty. Adds a full stop, which OpenD's texts often do not have. */
export function withSentence(text: string, sentence: string): string {
  if (sentence === '') return text
  return `${text}${/[.!?]$/.test(text) ? '' : '.'} ${sentence}`
}

/** Truncates a text. Does not split a surrogate pair, which would be invalid text. */
function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')}...` : text
}

/**
 * Keys (`fc_` and hex), JWTs, and other long words with a digit, as in random text. Names of fields, hosts and people
 * do not match.
 */
const SECRETS =
  /fc_[0-9a-f]{16,}|\bfc_[0-9a-f]+|[0-9a-f]{64,}|\beyJ[\w-]{10,}(?:\.[\w-]+)*|\b(?=[A-Za-z_]*\d)[A-Za-z0-9_]{20,}/gi

/**
 * Those of them that are the tokens of this gateway, a key without its prefix and the hash of one included. An id of a
 * caller may be a long word with digits, too.
 */
const TOKENS = /fc_[0-9a-f]{20,}|[0-9a-f]{64,}|\beyJ[\w-]{10,}(?:\.[\w-]+)*/gi

/** A text for the log with possible secrets replaced. Errors may quote their input. */
export function withoutSecrets(text: string): string {
  return text.replace(SECRETS, '[redacted]')
}

/** An id from a caller with what looks like a token replaced. Other long words stay, so that the id can be found. */
export function withoutTokens(id: string): string {
  return id.replace(TOKENS, '[redacted]')
}
