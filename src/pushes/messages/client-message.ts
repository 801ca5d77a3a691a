import { MAX_TOKEN_CHARS } from '../../auth/bearer.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { fail, succeed, type Failed, type Result } from '../../base/result.ts'
import type { StreamName } from '../../subscriptions/stream.ts'
import {
  checkFields,
  type FieldRule,
  oneOf,
  required,
  tableOf,
  textLike,
  wholeNumber,
} from '../../wire/json/json-fields.ts'
import { isJsonObject, parseJsonText, type JsonObject, type JsonValue } from '../../wire/json/json-text.ts'
import { readAccountsMessage, readSubscriptionMessage } from './subscription-message.ts'

/** A message that a client may send over its push socket. */
export type ClientMessage =
  | { readonly op: 'subscribe' | 'unsubscribe'; readonly c2s: MessageTypes['Qot_Sub.C2S'] }
  /** The accounts whose order and fill pushes the client wants. The list replaces the one before; it may be empty. */
  | { readonly op: 'accounts'; readonly accIds: readonly bigint[] }
  | { readonly op: 'ping' }
  | { readonly op: 'pong'; readonly n: number }
  | { readonly op: 'resume'; readonly runId: string; readonly lastSeqs: ReadonlyMap<StreamName, number> }
  /** A new token for the same caller, sent before the old one expires. */
  | { readonly op: 'auth'; readonly token: string }

/** The kind of a client's message. */
export type ClientOp = ClientMessage['op']

/** The client's id for a message; the reply repeats it. */
export type MessageId = string | number

/** A read message. `op` and `id` are for the reply, even when the message is refused. */
export interface ReadMessage {
  readonly op: ClientOp | null
  readonly id: MessageId | null
  readonly message: Result<ClientMessage>
}

/**
 * The longest message, in UTF-16 units. A subscription of 100 securities takes 4 KiB, and a resume of OpenD's largest
 * quota, 2,000 streams, 50 KiB.
 */
export const MAX_MESSAGE_CHARS = 64 * 1024

/** The reply repeats the id, so its length is bounded. */
const MAX_ID_CHARS = 64

/** `run` is a short name that the gateway created. */
const MAX_RUN_CHARS = 64

/** The result for a message that is not text. */
export const NO_TEXT: ReadMessage = {
  op: null,
  id: null,
  message: fail({ code: 'request.invalid_value', path: 'message', expected: 'text, not binary data' }),
}

const OP = oneOf(['subscribe', 'unsubscribe', 'accounts', 'ping', 'pong', 'resume', 'auth'])

const ID: FieldRule<MessageId> = {
  expected: `a string of at most ${MAX_ID_CHARS} characters, or a number`,
  read: (id) => (isMessageId(id) ? id : null),
}

const HEAD = { op: required(OP), id: ID }

const PONG = { n: required({ ...wholeNumber(1), expected: 'the n of a ping' }) }

const RESUME = {
  run: required(textLike(new RegExp(`^[^]{0,${MAX_RUN_CHARS}}$`), 'the run of an earlier hello')),
  streams: required(tableOf(wholeNumber(0), 'an object of streams, each with the last seq that was received')),
}

const AUTH = {
  token: required(
    textLike(new RegExp(`^[^]{1,${MAX_TOKEN_CHARS}}$`), `a token of at most ${MAX_TOKEN_CHARS} characters`),
  ),
}

/**
 * Reads a client's message strictly: an unknown operation, member or value is refused with its path. Failures: those of
 * `request.*` that the body of a REST call can have. They do not repeat values of the message.
 */
export function readClientMessage(text: string): ReadMessage {
  if (text.length > MAX_MESSAGE_CHARS)
    return unidentified(fail({ code: 'request.too_large', limitBytes: MAX_MESSAGE_CHARS }))
  const parsed = parseJsonText(text)
  if (!parsed.ok) return unidentified(parsed)
  const object = parsed.value
  if (!isJsonObject(object)) {
    return unidentified(fail({ code: 'request.invalid_value', path: 'body', expected: 'a JSON object' }))
  }
  const { op = null, id = null, ...members } = object
  const head = checkFields({ op, id }, HEAD)
  if (!head.ok) return { op: null, id: isMessageId(id) ? id : null, message: head }
  return { ...head.value, message: readMembers(head.value.op, members) }
}

function readMembers(op: ClientOp, members: JsonObject): Result<ClientMessage> {
  switch (op) {
    case 'subscribe':
    case 'unsubscribe': {
      const c2s = readSubscriptionMessage(op, members)
      return c2s.ok ? succeed({ op, c2s: c2s.value }) : c2s
    }
    case 'accounts': {
      const accIds = readAccountsMessage(members)
      return accIds.ok ? succeed({ op, accIds: accIds.value }) : accIds
    }
    case 'ping': {
      const nothing = checkFields(members, {})
      return nothing.ok ? succeed({ op }) : nothing
    }
    case 'pong': {
      const pong = checkFields(members, PONG)
      return pong.ok ? succeed({ op, n: pong.value.n }) : pong
    }
    case 'resume': {
      const resume = checkFields(members, RESUME)
      return resume.ok ? succeed({ op, runId: resume.value.run, lastSeqs: resume.value.streams }) : resume
    }
    case 'auth': {
      const auth = unknownAuthField(members) ?? checkFields(members, AUTH)
      return auth.ok ? succeed({ op, token: auth.value.token }) : auth
    }
  }
}

/** Refuses a member beside the token. The failure does not name it, because the name may be the token. */
function unknownAuthField(members: JsonObject): Failed | null {
  const isUnknown = Object.keys(members).some((name) => !Object.hasOwn(AUTH, name))
  return isUnknown ? fail({ code: 'request.unknown_field', path: '(a member beside token)', nearest: null }) : null
}

function isMessageId(id: JsonValue): id is MessageId {
  return typeof id === 'number' || (typeof id === 'string' && id.length <= MAX_ID_CHARS)
}

function unidentified(failed: Failed): ReadMessage {
  return { op: null, id: null, message: failed }
}
