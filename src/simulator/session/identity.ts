/**
 * Ids and keys of connections. They derive from the seed and a sequence number, so that the same session gives the same
 * bytes. The AES keys are therefore guessable, so the simulator's servers listen on loopback only.
 */

/** The call that the TCP session answers itself, once per connection. */
export const INIT_CONNECT = 1001

/**
 * About 2^62, like real connection ids: a client that stores them in a double loses digits, which tests must detect.
 */
const CONNECTION_ID_BASE = 1n << 62n

/** Id of connection number `sequence` of an OpenD with that seed. Unique below 2^24 connections. */
export function connectionId(seed: number, sequence: number): bigint {
  return CONNECTION_ID_BASE + (BigInt(hash32(seed, sequence)) << 24n) + BigInt(sequence & 0xffffff)
}

const KEY_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Sixteen characters for a connection's AES key (`purpose` 1) or initial vector (2). */
export function keyText(seed: number, sequence: number, purpose: number): string {
  let text = ''
  for (let i = 0; i < 16; i++) {
    text += KEY_ALPHABET.charAt(hash32(hash32(seed, sequence), purpose * 16 + i) % KEY_ALPHABET.length)
  }
  return text
}

/** A 32-bit hash of two numbers (the finaliser of MurmurHash3 over both). */
export function hash32(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35)
  h ^= h >>> 16
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
