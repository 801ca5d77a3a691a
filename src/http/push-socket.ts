import { isOriginAllowed } from '../auth/allowed-origins.ts'
import { isToken } from '../auth/bearer.ts'
import { networkOf } from '../auth/client-network.ts'
import {
  CLIENT_NETWORK_HEADER,
  PUSH_SUBPROTOCOL,
  SOCKET_CALLER_HEADER,
  socketCallerOf,
  writeSocketCaller,
} from '../auth/socket-caller-header.ts'
import type { SocketCaller } from '../auth/socket-caller.ts'
import type { AuthFailure } from '../base/failure.ts'
import { fail, succeed, type Result } from '../base/result.ts'
import { accountsOf } from './accounts.ts'
import { REQUEST_ID_HEADER } from './answer.ts'
import { admitCall, type Admitted, readsAreOpen } from './authenticate.ts'
import type { Exchange, Handler } from './exchange.ts'
import { readHeaderToken } from './header-token.ts'
import { MAX_CONFLATE_MS } from '../pushes/push-socket.ts'
import { FLAG, oneOf, textLike, wholeNumber } from '../wire/json/json-fields.ts'
import { readQuery } from './request/request-fields.ts'

/** Query parameters of `/ws`. All but the token set the form of the pushes. */
const QUERY = {
  token: textLike(/^/, 'a token'),
  body: oneOf(['base64', 'json']),
  batch: FLAG,
  conflate_ms: wholeNumber(0, MAX_CONFLATE_MS),
}

const TOKEN_PROTOCOL_PREFIX = 'bearer.'

/**
 * `GET /ws`: authenticates the client of a push socket and forwards the upgrade to the gateway object, without the
 * token. The token is sent in exactly one of three ways: the `Authorization` header; `?token=`, which the clients of
 * futu-opend-rs use; or the offered subprotocol `bearer.<token>` beside `opend-edge.v1`, for browsers. Without a token
 * the object waits for a first message that contains it.
 */
export const pushSocket: Handler = async (exchange) => {
  const { request, requestId } = exchange
  if (!exchange.deployment.ok) return exchange.deployment
  const deployment = exchange.deployment.value
  const token = readToken(exchange)
  const isUnknown = token.ok && token.value === null && !readsAreOpen(exchange, deployment)
  const admitted = isUnknown ? succeed(null) : await admitCall(exchange, ['qot:read'], 'ws', token)
  if (!admitted.ok) return admitted
  const query = readQuery(request, QUERY)
  if (!query.ok) return query
  const origin = request.headers.get('Origin')
  if (!isOriginAllowed(origin, request.url, deployment.config.allowedOrigins)) {
    return fail({ code: 'auth.origin_not_allowed' })
  }
  if (request.headers.get('Upgrade')?.toLowerCase() !== 'websocket') return fail({ code: 'request.upgrade_required' })

  const caller = await callerOf(exchange, admitted.value)
  if (!caller.ok) return caller
  const response = await exchange.gateway.fetch(forwarded(request, caller.value, requestId))
  // The object has the present record of the key, which may have changed since it was read here.
  if (response.status === 401) return fail(refusalIn(await response.text()))
  if (response.status === 429) return fail({ code: 'push.too_many_sockets' })
  if (response.status >= 400)
    return fail({ code: 'gateway.busy', detail: 'no room for another push socket', retryInMs: null })
  return withHeaders(response, requestId, offersProtocol(request))
}

/** The refusal of a caller by the gateway object, from its code. */
function refusalIn(code: string): AuthFailure {
  if (code === 'auth.expired_token' || code === 'auth.invalid_token') return { code }
  return { code: 'auth.key_changed' }
}

function readToken(exchange: Exchange): Result<string | null> {
  const { request } = exchange
  const header = readHeaderToken(exchange)
  if (!header.ok) return header
  const inQuery = new URL(request.url).searchParams.getAll('token')
  const inProtocols = offeredProtocols(request)
    .filter((name) => name.startsWith(TOKEN_PROTOCOL_PREFIX))
    .map((name) => name.slice(TOKEN_PROTOCOL_PREFIX.length))
  const tokens = [...(header.value === null ? [] : [header.value]), ...inQuery, ...inProtocols]
  const [token] = tokens
  if (token === undefined) return succeed(null)
  // RFC 6750 section 2: one way of sending the token, once.
  return tokens.length === 1 && isToken(token) ? succeed(token) : fail({ code: 'auth.malformed_token' })
}

function offeredProtocols(request: Request): readonly string[] {
  const header = request.headers.get('Sec-WebSocket-Protocol') ?? ''
  return header.split(',').map((name) => name.trim())
}

function offersProtocol(request: Request): boolean {
  return offeredProtocols(request).includes(PUSH_SUBPROTOCOL)
}

/** Null for a caller that is not authenticated yet. */
async function callerOf(exchange: Exchange, admitted: Admitted | null): Promise<Result<SocketCaller | null>> {
  if (admitted === null) return succeed(null)
  const allowed = await accountsOf(exchange, admitted, { accounts: 'reply' })
  if (!allowed.ok) return allowed
  return succeed(socketCallerOf(admitted.caller, allowed.value === null ? null : [...allowed.value]))
}

/**
 * The upgrade request for the gateway object: the authenticated caller, and of the client's request only the query
 * without the token. The platform does the handshake with the client.
 */
function forwarded(request: Request, caller: SocketCaller | null, requestId: string): Request {
  const url = new URL(request.url)
  url.searchParams.delete('token')
  const headers = {
    Upgrade: 'websocket',
    [SOCKET_CALLER_HEADER]: writeSocketCaller(caller),
    // Cloudflare sets the header and overwrites that of the client.
    [CLIENT_NETWORK_HEADER]: networkOf(request.headers.get('CF-Connecting-IP')),
    [REQUEST_ID_HEADER]: requestId,
  }
  return new Request(url, { headers })
}

/** The object's answer, with the request id and the subprotocol that the client offered. */
function withHeaders(response: Response, requestId: string, choosesProtocol: boolean): Response {
  const answer = new Response(response.body, response)
  answer.headers.set(REQUEST_ID_HEADER, requestId)
  if (choosesProtocol) answer.headers.set('Sec-WebSocket-Protocol', PUSH_SUBPROTOCOL)
  return answer
}
