/**
 * A read as the key of a map: its protocol id and the bytes of its body. Equal keys are equal reads, so answers can be
 * shared and cached by key. It is not a hash, because a caller could produce collisions.
 */
export function bodyKeyOf(protoId: number, body: Uint8Array): string {
  let key = String.fromCharCode(protoId)
  for (let from = 0; from < body.length; from += CHUNK_BYTES) {
    // Spreading the bytes takes four times as long.
    const chunk: string = Reflect.apply(String.fromCharCode, null, body.subarray(from, from + CHUNK_BYTES))
    key += chunk
  }
  return key
}

/** Arguments of one call. Engines put them on the stack, and a body may have 256 KiB. */
const CHUNK_BYTES = 4_096
