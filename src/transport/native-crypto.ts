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
 * The platform's own cryptography, and the only file that touches it. Everything is synchronous, which WebCrypto is
 * not, and OpenD's ciphers (RSAES-PKCS1-v1_5, AES-ECB) are missing there altogether. The shapes are those that
 * `wire/frame.ts` and `wire/cipher.ts` ask for.
 */

/** SHA-1 of some bytes, 20 bytes long. */
export function sha1(bytes: Uint8Array): Uint8Array {
  return createHash('sha1').update(bytes).digest()
}

/** SHA-256 of a text's UTF-8 bytes, 32 bytes long. */
export function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text, 'utf8').digest()
}

/** Whether two byte strings are equal, in a time that depends on their lengths only. */
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

/** The two halves of an RSA private key, as `wire/cipher.ts` uses them. */
export interface NativeRsaKey {
  readonly blockBytes: number
  encrypt(chunk: Uint8Array): Uint8Array
  decrypt(block: Uint8Array): Uint8Array | null
}

/**
 * Reads an RSA private key in PKCS#1 PEM without passphrase, or returns null when the text is no such key. The key
 * stays a PEM string: workerd's RSA functions refuse a KeyObject.
 */
export function rsaKey(pem: string): NativeRsaKey | null {
  const key = { key: pem, padding: constants.RSA_PKCS1_PADDING }
  let blockBytes: number
  try {
    // An encrypted block is as long as the modulus, whatever is in it.
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

/** All of it in the one object that the embedded simulator takes. */
export const nativeCrypto = { sha1, aes128, rsaKey, utf8 }

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })
const NO_IV = new Uint8Array(0)

function encrypt(algorithm: string, key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  // Whole blocks without padding come out of `update` complete; `final` has nothing to add.
  return createCipheriv(algorithm, key, iv).setAutoPadding(false).update(blocks)
}

function decrypt(algorithm: string, key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  return createDecipheriv(algorithm, key, iv).setAutoPadding(false).update(blocks)
}
