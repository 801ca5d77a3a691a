import { fail, type Failed } from '../base/result.ts'
import type { Env } from '../env.ts'
import { answerProblem } from './answer.ts'
import type { Counters } from './counters.ts'
import type { Deployments } from './deployment.ts'
import type { GatewayPort, Handler } from './exchange.ts'
import { reportBug } from './report-bug.ts'
import { requestIdOf } from './request-id.ts'

/** A request as it arrives, with what its isolate has at hand. */
export interface Arrival {
  readonly request: Request
  readonly env: Env
  readonly nowMs: number
  readonly freshId: () => string
  readonly openGateway: () => GatewayPort
  readonly deployments: Deployments
  readonly counters: Counters
  /** Lets work go on after the response. */
  readonly waitUntil: (work: Promise<void>) => void
}

/** Runs a handler and makes sure of what holds for every response: an id, a uniform error, and a count. */
export async function respond(handler: Handler, endpoint: string, arrival: Arrival): Promise<Response> {
  const { nowMs, counters, openGateway } = arrival
  const response = await run(handler, arrival, requestIdOf(arrival.request, arrival.freshId))
  counters.countRequest(endpoint, response.status)
  if (counters.isReportDue(nowMs)) arrival.waitUntil(counters.report(openGateway, nowMs))
  return response
}

async function run(handler: Handler, arrival: Arrival, requestId: string): Promise<Response> {
  const { request, env, nowMs, openGateway, deployments, counters } = arrival
  try {
    const deployment = deployments.of(env)
    const exchange = { request, requestId, nowMs, gateway: openGateway(), deployment, deployments, counters }
    const outcome = await handler(exchange)
    return outcome instanceof Response ? outcome : answerProblem(outcome.failure, requestId)
  } catch (error) {
    reportBug(error, requestId)
    return answerProblem({ code: 'server.bug' }, requestId)
  }
}

/** Characters of a path that an error repeats: a path can be as long as a URL. */
const MAX_SHOWN_CHARS = 100

/** Every path that is not in the table. It says nothing of tokens: there is nothing here to be let in to. */
export const unknownPath: Handler = async ({ request }) =>
  fail({ code: 'request.unknown_path', path: new URL(request.url).pathname.slice(0, MAX_SHOWN_CHARS) })

/** A path of the table, asked with a method that it does not have. */
export function methodNotAllowed(methods: readonly string[]): Handler {
  const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  const refusal = (method: string): Failed => fail({ code: 'request.method_not_allowed', method, allow })
  return async ({ request }) => refusal(request.method)
}
