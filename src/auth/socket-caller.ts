import { isJsonArray, isJsonObject, parseJsonText, type JsonValue } from '../wire/json-text.ts'
import type { Caller } from './caller.ts'
import { isScope, type Scope } from './scope.ts'

/**
 * How the Worker tells the gateway object who opened a push socket: one request header on the forwarded upgrade. The
 * object can believe it, because nothing but the Worker reaches the object and the Worker overwrites whatever copy
 * came from outside.
 */
export const SOCKET_CALLER_HEADER = 'X-OpenD-Edge-Caller'

/**
 * The subprotocol that a client names to speak with us. Browsers cannot set headers on a WebSocket, so they offer two
 * protocols, this one and `bearer.<token>`; the answer chooses this one and the token is never echoed.
 */
export const PUSH_SUBPROTOCOL = 'opend-edge.v1'

/** Whom pushes on a socket are for, and until when. */
export interface SocketCaller {
  readonly id: string
  readonly scopes: readonly Scope[]
  /** Unix time in ms at which the socket must be closed, or null. */
  readonly expiresAtMs: number | null
  /** Accounts whose trade pushes the caller may see; null for all. */
  readonly accIds: readonly bigint[] | null
}

/** The header's value: JSON, percent-encoded because a key's id may hold any character and a header may not. */
export function writeSocketCaller(caller: Caller, accIds: readonly bigint[] | null): string {
  const { id, scopes, expiresAtMs } = caller
  return encodeURIComponent(
    JSON.stringify({ id, scopes: [...scopes], expiresAtMs, accIds: accIds?.map(String) ?? null }),
  )
}

/** Reads the header back. Throws when it is absent or not ours: only the Worker writes it. */
export function readSocketCaller(headers: Headers): SocketCaller {
  const parsed = parseJsonText(decodeURIComponent(headers.get(SOCKET_CALLER_HEADER) ?? ''))
  if (!parsed.ok || !isJsonObject(parsed.value)) throw new Error('a push socket came without its caller')
  const { id, scopes, expiresAtMs, accIds } = parsed.value
  if (typeof id !== 'string' || scopes === undefined || !isJsonArray(scopes) || accIds === undefined) {
    throw new Error('a push socket came with half a caller')
  }
  return {
    id,
    scopes: scopes.filter(isText).filter(isScope),
    expiresAtMs: typeof expiresAtMs === 'number' ? expiresAtMs : null,
    accIds: isJsonArray(accIds) ? accIds.filter(isText).map(BigInt) : null,
  }
}

function isText(value: JsonValue): value is string {
  return typeof value === 'string'
}
