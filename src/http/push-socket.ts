import { isToken, readBearer } from '../auth/bearer.ts'
import { isLoopback } from '../auth/loopback.ts'
import { PUSH_SUBPROTOCOL, SOCKET_CALLER_HEADER, writeSocketCaller } from '../auth/socket-caller.ts'
import { fail, succeed, type Result } from '../base/result.ts'
import { accountsOf } from './accounts.ts'
import { REQUEST_ID_HEADER } from './answer.ts'
import { admit } from './authenticate.ts'
import { checkQuery } from './body.ts'
import type { Handler } from './exchange.ts'

/** Query parameters of `/ws`. `body` is for the socket itself: how pushes are written. */
const QUERY = ['token', 'body']

const TOKEN_PROTOCOL_PREFIX = 'bearer.'

/**
 * `GET /ws`: checks who opens a push socket and hands the upgrade to the gateway object. The token comes in one of
 * three ways, and only one: the `Authorization` header; `?token=`, which the clients of futu-opend-rs use; or the
 * offered subprotocol `bearer.<token>` beside `opend-edge.v1`, for browsers. It goes no further than this function.
 */
export const pushSocket: Handler = async (exchange) => {
  const { request } = exchange
  const admitted = await admit(exchange, ['qot:read'], 'ws', readToken(request))
  if (!admitted.ok) return admitted
  const query = checkQuery(request, QUERY)
  if (!query.ok) return query
  if (!isOriginAllowed(request)) return fail({ code: 'auth.origin_not_allowed' })
  if (request.headers.get('Upgrade')?.toLowerCase() !== 'websocket') return fail({ code: 'request.upgrade_required' })

  const allowed = await accountsOf(exchange, admitted.value, { accounts: 'reply' })
  if (!allowed.ok) return allowed
  const caller = writeSocketCaller(admitted.value.caller, allowed.value === null ? null : [...allowed.value])
  const response = await exchange.gateway.fetch(forwarded(request, caller, exchange.requestId))
  if (response.status >= 400) return fail({ code: 'gateway.busy', detail: 'no more push sockets', retryInMs: null })
  return withHeaders(response, exchange.requestId, offersProtocol(request))
}

function readToken(request: Request): Result<string | null> {
  const header = readBearer(request.headers.get('Authorization'))
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

/** Scripts send no Origin. A page may connect from this host, or from the developer's own machine. */
function isOriginAllowed(request: Request): boolean {
  const header = request.headers.get('Origin')
  if (header === null) return true
  const origin = URL.parse(header)
  return origin !== null && (isLoopback(origin) || origin.host === new URL(request.url).host)
}

/**
 * The upgrade as the object sees it: with the caller that we vouch for, and of what the client sent nothing but the
 * query without the token. The handshake itself is between the client and the platform.
 */
function forwarded(request: Request, caller: string, requestId: string): Request {
  const url = new URL(request.url)
  url.searchParams.delete('token')
  const headers = { Upgrade: 'websocket', [SOCKET_CALLER_HEADER]: caller, [REQUEST_ID_HEADER]: requestId }
  return new Request(url, { headers })
}

/** The object's answer, with what every response of ours carries and the subprotocol that the client asked for. */
function withHeaders(response: Response, requestId: string, choosesProtocol: boolean): Response {
  const answer = new Response(response.body, response)
  answer.headers.set(REQUEST_ID_HEADER, requestId)
  if (choosesProtocol) answer.headers.set('Sec-WebSocket-Protocol', PUSH_SUBPROTOCOL)
  return answer
}
