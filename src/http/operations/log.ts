import type { OperationPath } from '../../endpoints.ts'
import type { Exchange } from '../exchange.ts'
import { withoutSecrets } from '../../base/shown-text.ts'

/**
 * Most characters of one error in the log: a message, which may contain a reply of OpenD, and the first stack frames.
 */
const MAX_LOGGED_CHARS = 4_000

/** Logs an unexpected error with the id of its request. */
export function reportBug(error: unknown, requestId: string): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const logged = withoutSecrets(text.slice(0, MAX_LOGGED_CHARS))
  console.error(JSON.stringify({ request_id: requestId, error: logged }))
}

/** Logs the problems of the configuration. They are not shown anywhere else. */
export function reportMisconfiguration(problems: readonly string[]): void {
  console.error(JSON.stringify({ error: 'the configuration is wrong', problems }))
}

/** The path of the readiness probe. */
const READINESS: OperationPath = '/readyz'

/** The result of a request. `endpoint` is a path of the table, so that no id, query or token of the URL is logged. */
export interface RequestOutcome {
  readonly endpoint: string
  readonly status: number
  readonly durationMs: number
}

/**
 * Writes one line of JSON for a request, if the level of the deployment asks for it. The log never has a body, a query, an
 * address, a token or an account.
 */
export function logRequest(
  { deployment, request, requestId, who }: Exchange,
  { endpoint, status, durationMs }: RequestOutcome,
): void {
  // A 503 of the probe is an ordinary answer, and monitors and `npm start` request it every few seconds.
  const level = status >= 500 && endpoint !== READINESS ? 'error' : 'info'
  // A misconfigured deployment has one line about that; strangers must not be able to fill the log.
  const wanted = deployment.ok ? deployment.value.config.logLevel : 'off'
  if (wanted === 'off' || (wanted === 'error' && level !== 'error')) return
  const route = `${request.method} ${endpoint}`
  const about = { level, request_id: requestId, route, status, duration_ms: durationMs, caller: who }
  if (level === 'error') console.error(JSON.stringify(about))
  else console.log(JSON.stringify(about))
}
