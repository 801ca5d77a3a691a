import { isJsonArray, isJsonObject, parseJsonText, type JsonValue } from '../wire/json-text.ts'
import { type Caller, quotaShareOf } from './caller.ts'
import { isScope } from './scope.ts'
import type { SocketCaller } from './socket-caller.ts'
import { keyMarkOf } from './caller-standing.ts'

/**
 * How the Worker tells the gateway object who opened a push socket: one request header on the forwarded upgrade. The
 * object can believe it, because nothing but the Worker reaches the object and the Worker overwrites whatever copy
 * came from outside.
 */
export const SOCKET_CALLER_HEADER = 'X-OpenD-Edge-Caller'

/** How the Worker tells the object where a push socket was opened from, in the same way: see `networkOf`. */
export const CLIENT_NETWORK_HEADER = 'X-OpenD-Edge-Network'

/**
 * The subprotocol that a client names to speak with us. Browsers cannot set headers on a WebSocket, so they offer two
 * protocols, this one and `bearer.<token>`; the answer chooses this one and the token is never echoed.
 */
export const PUSH_SUBPROTOCOL = 'opend-edge.v1'

/** What a socket needs to know of its caller. `accIds` are the accounts with the key's cards resolved; null for all. */
export function socketCallerOf(caller: Caller, accIds: readonly bigint[] | null): SocketCaller {
  const { id, scopes, expiresAtMs, key } = caller
  const keyMark = key === null ? null : keyMarkOf(key)
  return { id, scopes: [...scopes], expiresAtMs, accIds, quotaShare: quotaShareOf(caller), keyMark }
}

/**
 * The header's value: JSON, percent-encoded because a key's id may hold any character and a header may not. Null is a
 * socket whose caller is not known yet: its first message has to say who it is.
 */
export function writeSocketCaller(caller: SocketCaller | null): string {
  return encodeURIComponent(JSON.stringify(caller, (_name, value: unknown) => textOfBigint(value)))
}

/** Reads the header back; null for a caller not known yet. Throws when it is absent or not ours: only the Worker writes it. */
export function readSocketCaller(headers: Headers): SocketCaller | null {
  const parsed = parseJsonText(decodeURIComponent(headers.get(SOCKET_CALLER_HEADER) ?? ''))
  if (parsed.ok && parsed.value === null) return null
  if (!parsed.ok || !isJsonObject(parsed.value)) throw new Error('a push socket came without its caller')
  const { id, scopes, expiresAtMs, accIds, quotaShare, keyMark } = parsed.value
  if (typeof id !== 'string' || scopes === undefined || !isJsonArray(scopes) || accIds === undefined) {
    throw new Error('a push socket came with half a caller')
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
