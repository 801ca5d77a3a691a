import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { PacketEncAlgo } from '../../proto/enums.ts'
import { aes128, rsaKey } from '../../src/transport/native-crypto.ts'
import { aesCipher, rsaCipher } from '../../src/wire/cipher.ts'
import { hex, unhex } from './hex.ts'

const KEY = new Uint8Array(Buffer.from('0123456789abcdef'))
const IV = new Uint8Array(Buffer.from('fedcba9876543210'))
const { privateKey: PEM } = generateKeyPairSync('rsa', {
  modulusLength: 1024,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
})

/** The bytes 00 to 10, the plain text of the vectors. */
const COUNTING = Uint8Array.from({ length: 17 }, (_, i) => i)

/** Made with the official Python client's own code. */
const VECTORS = [
  [PacketEncAlgo.AES_CBC, 'fb01c02499f87b46c2a7b96a1ca5303b79edc7e4453295dd45f6dcd95358bad2'],
  [
    PacketEncAlgo.FTAES_ECB,
    'a07999f0e2bfbe16f99593e984a449b7f9ab2c3d526f44ac31584dad0f33677900000000000000000000000000000001',
  ],
] as const

for (const [algo, body] of VECTORS) {
  test(`algorithm ${algo} gives the bytes of the official client, and reads them`, () => {
    const cipher = aesCipher(algo, KEY, IV, aes128)
    assert.equal(hex(cipher.encrypt(COUNTING)), body)
    assert.equal(hex(cipher.decrypt(unhex(body))), hex(COUNTING))
  })
}

/** Lengths on the wire that were seen for these plain lengths. */
const SIZES = [
  [PacketEncAlgo.AES_CBC, 7, 16],
  [PacketEncAlgo.AES_CBC, 27, 32],
  [PacketEncAlgo.AES_CBC, 40, 48],
  [PacketEncAlgo.AES_CBC, 77, 80],
  [PacketEncAlgo.FTAES_ECB, 7, 32],
  [PacketEncAlgo.FTAES_ECB, 16, 32],
  [PacketEncAlgo.FTAES_ECB, 27, 48],
  [PacketEncAlgo.FTAES_ECB, 40, 64],
  [PacketEncAlgo.FTAES_ECB, 77, 96],
] as const

test('bodies grow by padding as they do with the official client', () => {
  for (const [algo, plainBytes, bodyBytes] of SIZES) {
    assert.equal(aesCipher(algo, KEY, IV, aes128).encrypt(new Uint8Array(plainBytes)).length, bodyBytes)
  }
})

const algos = fc.constantFrom(...Object.values(PacketEncAlgo))

test('every mode gives back what it was given', () => {
  fc.assert(
    fc.property(algos, fc.uint8Array({ maxLength: 300 }), (algo, plain) => {
      const cipher = aesCipher(algo, KEY, IV, aes128)
      assert.equal(hex(cipher.decrypt(cipher.encrypt(plain))), hex(plain))
    }),
  )
})

test('bytes that no cipher made give null or a shorter text, and never an exception', () => {
  fc.assert(
    fc.property(algos, fc.uint8Array({ maxLength: 100 }), (algo, body) => {
      const plain = aesCipher(algo, KEY, IV, aes128).decrypt(body)
      assert.ok(plain === null || plain.length <= body.length)
    }),
  )
})

test('a trailing block that promises more than there is, is refused', () => {
  const cipher = aesCipher(PacketEncAlgo.FTAES_ECB, KEY, IV, aes128)
  for (const remainder of [1, 15, 16, 255]) {
    assert.equal(cipher.decrypt(new Uint8Array(16).fill(remainder, 15)), null)
  }
})

test('RSA carries a body of any length in blocks of 128 bytes', () => {
  const key = rsaKey(PEM)
  assert.ok(key !== null)
  const cipher = rsaCipher(key)
  for (const [plainBytes, bodyBytes] of [
    [29, 128],
    [100, 128],
    [101, 256],
    [176, 256],
    [201, 384],
  ] as const) {
    const plain = Uint8Array.from({ length: plainBytes }, (_, i) => i)
    const body = cipher.encrypt(plain)
    assert.equal(body.length, bodyBytes)
    assert.equal(hex(cipher.decrypt(body)), hex(plain))
  }
})

test('RSA blocks of any size up to 117 bytes are read: clients cut differently', () => {
  const key = rsaKey(PEM)
  assert.ok(key !== null)
  const plain = Uint8Array.from({ length: 234 }, (_, i) => i)
  for (const size of [1, 39, 117]) {
    const blocks: Uint8Array[] = []
    for (let at = 0; at < plain.length; at += size) blocks.push(key.encrypt(plain.subarray(at, at + size)))
    assert.equal(hex(rsaCipher(key).decrypt(Buffer.concat(blocks))), hex(plain))
  }
})

test('RSA refuses a body that is not whole blocks, and a text that is no key', () => {
  const key = rsaKey(PEM)
  assert.ok(key !== null)
  assert.equal(rsaCipher(key).decrypt(new Uint8Array(127)), null)
  assert.equal(rsaKey('not a key'), null)
  // The start of the key's structure. A change elsewhere can lead to another key.
  assert.equal(rsaKey(PEM.replace(/^MII/m, 'xxx')), null)
})
