import { hexOf } from '../../base/hex.ts'
import { sha256 } from '../../transport/native-crypto.ts'

/** Bytes of an id: 64 bits distinguish more deliveries than are ever kept. */
const ID_BYTES = 8

/** Bytes of a secret. */
const SECRET_BYTES = 32

/** A new random id with that prefix. */
export function drawId(prefix: 'hk_' | 'hd_'): string {
  return `${prefix}${hexOf(crypto.getRandomValues(new Uint8Array(ID_BYTES)))}`
}

/** A new secret of a hook, and its SHA-256 (hex). Only the hash is stored. */
export function drawSecret(): { readonly secret: string; readonly hash: string } {
  const secret = `hs_${hexOf(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)))}`
  return { secret, hash: hexOf(sha256(secret)) }
}
