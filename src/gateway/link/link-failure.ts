import type { GatewayFailure, GatewayFailureCode } from '../../base/failure.ts'
import { shownText } from '../../base/shown-text.ts'

/** A failure of the link; `retryInMs` where the next connection attempt is known. */
export function linkFailure(code: GatewayFailureCode, detail: string, retryInMs: number | null = null): GatewayFailure {
  return { code, detail: shownText(detail), retryInMs }
}
