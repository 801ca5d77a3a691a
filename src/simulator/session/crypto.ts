import type { Aes128, RsaKey } from '../../wire/cipher.ts'
import type { Sha1 } from '../../wire/frame.ts'
import type { Utf8 } from './body-codec.ts'

/** What a simulated OpenD needs from the platform. All of it is synchronous and without state. */
export interface SimulatorCrypto {
  readonly sha1: Sha1
  readonly aes128: Aes128
  /** Reads a PKCS#1 private key in PEM; null when the text is none. */
  readonly rsaKey: (pem: string) => RsaKey | null
  readonly utf8: Utf8
}
