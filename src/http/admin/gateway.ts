import { fail, succeed, type Result } from '../../base/result.ts'
import { isJsonObject } from '../../wire/json/json-text.ts'
import { answerJson } from '../answer.ts'
import { actorOf, admit, type Admitted } from '../authenticate.ts'
import { checkQuery, readJsonBody } from '../request/body.ts'
import type { Exchange, Handler } from '../exchange.ts'
import { statusBody } from './status-body.ts'

/** The value of `shutting_down_in_secs` in the reply. The gateway itself waits for the calls in flight. */
const SHUTDOWN_SECONDS = 1

/** `GET /api/admin/status`: the present state of each part between the client and OpenD, without secrets. */
export const adminStatus: Handler = async (exchange) => {
  const admitted = await admitAdmin(exchange)
  if (!admitted.ok) return admitted
  const status = await exchange.gateway.status()
  exchange.deployments.recordEpoch(status.epoch)
  return answerJson(200, statusBody(status), exchange.requestId)
}

/** `POST /api/admin/reload`: clears the caches of all isolates and reconnects to OpenD. Ends a shutdown. */
export const adminReload: Handler = async (exchange) => {
  const admitted = await admitAdmin(exchange)
  if (!admitted.ok) return admitted
  await exchange.gateway.reload(actorOf(exchange, admitted.value))
  exchange.deployments.forget()
  const message = 'The cached keys and accounts are cleared, and the gateway reconnects to OpenD.'
  return answerJson(200, { ok: true, message }, exchange.requestId)
}

/** `POST /api/admin/shutdown`: closes the link after the calls in flight, and stops the gateway until a reload. */
export const adminShutdown: Handler = async (exchange) => {
  const admitted = await admitAdmin(exchange)
  if (!admitted.ok) return admitted
  await exchange.gateway.shutdown(actorOf(exchange, admitted.value))
  const message = 'The gateway finishes the calls in flight and shuts down; POST /api/admin/reload starts it again.'
  return answerJson(200, { ok: true, shutting_down_in_secs: SHUTDOWN_SECONDS, message }, exchange.requestId)
}

/** Admin calls take no parameters. The body may be absent or `{}`, which many clients send with a POST. */
export async function admitAdmin(exchange: Exchange): Promise<Result<Admitted>> {
  const admitted = await admit(exchange, ['admin'])
  if (!admitted.ok) return admitted
  const query = checkQuery(exchange.request)
  if (!query.ok) return query
  const nothing = await checkEmptyBody(exchange.request)
  return nothing.ok ? admitted : nothing
}

async function checkEmptyBody(request: Request): Promise<Result<null>> {
  const body = await readJsonBody(request)
  if (!body.ok) return body
  const isEmpty = isJsonObject(body.value) && Object.keys(body.value).length === 0
  return isEmpty ? succeed(null) : fail({ code: 'request.unexpected_body' })
}
