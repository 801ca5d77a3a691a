import type { Failure } from '../base/failure.ts'
import { describe } from '../problem/problem.ts'

/** Names one request, in its response and in the log. */
export const REQUEST_ID_HEADER = 'X-Request-Id'

/** What every response carries, whatever its body: answers are about money and about now, so nobody may store them. */
function baseHeaders(requestId: string): Record<string, string> {
  return { [REQUEST_ID_HEADER]: requestId, 'Cache-Control': 'no-store' }
}

/** Headers beside those of every response. */
export type ExtraHeaders = Readonly<Record<string, string>>

/** A JSON response. */
export function answerJson(status: number, body: object, requestId: string, extra: ExtraHeaders = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...extra, ...baseHeaders(requestId), 'Content-Type': 'application/json' },
  })
}

/** A plain-text response; `contentType` where the text has a format of its own. */
export function answerText(status: number, text: string, requestId: string, contentType = 'text/plain'): Response {
  return new Response(text, {
    status,
    headers: { ...baseHeaders(requestId), 'Content-Type': `${contentType}; charset=utf-8` },
  })
}

/** The uniform error: a sentence, a stable code, the request's id, and the facts of the failure. */
export function answerProblem(failure: Failure, requestId: string, extra: ExtraHeaders = {}): Response {
  const { status, error, facts, headers } = describe(failure)
  const body = { error, code: failure.code, request_id: requestId, ...facts }
  return answerJson(status, body, requestId, { ...extra, ...headers })
}
