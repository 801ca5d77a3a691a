const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const NOT_IN_ALPHABET = 0xff

const sextets = new Uint8Array(128).fill(NOT_IN_ALPHABET)
for (let value = 0; value < ALPHABET.length; value++) sextets[ALPHABET.charCodeAt(value)] = value

/**
 * Decodes canonical base64 (RFC 4648 section 4: padded, unused bits zero, no white space); returns null for other text.
 * So a damaged page key is refused here and does not cause an unclear reply from OpenD.
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

/** Every pair of base64 digits, indexed by its 12 bits. */
const PAIRS: readonly string[] = Array.from({ length: 4096 }, (_, bits) => digit(bits >> 6) + digit(bits & 0x3f))

/** Encodes bytes as base64 with padding (RFC 4648 section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  const whole = bytes.length - (bytes.length % 3)
  let text = ''
  for (let at = 0; at < whole; at += 3) {
    const bits = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    text += `${PAIRS[bits >> 12]}${PAIRS[bits & 0xfff]}`
  }
  const left = bytes.length - whole
  if (left === 1) return `${text}${PAIRS[(bytes[whole] ?? 0) << 4]}==`
  if (left === 0) return text
  const bits = ((bytes[whole] ?? 0) << 16) | ((bytes[whole + 1] ?? 0) << 8)
  return `${text}${PAIRS[bits >> 12]}${PAIRS[bits & 0xfff]?.charAt(0)}=`
}

function digit(sextet: number): string {
  return ALPHABET.charAt(sextet)
}
