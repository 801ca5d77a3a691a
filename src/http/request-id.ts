import { REQUEST_ID_HEADER } from './answer.ts'

/** Short and plain, so that an id can be logged, searched for and echoed without a thought. */
const WELL_FORMED = /^[A-Za-z0-9._-]{1,64}$/

/** The caller's own request id when it is well formed, else a fresh one. */
export function requestIdOf(request: Request, freshId: () => string): string {
  const given = request.headers.get(REQUEST_ID_HEADER)
  return given !== null && WELL_FORMED.test(given) ? given : freshId()
}
