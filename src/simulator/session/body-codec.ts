import type { MessageName, MessageTypes } from '../../../proto/messages.ts'
import { decodeMessage } from '../../wire/decode.ts'
import { encodeMessage } from '../../wire/encode.ts'
import { BodyFormat } from '../../wire/frame.ts'
import { messageFromJson, messageToJson } from './proto-json.ts'

/** Text to UTF-8 bytes and back. The pure folders have no TextEncoder, so it is passed in. */
export interface Utf8 {
  encode(text: string): Uint8Array
  /** Null when the bytes are not UTF-8. */
  decode(bytes: Uint8Array): string | null
}

/** A message, or the reason why the bytes are not a message. */
export type DecodedBody<Name extends MessageName> =
  | { readonly ok: true; readonly value: MessageTypes[Name] }
  | { readonly ok: false; readonly detail: string }

/** Decodes an unencrypted body in the format of its header. */
export function decodeBody<Name extends MessageName>(
  name: Name,
  format: number,
  body: Uint8Array,
  utf8: Utf8,
): DecodedBody<Name> {
  if (format === BodyFormat.Protobuf) return decodeMessage(name, body)
  if (format !== BodyFormat.Json) return { ok: false, detail: `unknown body format ${format}` }
  const text = utf8.decode(body)
  return text === null ? { ok: false, detail: 'the body is not UTF-8' } : messageFromJson(name, text)
}

/** Encodes an unencrypted body, as protobuf or JSON. */
export function encodeBody<Name extends MessageName>(
  name: Name,
  format: number,
  value: MessageTypes[Name],
  utf8: Utf8,
): Uint8Array {
  return format === BodyFormat.Json ? utf8.encode(messageToJson(name, value)) : encodeMessage(name, value)
}
