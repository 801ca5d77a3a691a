import { PacketEncAlgo } from '../../proto/enums.ts'

/**
 * Encryption of bodies as in OpenD. The header of a frame is never encrypted, and its SHA-1 is that of the plain body.
 *
 * InitConnect is encrypted with RSA and the key that both sides share. Everything after it is encrypted with AES-128,
 * the key from InitConnect's reply and the mode that the client requested. The raw ciphers are passed in: this file
 * does the padding and the splitting into blocks, which are specific to OpenD.
 */

/** AES-128 over whole 16-byte blocks, without padding. */
export interface Aes128 {
  encryptEcb(key: Uint8Array, blocks: Uint8Array): Uint8Array
  decryptEcb(key: Uint8Array, blocks: Uint8Array): Uint8Array
  encryptCbc(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array
  decryptCbc(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array
}

/** One RSA key pair with RSAES-PKCS1-v1_5. OpenD and its clients share the private key and use both operations. */
export interface RsaKey {
  /** Size of an encrypted block: 128 for the 1024-bit keys that OpenD requires. */
  readonly blockBytes: number
  /** Encrypts at most `blockBytes - 11` bytes into one block. */
  encrypt(chunk: Uint8Array): Uint8Array
  /** Decrypts one block; null when it was not encrypted with this key. */
  decrypt(block: Uint8Array): Uint8Array | null
}

/** Both directions of one connection. `decrypt` returns null for bytes that this cipher cannot have produced. */
export interface BodyCipher {
  encrypt(plain: Uint8Array): Uint8Array
  decrypt(body: Uint8Array): Uint8Array | null
}

/** The cipher of a connection that is not encrypted. */
export const plainCipher: BodyCipher = { encrypt: (plain) => plain, decrypt: (body) => body }

const BLOCK_BYTES = 16

/** Plain bytes per RSA block, as in the official Python client. A received block may have any size up to 117. */
const RSA_CHUNK_BYTES = 100

/** The cipher of InitConnect: independent, consecutive RSA blocks. */
export function rsaCipher(key: RsaKey): BodyCipher {
  return {
    encrypt: (plain) => concat(slices(plain, RSA_CHUNK_BYTES).map((chunk) => key.encrypt(chunk))),
    decrypt: (body) => {
      if (body.length % key.blockBytes !== 0) return null
      const chunks: Uint8Array[] = []
      for (const block of slices(body, key.blockBytes)) {
        const chunk = key.decrypt(block)
        if (chunk === null) return null
        chunks.push(chunk)
      }
      return concat(chunks)
    },
  }
}

/**
 * The cipher after InitConnect. `algo` is the algorithm that the client requested. `key` and `iv` have 16 bytes; `iv`
 * is used by CBC only, for every packet. No official client uses plain AES_ECB, and its padding is not documented:
 * PKCS#7 is the usual choice.
 */
export function aesCipher(algo: number, key: Uint8Array, iv: Uint8Array, aes: Aes128): BodyCipher {
  switch (algo) {
    case PacketEncAlgo.AES_CBC:
      return {
        encrypt: (plain) => aes.encryptCbc(key, iv, padPkcs7(plain)),
        decrypt: (body) => (isWholeBlocks(body) ? unpadPkcs7(aes.decryptCbc(key, iv, body)) : null),
      }
    case PacketEncAlgo.AES_ECB:
      return {
        encrypt: (plain) => aes.encryptEcb(key, padPkcs7(plain)),
        decrypt: (body) => (isWholeBlocks(body) ? unpadPkcs7(aes.decryptEcb(key, body)) : null),
      }
    case PacketEncAlgo.None:
      return plainCipher
    default:
      return ftAesEcb(key, aes)
  }
}

/**
 * Futu's own ECB mode: zero padding to a whole block, then one unencrypted block. Its last byte is the number of valid
 * bytes in the last encrypted block (0 when all are valid).
 */
function ftAesEcb(key: Uint8Array, aes: Aes128): BodyCipher {
  return {
    encrypt: (plain) => {
      const remainder = plain.length % BLOCK_BYTES
      const blocks = new Uint8Array(remainder === 0 ? plain.length : plain.length - remainder + BLOCK_BYTES)
      blocks.set(plain)
      const body = new Uint8Array(blocks.length + BLOCK_BYTES)
      body.set(aes.encryptEcb(key, blocks))
      body[body.length - 1] = remainder
      return body
    },
    decrypt: (body) => {
      if (!isWholeBlocks(body)) return null
      const remainder = body[body.length - 1] ?? 0
      const blocks = body.subarray(0, body.length - BLOCK_BYTES)
      if (remainder >= BLOCK_BYTES || (remainder > 0 && blocks.length === 0)) return null
      const plain = aes.decryptEcb(key, blocks)
      return remainder === 0 ? plain : plain.subarray(0, plain.length - BLOCK_BYTES + remainder)
    },
  }
}

function isWholeBlocks(body: Uint8Array): boolean {
  return body.length > 0 && body.length % BLOCK_BYTES === 0
}

/** PKCS#7 (RFC 5652 section 6.3): 1 to 16 bytes, each of them the count. */
function padPkcs7(plain: Uint8Array): Uint8Array {
  const count = BLOCK_BYTES - (plain.length % BLOCK_BYTES)
  const padded = new Uint8Array(plain.length + count).fill(count)
  padded.set(plain)
  return padded
}

function unpadPkcs7(padded: Uint8Array): Uint8Array | null {
  const count = padded[padded.length - 1] ?? 0
  if (count < 1 || count > BLOCK_BYTES) return null
  const end = padded.length - count
  for (let i = end; i < padded.length; i++) if (padded[i] !== count) return null
  return padded.subarray(0, end)
}

function slices(bytes: Uint8Array, size: number): Uint8Array[] {
  const parts: Uint8Array[] = []
  for (let start = 0; start < bytes.length; start += size) parts.push(bytes.subarray(start, start + size))
  return parts
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
