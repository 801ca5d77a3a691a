import type { GatewayStatus } from '../../../durable-objects/gateway-rpc.ts'
import { answerJson, answerText } from '../answer.ts'
import { admit } from '../authenticate.ts'
import type { Exchange, Handler } from '../exchange.ts'
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
  const reason = await whyNotReady(exchange)
  if (reason === null) return answerText(200, 'ready', exchange.requestId)
  return answerJson(503, { status: 'not ready', reason }, exchange.requestId)
}

async function whyNotReady({ deployment, deployments, gateway }: Exchange): Promise<string | null> {
  if (!deployment.ok) return describe(deployment.failure).error
  const status = await gateway.status()
  deployments.recordEpoch(status.epoch)
  return reasonOf(status)
}

function reasonOf({ stage, lastFailure, loggedIn, storageFailure }: GatewayStatus): string | null {
  if (stage !== 'ready') {
    const cause = lastFailure === null ? '' : ` ${describe(lastFailure).error}`
    return `The link to OpenD is not up (${stage}).${cause}`
  }
  if (loggedIn === null) return 'OpenD has not yet reported whether it is logged in.'
  if (!loggedIn.quote) return 'OpenD is not logged in to the quote server.'
  if (!loggedIn.trade) return 'OpenD is not logged in to the trade server.'
  if (storageFailure === null) return null
  return `The storage refuses writes, so orders are refused: ${shownText(storageFailure.detail)}.`
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
