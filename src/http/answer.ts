import type { Failure } from '../base/failure.ts'
import type { ErrorAnswer } from '../problem/error-answer.ts'
import { describe } from '../problem/problem.ts'

/** The header with the id of a request. The log has the same id. */
export const REQUEST_ID_HEADER = 'X-Request-Id'

/** Short and plain, so that an id can be logged, searched for and returned without escaping. */
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/

/** The caller's own request id when it is well formed, else a fresh one. */
export function requestIdOf(request: Request, freshId: () => string): string {
  const given = request.headers.get(REQUEST_ID_HEADER)
  return given !== null && REQUEST_ID.test(given) ? given : freshId()
}

/** The headers of every response. `no-store`: answers contain account data and present prices. */
function withBase(extra: ExtraHeaders, requestId: string, contentType: string): Record<string, string> {
  return { ...extra, [REQUEST_ID_HEADER]: requestId, 'Cache-Control': 'no-store', 'Content-Type': contentType }
}

/** Headers beside those of every response. */
export type ExtraHeaders = Readonly<Record<string, string>>

/** A JSON response. */
export function answerJson(status: number, body: object, requestId: string, extra: ExtraHeaders = {}): Response {
  return answerJsonText(status, JSON.stringify(body), requestId, extra)
}

/** A JSON response from JSON text. */
export function answerJsonText(status: number, json: string, requestId: string, extra: ExtraHeaders): Response {
  return new Response(json, {
    status,
    headers: withBase(extra, requestId, 'application/json'),
  })
}

/** A text response. Its `contentType` is `text/plain` by default. */
export function answerText(status: number, text: string, requestId: string, contentType = 'text/plain'): Response {
  return new Response(text, {
    status,
    headers: withBase({}, requestId, `${contentType}; charset=utf-8`),
  })
}

/** The error response: a sentence, a stable code, the request's id, and the facts of the failure. */
export function answerProblem(failure: Failure, requestId: string, extra: ExtraHeaders = {}): Response {
  return answerDescribed(failure.code, describe(failure), requestId, extra)
}

/** The error response for a failure that is already described. */
export function answerDescribed(
  code: Failure['code'],
  { status, error, facts, headers }: ErrorAnswer,
  requestId: string,
  extra: ExtraHeaders,
): Response {
  const body = { error, code, request_id: requestId, ...facts }
  return answerJson(status, body, requestId, { ...extra, ...headers })
}
