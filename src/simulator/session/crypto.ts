import type { Aes128, RsaKey } from '../../wire/cipher.ts'
import type { Sha1 } from '../../wire/frame.ts'
import type { Utf8 } from './body-codec.ts'

/** The platform functions that a simulated OpenD needs. All are synchronous and stateless. */
export interface SimulatorCrypto {
  readonly sha1: Sha1
  readonly aes128: Aes128
  /** Parses a PKCS#1 private key in PEM; null for any other text. */
  readonly rsaKey: (pem: string) => RsaKey | null
  readonly utf8: Utf8
}
