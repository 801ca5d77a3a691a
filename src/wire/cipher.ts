import { PacketEncAlgo } from '../../proto/enums.ts'

/**
 * How OpenD encrypts bodies. The header of a frame is never encrypted and its SHA-1 is always that of the plain body.
 *
 * InitConnect travels under RSA with the key both sides share; everything after it under AES-128 with the key of
 * InitConnect's reply, in the mode the client asked for. The raw ciphers come from outside: this file is the padding
 * and the cutting into blocks, which is where OpenD is peculiar.
 */

/** AES-128 over whole 16-byte blocks, without padding. */
export interface Aes128 {
  encryptEcb(key: Uint8Array, blocks: Uint8Array): Uint8Array
  decryptEcb(key: Uint8Array, blocks: Uint8Array): Uint8Array
  encryptCbc(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array
  decryptCbc(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array
}

/** One RSA key pair under RSAES-PKCS1-v1_5. OpenD and its clients share the private key and use both halves of it. */
export interface RsaKey {
  /** Size of an encrypted block: 128 for the 1024-bit keys that OpenD asks for. */
  readonly blockBytes: number
  /** Encrypts at most `blockBytes - 11` bytes into one block. */
  encrypt(chunk: Uint8Array): Uint8Array
  /** Decrypts one block; null when it was not made with this key. */
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

/** Plain bytes per RSA block, as the official Python client cuts them. Any size up to 117 may come in. */
const RSA_CHUNK_BYTES = 100

/** The cipher of InitConnect: independent RSA blocks, back to back. */
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
 * The cipher after InitConnect. `algo` is what the client asked for; `key` is 16 bytes, `iv` 16 bytes and used by CBC
 * only, where every packet starts again from it. No official client uses plain AES_ECB, and its padding is documented
 * nowhere: PKCS#7 is the usual choice.
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
 * Futu's own ECB: zeros up to a whole block, then one more block in the clear whose last byte says how many bytes of
 * the last encrypted block count (0 when all of them do).
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
