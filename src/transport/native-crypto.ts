import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  privateDecrypt,
  publicEncrypt,
  timingSafeEqual,
} from 'node:crypto'

/**
 * The platform's cryptography; no other file imports `node:crypto`. WebCrypto is asynchronous and has no
 * RSAES-PKCS1-v1_5 or AES-ECB, which OpenD uses. The functions implement the interfaces in `wire/frame.ts` and
 * `wire/cipher.ts`.
 */

/** SHA-1 of some bytes, 20 bytes long. */
export function sha1(bytes: Uint8Array): Uint8Array {
  return createHash('sha1').update(bytes).digest()
}

/** SHA-256 of a text's UTF-8 bytes, 32 bytes long. */
export function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text, 'utf8').digest()
}

/** Whether two byte strings are equal. The time depends only on their lengths. */
export function equalInConstantTime(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right)
}

/** MD5 of a text's UTF-8 bytes as lower-case hex: OpenD's form of trade passwords and WebSocket keys. */
export function md5Hex(text: string): string {
  return createHash('md5').update(text, 'utf8').digest('hex')
}

/** AES-128 over whole blocks, without padding. */
export const aes128 = {
  encryptEcb: (key: Uint8Array, blocks: Uint8Array): Uint8Array => encrypt('aes-128-ecb', key, NO_IV, blocks),
  decryptEcb: (key: Uint8Array, blocks: Uint8Array): Uint8Array => decrypt('aes-128-ecb', key, NO_IV, blocks),
  encryptCbc: (key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array =>
    encrypt('aes-128-cbc', key, iv, blocks),
  decryptCbc: (key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array =>
    decrypt('aes-128-cbc', key, iv, blocks),
}

/** An RSA private key with both operations, as `RsaKey` in `wire/cipher.ts`. */
export interface NativeRsaKey {
  readonly blockBytes: number
  encrypt(chunk: Uint8Array): Uint8Array
  decrypt(block: Uint8Array): Uint8Array | null
}

/**
 * Reads an RSA private key in PKCS#1 PEM without a passphrase; returns null for any other text. The key
 * stays a PEM string: workerd's RSA functions refuse a KeyObject.
 */
export function rsaKey(pem: string): NativeRsaKey | null {
  const key = { key: pem, padding: constants.RSA_PKCS1_PADDING }
  let blockBytes: number
  try {
    // An encrypted block is always as long as the modulus.
    blockBytes = publicEncrypt(key, new Uint8Array(1)).length
    if (privateDecrypt(key, publicEncrypt(key, new Uint8Array(1))).length !== 1) return null
  } catch {
    return null
  }
  return {
    blockBytes,
    encrypt: (chunk) => publicEncrypt(key, chunk),
    decrypt: (block) => {
      try {
        return privateDecrypt(key, block)
      } catch {
        return null
      }
    },
  }
}

/** UTF-8 both ways; decoding returns null for bytes that are not UTF-8. */
export const utf8 = {
  encode: (text: string): Uint8Array => encoder.encode(text),
  decode: (bytes: Uint8Array): string | null => {
    try {
      return decoder.decode(bytes)
    } catch {
      return null
    }
  },
}

/** All functions in one object, for the embedded simulator. */
export const nativeCrypto = { sha1, aes128, rsaKey, utf8 }

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })
const NO_IV = new Uint8Array(0)

function encrypt(algorithm: string, key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  // For whole blocks without padding, `update` returns all output and `final` none.
  return createCipheriv(algorithm, key, iv).setAutoPadding(false).update(blocks)
}

function decrypt(algorithm: string, key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  return createDecipheriv(algorithm, key, iv).setAutoPadding(false).update(blocks)
}
