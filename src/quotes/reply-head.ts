import type { MessageTypes } from '../../proto/messages.ts'
import { decodeMessage } from '../wire/decode.ts'

/** Whether a reply is OpenD's yes or no. */
type ReplyHead = Pick<MessageTypes['Qot_Sub.Response'], 'retType' | 'retMsg'>

/**
 * The head of any reply; null when it is none. Every response begins with the same three fields, and this message has
 * nothing else, so a long reply is skipped rather than read.
 */
export function replyHead(body: Uint8Array): ReplyHead | null {
  const decoded = decodeMessage('Qot_Sub.Response', body)
  return decoded.ok ? decoded.value : null
}
