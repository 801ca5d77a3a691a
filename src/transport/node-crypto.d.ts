/**
 * The part of `node:crypto` that `native-crypto.ts` uses, for the compilation of the Worker. The Workers types do not
 * include the module, and Node's types declare globals that conflict with them.
 */
declare module 'node:crypto' {
  interface Hash {
    update(data: Uint8Array): Hash
    update(data: string, encoding: 'utf8'): Hash
    digest(): Uint8Array
    digest(encoding: 'hex'): string
  }
  interface BlockCipher {
    setAutoPadding(isOn: boolean): BlockCipher
    update(data: Uint8Array): Uint8Array
    final(): Uint8Array
  }
  interface RsaOptions {
    readonly key: string
    readonly padding: number
  }
  export const constants: { readonly RSA_PKCS1_PADDING: number; readonly RSA_NO_PADDING: number }
  export function createHash(algorithm: 'sha1' | 'sha256' | 'md5'): Hash
  export function createCipheriv(algorithm: string, key: Uint8Array, iv: Uint8Array): BlockCipher
  export function createDecipheriv(algorithm: string, key: Uint8Array, iv: Uint8Array): BlockCipher
  export function timingSafeEqual(left: Uint8Array, right: Uint8Array): boolean
  export function publicEncrypt(options: RsaOptions, data: Uint8Array): Uint8Array
  export function privateDecrypt(options: RsaOptions, data: Uint8Array): Uint8Array
}
