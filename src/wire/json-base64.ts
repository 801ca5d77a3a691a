const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const NOT_IN_ALPHABET = 0xff

const sextets = new Uint8Array(128).fill(NOT_IN_ALPHABET)
for (let value = 0; value < ALPHABET.length; value++) sextets[ALPHABET.charCodeAt(value)] = value

/**
 * Decodes base64 in its one canonical spelling (RFC 4648 section 4: padded, unused bits zero, no white space), or
 * returns null. A page key that was changed on its way then fails here and not as an odd answer from OpenD.
 */
export function decodeBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0) return null
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const digits = text.length - padding
  const bytes = new Uint8Array((text.length / 4) * 3 - padding)
  let bits = 0
  let bitCount = 0
  let at = 0
  for (let index = 0; index < digits; index++) {
    const sextet = sextets[text.charCodeAt(index)] ?? NOT_IN_ALPHABET
    if (sextet === NOT_IN_ALPHABET) return null
    bits = ((bits << 6) | sextet) & 0xffff
    bitCount += 6
    if (bitCount < 8) continue
    bitCount -= 8
    bytes[at++] = bits >> bitCount
  }
  const unused = bits & ((1 << bitCount) - 1)
  return unused === 0 ? bytes : null
}
