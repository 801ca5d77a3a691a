import { SOCKET_CALLER_HEADER, socketCallerOf, writeSocketCaller } from '../auth/socket-caller-header.ts'
import { fail } from '../base/result.ts'
import { CONNECTOR_NAME } from '../transport/link-variables.ts'
import { textLike } from '../wire/json/json-fields.ts'
import { REQUEST_ID_HEADER } from './answer.ts'
import { admit } from './authenticate.ts'
import type { Handler } from './exchange.ts'
import { readQuery } from './request/request-fields.ts'

const QUERY = {
  name: textLike(CONNECTOR_NAME, 'a name of 1 to 32 letters, digits, dots, hyphens or underscores'),
}

/** The name of a connector that gives none. */
const DEFAULT_NAME = 'connector'

/**
 * `GET /connector`: authenticates a connector and forwards the upgrade to the gateway object, without the token. The
 * token is sent in the `Authorization` header only, so that it is in no log of addresses.
 */
export const connectorSocket: Handler = async (exchange) => {
  const { request, requestId } = exchange
  const admitted = await admit(exchange, ['gateway'], 'ws')
  if (!admitted.ok) return admitted
  const query = readQuery(request, QUERY)
  if (!query.ok) return query
  if (request.headers.get('Upgrade')?.toLowerCase() !== 'websocket') return fail({ code: 'request.upgrade_required' })
  const url = new URL('/connector', request.url)
  url.searchParams.set('name', query.value.name ?? DEFAULT_NAME)
  const headers = {
    Upgrade: 'websocket',
    [SOCKET_CALLER_HEADER]: writeSocketCaller(socketCallerOf(admitted.value.caller, null)),
    [REQUEST_ID_HEADER]: requestId,
  }
  const response = await exchange.gateway.fetch(new Request(url, { headers }))
  if (response.status === 401) return fail({ code: 'auth.key_changed' })
  const answer = new Response(response.body, response)
  answer.headers.set(REQUEST_ID_HEADER, requestId)
  return answer
}
