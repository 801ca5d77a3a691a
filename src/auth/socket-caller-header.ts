import { isJsonArray, isJsonObject, parseJsonText, type JsonValue } from '../wire/json/json-text.ts'
import { type Caller, quotaShareOf } from './caller.ts'
import { isScope } from './scope.ts'
import type { SocketCaller } from './socket-caller.ts'

/**
 * The request header in which the Worker passes the caller of a push socket to the gateway object. The object can trust
 * it: only the Worker can reach the object, and the Worker does not forward the headers of the client.
 */
export const SOCKET_CALLER_HEADER = 'X-OpenD-Edge-Caller'

/** The header in which the Worker passes the network of the client, see `networkOf`. */
export const CLIENT_NETWORK_HEADER = 'X-OpenD-Edge-Network'

/**
 * The WebSocket subprotocol of push sockets. Browsers cannot set headers on a WebSocket, so they offer two
 * subprotocols, this one and `bearer.<token>`. The answer selects this one, so the token is not in the response.
 */
export const PUSH_SUBPROTOCOL = 'opend-edge.v1'

/** The data of a caller that its socket needs. `accIds` are its accounts, with cards resolved to ids; null for all. */
export function socketCallerOf(caller: Caller, accIds: readonly bigint[] | null): SocketCaller {
  const { id, scopes, expiresAtMs, keyMark } = caller
  return { id, scopes: [...scopes], expiresAtMs, accIds, quotaShare: quotaShareOf(caller), keyMark }
}

/**
 * The header's value: JSON, percent-encoded because a key's id may contain characters that a header may not. Null is
 * for a socket whose caller is not authenticated yet: its first message must contain the token.
 */
export function writeSocketCaller(caller: SocketCaller | null): string {
  return encodeURIComponent(JSON.stringify(caller, (_name, value: unknown) => textOfBigint(value)))
}

/** Reads the header; null for a caller that is not authenticated yet. Throws when it is absent or malformed. */
export function readSocketCaller(headers: Headers): SocketCaller | null {
  const parsed = parseJsonText(decodeURIComponent(headers.get(SOCKET_CALLER_HEADER) ?? ''))
  if (parsed.ok && parsed.value === null) return null
  if (!parsed.ok || !isJsonObject(parsed.value)) throw new Error('the request for a push socket lacks its caller')
  const { id, scopes, expiresAtMs, accIds, quotaShare, keyMark } = parsed.value
  if (typeof id !== 'string' || scopes === undefined || !isJsonArray(scopes) || accIds === undefined) {
    throw new Error('the caller of a push socket is incomplete')
  }
  return {
    id,
    scopes: scopes.filter(isText).filter(isScope),
    expiresAtMs: typeof expiresAtMs === 'number' ? expiresAtMs : null,
    accIds: isJsonArray(accIds) ? accIds.filter(isText).map(BigInt) : null,
    quotaShare: typeof quotaShare === 'number' ? quotaShare : null,
    keyMark: typeof keyMark === 'string' ? keyMark : null,
  }
}

function textOfBigint(value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

function isText(value: JsonValue): value is string {
  return typeof value === 'string'
}
