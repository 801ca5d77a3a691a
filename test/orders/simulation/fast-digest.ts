/**
 * A digest of 20 bytes in place of SHA-1, which costs a twentieth of it: both ends of the link use it, and what it is for
 * is to notice bytes that were turned on the way and to tell bodies apart.
 */
export function fastDigest(bytes: Uint8Array): Uint8Array {
  let [a, b] = [0x811c_9dc5, 0x9e37_79b9]
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x0100_0193)
    b = Math.imul(b ^ byte, 0x85eb_ca6b) ^ (b >>> 13)
  }
  const digest = new Uint8Array(20)
  for (let at = 0; at < 20; at++) {
    a = Math.imul(a ^ (b >>> (at & 15)), 0xc2b2_ae35) ^ (a >>> 15)
    digest[at] = a >>> 11
  }
  return digest
}
