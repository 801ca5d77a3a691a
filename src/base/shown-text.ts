/**
 * Characters of a text of OpenD, or of another program, that go into an error body, the ledger, a push or the log.
 * OpenD's own messages stay under 200; the bound is for a gateway that answers with megabytes.
 */
const MAX_TEXT_CHARS = 500

/** Characters of a name of the caller's own that an error repeats: such a name can be as long as the body or the URL. */
const MAX_NAME_CHARS = 64

/** Would break a line of the log, or change how the text after it reads. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu

/** A text of another program, fit to be shown: at most 500 characters and a mark of the cut, in one line. */
export function shownText(text: string): string {
  return cut(text, MAX_TEXT_CHARS).replace(UNPRINTABLE, ' ')
}

/** A name of the caller's own, fit to be repeated: at most 64 characters and a mark of the cut. */
export function shownName(name: string): string {
  return cut(name, MAX_NAME_CHARS)
}

/** A text with another sentence after it, or as it is when that is empty. Texts of OpenD often lack their full stop. */
export function withSentence(text: string, sentence: string): string {
  if (sentence === '') return text
  return `${text}${/[.!?]$/.test(text) ? '' : '.'} ${sentence}`
}

/** Never leaves half of a surrogate pair, which is no text. */
function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')}...` : text
}
