import { generateKeyPairSync } from 'node:crypto'

/** A new RSA private key as OpenD takes it: 1024 bits, PKCS#1 PEM. */
export function freshRsaKey(): string {
  const encoding = { type: 'pkcs1', format: 'pem' } as const
  const options = { modulusLength: 1024, privateKeyEncoding: encoding, publicKeyEncoding: encoding }
  return generateKeyPairSync('rsa', options).privateKey
}
