import { PacketEncAlgo } from '../../../proto/enums.ts'
import { aesCipher, type Aes128, type BodyCipher, type RsaKey } from '../../wire/cipher.ts'
import type { GreetingRead } from './handshake.ts'

/** What an encrypted link needs: the RSA key that OpenD has too, and AES for all that follows InitConnect. */
export interface Encryption {
  readonly rsa: RsaKey
  readonly aes128: Aes128
}

/** The cipher of a connection after its greeting. */
export function sessionCipher({ aesKey, aesIv }: GreetingRead, { aes128 }: Encryption): BodyCipher {
  return aesCipher(PacketEncAlgo.AES_CBC, asciiBytes(aesKey), asciiBytes(aesIv), aes128)
}

/** OpenD's keys are 16 ASCII characters that stand for themselves. */
function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0))
}
