import type { GatewayFailure, GatewayFailureCode, OpendFailure } from '../../base/failure.ts'
import { shownText } from '../../base/shown-text.ts'

/**
 * A failure of the link; `retryInMs` where the next connection attempt is known. The text is cut, because the failure is
 * remembered for as long as it lasts.
 */
export function linkFailure(code: GatewayFailureCode, detail: string, retryInMs: number | null = null): GatewayFailure {
  return { code, detail: shownText(detail), retryInMs }
}

/** What a reply of OpenD states beside its content. */
interface ReplyHead {
  readonly retType: number
  readonly retMsg?: string | null | undefined
  readonly errCode?: number | null | undefined
}

/** The failure that a reply of OpenD is. Its message is cut: the ledger and every error body repeat it. */
export function opendFailure(code: OpendFailure['code'], { retType, retMsg, errCode }: ReplyHead): OpendFailure {
  return { code, retType, retMsg: retMsg ? shownText(retMsg) : null, errCode: errCode ?? null }
}
