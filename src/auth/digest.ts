const utf8 = new TextEncoder()

/** SHA-256 of a text's UTF-8, 32 bytes. */
export async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', utf8.encode(text)))
}

/** SHA-256 of a text's UTF-8 as 64 hex digits: the form in which key files keep keys. */
export async function sha256Hex(text: string): Promise<string> {
  return Array.from(await sha256(text), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * Whether two byte strings are equal, in a time that depends on their length only. Lengths are no secret here: every
 * digest has 32 bytes. Written out because the platform's own comparison exists in workerd alone.
 */
export function equalInConstantTime(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false
  let difference = 0
  for (let i = 0; i < left.length; i++) difference |= (left[i] ?? 0) ^ (right[i] ?? 0)
  return difference === 0
}
