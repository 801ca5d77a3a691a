/**
 * A tag identifies an order whose reply was lost: it is sent in `remark`, which OpenD returns with the order and in its
 * pushes. Eight characters of five bits each give 2^40 tags. The ledger stores 90 days of orders, and a tag that is in
 * use is drawn again.
 */
const TAG = /#([0-9a-hjkmnp-tv-z]{8})$/

/** Crockford's base 32: without the letters that look like digits. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** OpenD's limit for the length of a remark. */
const REMARK_BYTES = 64

/** A space, a hash sign and the tag. */
const TAG_BYTES = 10

/** The part of a remark that the caller can use, UTF-8 bytes. */
export const CALLER_REMARK_BYTES = REMARK_BYTES - TAG_BYTES

/** Draws a new tag from a source of numbers that are uniform in [0, 1), in steps of 2^-20 or finer. */
export function drawTag(random: () => number): string {
  return drawHalf(random()) + drawHalf(random())
}

function drawHalf(unit: number): string {
  const bits = Math.floor(unit * 2 ** 20)
  return letter(bits >> 15) + letter(bits >> 10) + letter(bits >> 5) + letter(bits)
}

/** The character for the lowest five bits. */
function letter(bits: number): string {
  return ALPHABET.charAt(bits & 31)
}

/** The id of the entry whose order carries that tag. */
export function entryIdOf(tag: string): string {
  return `oi_${tag}`
}

/** The remark that is sent to OpenD: the caller's text, then the tag. */
export function taggedRemark(remark: string, tag: string): string {
  return remark === '' ? `#${tag}` : `${remark} #${tag}`
}

/** The tag at the end of a remark; null when it has none. */
export function tagOf(remark: string | undefined): string | null {
  return TAG.exec(remark ?? '')?.[1] ?? null
}

/** Length of a text in UTF-8 bytes. A lone surrogate counts as the replacement character that is sent for it. */
export function utf8Bytes(text: string): number {
  let bytes = 0
  for (const char of text) {
    const point = char.codePointAt(0) ?? 0
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4
  }
  return bytes
}
