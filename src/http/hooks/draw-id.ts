import { hexOf } from '../../base/hex.ts'
import { sha256 } from '../../transport/native-crypto.ts'

/** Bytes of an id: 64 bits distinguish more deliveries than are ever kept. */
const ID_BYTES = 8

/** Bytes of a secret. */
const SECRET_BYTES = 32

/** The ids of hooks and of deliveries. */
type Prefix = 'hk_' | 'hd_'

/** A new random id with that prefix. It is drawn here and not in the object, so that a repeated call has the same. */
export function drawId(prefix: Prefix): string {
  return `${prefix}${hexOf(crypto.getRandomValues(new Uint8Array(ID_BYTES)))}`
}

/** A new secret of a hook, and its SHA-256 (hex). Only the hash is stored. */
export function drawSecret(): { readonly secret: string; readonly hash: string } {
  const secret = `hs_${hexOf(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)))}`
  return { secret, hash: hexOf(sha256(secret)) }
}
