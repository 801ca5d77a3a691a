/** Bytes as lower-case hex: equal bytes compare equal, and a difference can be read. */
export function hex(bytes: Uint8Array | null): string {
  return bytes === null ? 'null' : Buffer.from(bytes).toString('hex')
}

/** Bytes of hex text. */
export function unhex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'))
}
