import { fail, type Failed, type Result } from '../base/result.ts'
import { shownName } from '../base/shown-text.ts'
import type { Env } from '../env.ts'
import { nearestName } from '../wire/json/names/nearest-name.ts'
import { answerProblem, requestIdOf } from './answer.ts'
import { isKnownCaller } from './authenticate.ts'
import { allowOrigin, answerPreflight, corsOriginOf } from './cors.ts'
import type { Counters } from './operations/counters.ts'
import type { Deployment, Deployments } from './deployment.ts'
import type { Exchange, GatewayPort, Handler } from './exchange.ts'
import { logRequest, reportBug } from './operations/log.ts'

const SWITCHING_PROTOCOLS = 101

/** A request as it arrives, with the shared objects of its isolate. */
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
  /** Lets work continue after the response. */
  readonly waitUntil: (work: Promise<void>) => void
}

/** Runs a handler. Every response gets a request id, is counted, and has the error body if it is a failure. */
export async function respond(handler: Handler, endpoint: string, arrival: Arrival): Promise<Response> {
  const { nowMs, counters, openGateway, clock } = arrival
  const requestId = requestIdOf(arrival.request, arrival.freshId)
  const exchange = new ArrivedExchange(arrival, requestId, false)
  const response = await runHandler(handler, arrival, exchange)
  const durationMs = Math.max(0, clock() - nowMs)
  counters.countRequest(endpoint, response.status, durationMs)
  logRequest(exchange, { endpoint, status: response.status, durationMs })
  if (counters.isReportDue(nowMs)) arrival.waitUntil(counters.report(openGateway, nowMs))
  return response
}

async function runHandler(handler: Handler, arrival: Arrival, exchange: ArrivedExchange): Promise<Response> {
  const { requestId } = exchange
  let origin: string | null = null
  let response: Response
  try {
    origin = corsOriginOf(exchange)
    let outcome = answerPreflight(exchange, origin) ?? (await handler(exchange))
    // A cached record may admit a caller to a call, which the gateway object checks again, but not refuse one.
    if (exchange.usedCachedKey && isRefusal(outcome)) {
      const again = new ArrivedExchange(arrival, requestId, true)
      outcome = await handler(again)
      exchange.who = again.who
    }
    response = outcome instanceof Response ? outcome : answerProblem(outcome.failure, requestId)
  } catch (error) {
    reportBug(error, requestId)
    response = answerProblem({ code: 'server.bug' }, requestId)
  }
  // A page cannot read the answer to an upgrade. The origin of a socket is checked at the handshake.
  if (origin !== null && response.status !== SWITCHING_PROTOCOLS) allowOrigin(response, origin)
  return response
}

/** Whether an outcome may be due to the rights of the key: the failures of `auth.*` have these statuses. */
function isRefusal(outcome: Response | Failed): boolean {
  if (outcome instanceof Response) return [401, 403, 409].includes(outcome.status)
  return outcome.failure.code.startsWith('auth.')
}

/** Creates the gateway stub on first use: many answers do not need it. */
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
  readonly needsFreshKey: boolean
  usedCachedKey = false
  who: string | null = null
  readonly #openGateway: () => GatewayPort
  #gateway: GatewayPort | null = null

  constructor(arrival: Arrival, requestId: string, needsFreshKey: boolean) {
    this.request = arrival.request
    this.params = arrival.params
    this.requestId = requestId
    this.nowMs = arrival.nowMs
    this.clock = arrival.clock
    this.freshId = arrival.freshId
    this.deployment = arrival.deployments.of(arrival.env, arrival.nowMs)
    this.deployments = arrival.deployments
    this.counters = arrival.counters
    this.needsFreshKey = needsFreshKey
    this.#openGateway = arrival.openGateway
  }

  get gateway(): GatewayPort {
    this.#gateway ??= this.#openGateway()
    return this.#gateway
  }
}

/**
 * Answers every path that is not in the table. The answer is the same with and without a token, except that a caller
 * with a valid token gets the nearest path of the table.
 */
export function unknownPath(paths: readonly string[]): Handler {
  const byName = new Map(paths.map((path) => [nameOf(path), path]))
  return async (exchange) => {
    const { pathname } = new URL(exchange.request.url)
    const name = (await isKnownCaller(exchange)) ? nearestName(nameOf(pathname), byName.keys()) : null
    const nearest = name === null ? null : (byName.get(name) ?? null)
    return fail({ code: 'request.unknown_path', path: shownName(pathname), nearest })
  }
}

/** A path without `/api/`, which most paths share and which would make all of them similar. */
function nameOf(path: string): string {
  return path.replace(/^\/(?:api\/)?/, '').replace(/\/$/, '')
}

/** Answers a request with a method that its path does not have. */
export function methodNotAllowed(methods: readonly string[]): Handler {
  const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  const refusal = (method: string): Failed => fail({ code: 'request.method_not_allowed', method, allow })
  return async ({ request }) => refusal(request.method)
}
