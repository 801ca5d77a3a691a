import type { MessageTypes } from '../../proto/messages.ts'
import { decodeMessage } from '../wire/decode.ts'

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
