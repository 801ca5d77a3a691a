import type { GatewayStatus } from '../../../durable-objects/gateway-rpc.ts'
import { answerJson, answerText } from '../answer.ts'
import { admit } from '../authenticate.ts'
import type { Exchange, Handler } from '../exchange.ts'
import type { LinkStage } from '../../gateway/link/stage.ts'
import { programStatusOf } from '../admin/status-body.ts'
import { reportBug } from './log.ts'
import { METRICS_CONTENT_TYPE, renderMetrics } from './metrics-page.ts'
import { shownText } from '../../base/shown-text.ts'
import { describe } from '../../problem/problem.ts'

/** `GET /health`: the Worker runs. Calls neither the gateway nor OpenD, so it succeeds while OpenD is down. */
export const health: Handler = async ({ requestId }) => answerText(200, 'ok', requestId)

/**
 * `GET /readyz`: 200 when a call could be answered now, else 503 with the reason. The body is not the error body of a
 * call: a monitor reads the status and a person the reason.
 */
export const readiness: Handler = async (exchange) => {
  const { part, reason, parts } = await readinessOf(exchange)
  if (part === null) return answerText(200, 'ready', exchange.requestId)
  return answerJson(503, { status: 'not ready', part, reason, parts }, exchange.requestId)
}

/** The parts between a client and OpenD, nearest first. The probe needs no token, so it has no more than these. */
interface Parts {
  /** Whether the configuration of the Worker is right. */
  readonly worker: boolean
  /** Whether the gateway object answers; null when it was not asked. */
  readonly object: boolean | null
  /** The stage of the link. */
  readonly link: LinkStage | null
  readonly quote_login: boolean | null
  readonly trade_login: boolean | null
  /** Whether the storage of the object accepts writes. */
  readonly storage: boolean | null
}

interface Readiness {
  /** The first part that stops calls; null when a call could be answered. */
  readonly part: keyof Parts | null
  readonly reason: string
  readonly parts: Parts
}

/** Nothing is known of a part behind one that does not work. */
const UNKNOWN: Parts = {
  worker: true,
  object: null,
  link: null,
  quote_login: null,
  trade_login: null,
  storage: null,
}

async function readinessOf({ deployment, deployments, gateway, requestId }: Exchange): Promise<Readiness> {
  if (!deployment.ok) {
    const reason = describe(deployment.failure).error
    return { part: 'worker', reason, parts: { ...UNKNOWN, worker: false } }
  }
  let status: GatewayStatus
  try {
    status = await gateway.status()
  } catch (error) {
    // The log has the cause: of the platform, or a bug.
    reportBug(error, requestId)
    const reason = 'The gateway object does not answer.'
    return { part: 'object', reason, parts: { ...UNKNOWN, object: false } }
  }
  deployments.recordEpoch(status.epoch)
  const parts = {
    worker: true,
    object: true,
    link: status.stage,
    quote_login: status.loggedIn?.quote ?? null,
    trade_login: status.loggedIn?.trade ?? null,
    storage: status.storageFailure === null,
  }
  return { ...faultOf(status), parts }
}

function faultOf(status: GatewayStatus): Pick<Readiness, 'part' | 'reason'> {
  const { stage, lastFailure, loggedIn, storageFailure } = status
  if (stage !== 'ready') {
    const cause = lastFailure === null ? '' : ` ${describe(lastFailure).error}`
    return { part: 'link', reason: `The link to OpenD is not up (${stage}).${cause}` }
  }
  if (loggedIn === null) return { part: 'quote_login', reason: 'OpenD has not yet reported whether it is logged in.' }
  const program = programStatusOf(status)
  const cause = program === null ? '' : ` Its program status is ${program}.`
  if (!loggedIn.quote) return { part: 'quote_login', reason: `OpenD is not logged in to the quote server.${cause}` }
  if (!loggedIn.trade) return { part: 'trade_login', reason: `OpenD is not logged in to the trade server.${cause}` }
  if (storageFailure === null) return { part: null, reason: '' }
  const detail = shownText(storageFailure.detail)
  return { part: 'storage', reason: `The storage refuses writes, so orders are refused: ${detail}.` }
}

/** `GET /metrics`: the metrics of the gateway object, after a report of this isolate's counts. */
export const metrics: Handler = async (exchange) => {
  const { deployment, gateway, counters, nowMs, requestId } = exchange
  if (!deployment.ok) return deployment
  if (deployment.value.config.metricsNeedScope) {
    const admitted = await admit(exchange, ['metrics'])
    if (!admitted.ok) return admitted
  }
  await counters.report(() => gateway, nowMs)
  return answerText(200, renderMetrics(await gateway.metrics()), requestId, METRICS_CONTENT_TYPE)
}
