import type { MessageTypes } from '../../proto/messages.ts'
import { fail, succeed, type Failed, type Result } from '../base/result.ts'
import { shownName } from '../base/shown-text.ts'
import type { StreamName } from '../subscriptions/stream.ts'
import { isJsonObject, parseJsonText, type JsonObject, type JsonValue } from '../wire/json-text.ts'
import { nearestName } from '../wire/nearest-name.ts'
import { readAccounts, readSubscription } from './subscription-message.ts'

/** What a client may send over its push socket. */
export type ClientMessage =
  | { readonly op: 'subscribe' | 'unsubscribe'; readonly c2s: MessageTypes['Qot_Sub.C2S'] }
  /** The accounts whose orders and fills are wanted; the list replaces the one before, an empty one ends them. */
  | { readonly op: 'accounts'; readonly accIds: readonly bigint[] }
  | { readonly op: 'ping' }
  | { readonly op: 'pong'; readonly n: number }
  | { readonly op: 'resume'; readonly run: string; readonly positions: ReadonlyMap<StreamName, number> }
  /** A new token for the same caller, before the old one ends. */
  | { readonly op: 'auth'; readonly token: string }

/** The kind of a client's message. */
export type ClientOp = ClientMessage['op']

/** The client's own name for a message; the reply repeats it. */
export type MessageId = string | number

/** A message as read: what the reply needs to name it, even when it is refused. */
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

/** The reply repeats the id, so that the caller must not choose the reply's length. */
const MAX_ID_CHARS = 64

/** Of `run`, a name that we made. */
const MAX_RUN_CHARS = 64

/** Of a token: a JWT with many claims takes 2 or 3 KiB, and HTTP servers refuse headers over 8 KiB. */
const MAX_TOKEN_CHARS = 8 * 1024

/** What is read in a message that is no text. */
export const NO_TEXT: ReadMessage = {
  op: null,
  id: null,
  message: fail({ code: 'request.invalid_value', path: 'message', expected: 'text, not binary data' }),
}

/** Members of each message beside `op` and `id`; null where they are those of an OpenD message, plus some. */
const MEMBERS: Readonly<Record<ClientOp, readonly string[] | null>> = {
  subscribe: null,
  unsubscribe: null,
  accounts: null,
  ping: [],
  pong: ['n'],
  resume: ['run', 'streams'],
  auth: ['token'],
}

/**
 * Reads a client's message, strictly: an unknown operation, member or value is refused with the path of what is wrong.
 * Failures: those of `request.*` that the body of a REST call can have. None of them repeats a value of the message.
 */
export function readClientMessage(text: string): ReadMessage {
  if (text.length > MAX_MESSAGE_CHARS)
    return unnamed(fail({ code: 'request.too_large', limitBytes: MAX_MESSAGE_CHARS }))
  const parsed = parseJsonText(text)
  if (!parsed.ok) return unnamed(parsed)
  const object = parsed.value
  if (!isJsonObject(object)) return unnamed(invalid('body', 'a JSON object'))
  const { op, id = null, ...members } = object
  if (!isMessageId(id)) return unnamed(invalid('id', `a string of at most ${MAX_ID_CHARS} characters, or a number`))
  const ops = Object.keys(MEMBERS).join(', ')
  if (op === undefined) {
    return { op: null, id, message: fail({ code: 'request.missing_field', path: 'op', expected: `one of ${ops}` }) }
  }
  if (!isOp(op)) return { op: null, id, message: invalid('op', `one of ${ops}`) }
  return { op, id, message: readMembers(op, members) }
}

function readMembers(op: ClientOp, members: JsonObject): Result<ClientMessage> {
  const stray = strayOf(op, members)
  if (stray !== null) return stray
  switch (op) {
    case 'subscribe':
    case 'unsubscribe': {
      const c2s = readSubscription(op, members)
      return c2s.ok ? succeed({ op, c2s: c2s.value }) : c2s
    }
    case 'accounts': {
      const accIds = readAccounts(members)
      return accIds.ok ? succeed({ op, accIds: accIds.value }) : accIds
    }
    case 'ping':
      return succeed({ op })
    case 'pong':
      return readPong(members['n'])
    case 'resume':
      return readResume(members['run'], members['streams'])
    case 'auth': {
      const { token } = members
      const expected = `a token of at most ${MAX_TOKEN_CHARS} characters`
      if (typeof token !== 'string' || token === '' || token.length > MAX_TOKEN_CHARS) {
        return wrong('token', token, expected)
      }
      return succeed({ op, token })
    }
  }
}

function readPong(n: JsonValue | undefined): Result<ClientMessage> {
  return isCount(n) && n > 0 ? succeed({ op: 'pong', n }) : wrong('n', n, 'the n of a ping')
}

function readResume(run: JsonValue | undefined, streams: JsonValue | undefined): Result<ClientMessage> {
  if (typeof run !== 'string' || run.length > MAX_RUN_CHARS) return wrong('run', run, 'the run of an earlier hello')
  if (streams === undefined || !isJsonObject(streams)) {
    return wrong('streams', streams, 'an object of streams, each with the last seq that was received')
  }
  const positions = new Map<StreamName, number>()
  for (const [stream, seq] of Object.entries(streams)) {
    if (!isCount(seq)) return invalid(`streams[${JSON.stringify(shownName(stream))}]`, 'an integer, 0 or more')
    positions.set(stream, seq)
  }
  return succeed({ op: 'resume', run, positions })
}

/** Refuses members that the operation does not have. A stray one of `auth` is not named: it may be the token. */
function strayOf(op: ClientOp, members: JsonObject): Failed | null {
  const known = MEMBERS[op]
  const stray = known === null ? undefined : Object.keys(members).find((name) => !known.includes(name))
  if (known === null || stray === undefined) return null
  if (op === 'auth') return fail({ code: 'request.unknown_field', path: '(a member beside token)', nearest: null })
  return fail({ code: 'request.unknown_field', path: shownName(stray), nearest: nearestName(stray, known) })
}

function isOp(op: JsonValue): op is ClientOp {
  return typeof op === 'string' && Object.hasOwn(MEMBERS, op)
}

function isMessageId(id: JsonValue): id is MessageId | null {
  return id === null || typeof id === 'number' || (typeof id === 'string' && id.length <= MAX_ID_CHARS)
}

function isCount(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function unnamed(failed: Failed): ReadMessage {
  return { op: null, id: null, message: failed }
}

/** A member that is missing, or is not what it should be. */
function wrong(path: string, value: JsonValue | undefined, expected: string): Failed {
  return value === undefined ? fail({ code: 'request.missing_field', path, expected }) : invalid(path, expected)
}

function invalid(path: string, expected: string): Failed {
  return fail({ code: 'request.invalid_value', path, expected })
}
