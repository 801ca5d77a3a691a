import type { MessageTypes } from '../../proto/messages.ts'
import { decodeMessage } from '../wire/decode.ts'

/** What the caches need of an encoded call: the key of a request, and the head of a reply. */

/** Arguments of one call. Engines put them on the stack, and a body may have 256 KiB. */
const CHUNK_BYTES = 4_096

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

/** The result fields of a reply. */
type ReplyHead = Pick<MessageTypes['Qot_Sub.Response'], 'retType' | 'retMsg'>

/**
 * The head of any reply; null when the bytes do not decode. Every response begins with the same three fields, and this
 * message has no others, so the content of a long reply is skipped.
 */
export function replyHead(body: Uint8Array): ReplyHead | null {
  const decoded = decodeMessage('Qot_Sub.Response', body)
  return decoded.ok ? decoded.value : null
}
