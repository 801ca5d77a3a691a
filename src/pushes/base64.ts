const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Every pair of base64 digits, by its 12 bits. */
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
