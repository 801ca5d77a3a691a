import { fail, type Failed, type Result } from '../base/result.ts'
import { shownName } from '../base/shown-text.ts'
import type { Env } from '../env.ts'
import { answerProblem, requestIdOf } from './answer.ts'
import type { Counters } from './counters.ts'
import type { Deployment, Deployments } from './deployment.ts'
import type { Exchange, GatewayPort, Handler } from './exchange.ts'
import { reportBug } from './report-bug.ts'

/** A request as it arrives, with what its isolate has at hand. */
export interface Arrival {
  readonly request: Request
  readonly params: Readonly<Record<string, string>>
  readonly env: Env
  readonly nowMs: number
  readonly clock: () => number
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
  try {
    const outcome = await handler(new ArrivedExchange(arrival, requestId))
    return outcome instanceof Response ? outcome : answerProblem(outcome.failure, requestId)
  } catch (error) {
    reportBug(error, requestId)
    return answerProblem({ code: 'server.bug' }, requestId)
  }
}

/** Opens the gateway when it is asked for: many answers need none, and a stub is not free. */
class ArrivedExchange implements Exchange {
  readonly request: Request
  readonly params: Readonly<Record<string, string>>
  readonly requestId: string
  readonly nowMs: number
  readonly clock: () => number
  readonly freshId: () => string
  readonly deployment: Result<Deployment>
  readonly deployments: Deployments
  readonly counters: Counters
  readonly #openGateway: () => GatewayPort
  #gateway: GatewayPort | null = null

  constructor(arrival: Arrival, requestId: string) {
    this.request = arrival.request
    this.params = arrival.params
    this.requestId = requestId
    this.nowMs = arrival.nowMs
    this.clock = arrival.clock
    this.freshId = arrival.freshId
    this.deployment = arrival.deployments.of(arrival.env, arrival.nowMs)
    this.deployments = arrival.deployments
    this.counters = arrival.counters
    this.#openGateway = arrival.openGateway
  }

  get gateway(): GatewayPort {
    this.#gateway ??= this.#openGateway()
    return this.#gateway
  }
}

/** Every path that is not in the table. It says nothing of tokens: there is nothing here to be let in to. */
export const unknownPath: Handler = async ({ request }) =>
  fail({ code: 'request.unknown_path', path: shownName(new URL(request.url).pathname) })

/** A path of the table, asked with a method that it does not have. */
export function methodNotAllowed(methods: readonly string[]): Handler {
  const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  const refusal = (method: string): Failed => fail({ code: 'request.method_not_allowed', method, allow })
  return async ({ request }) => refusal(request.method)
}
