import type { Failure } from '../../base/failure.ts'
import { isWireMessage, type WireMessage, type WireValue } from '../../wire/json/json-wire-value.ts'
import { securitiesIn } from '../../quotes/refused-securities.ts'
import type { RequestMessage } from '../request/request-message.ts'

/** `?partial=true`: the answer leaves out the securities that OpenD refuses, instead of refusing the whole batch. */
export const PARTIAL = 'partial'

/**
 * Most refused calls for one batch; the last one is the answer. Each refusal of OpenD names one security, and each
 * snapshot counts against its limit of 60 such calls in 30 s.
 */
export const MOST_REFUSALS = 8

/** A security that a partial answer lacks. */
export interface LeftOut {
  readonly symbol: string
  /** `expired` for an option, else OpenD's text. */
  readonly reason: string
}

/** The securities for which OpenD refused a call; empty for another reason. */
export function leftOutOf(failure: Failure): readonly LeftOut[] {
  if (failure.code !== 'opend.refused') return []
  const { securities = [], expired = [], retMsg } = failure
  const others = securities.filter((symbol) => !expired.includes(symbol))
  return [
    ...expired.map((symbol) => ({ symbol, reason: 'expired' })),
    ...others.map((symbol) => ({ symbol, reason: retMsg ?? 'refused by OpenD' })),
  ]
}

/** The request without these securities; null when no security is left. */
export function withoutSecurities(message: RequestMessage, leftOut: readonly LeftOut[]): RequestMessage | null {
  const symbols = new Set(leftOut.map(({ symbol }) => symbol))
  const c2s = withoutListed(message.c2s, symbols)
  const { securityList } = c2s
  if (!Array.isArray(securityList) || securityList.length === 0) return null
  const subscription = message.subscription === null ? null : withoutListed(message.subscription, symbols)
  return { ...message, c2s, pieces: [c2s], subscription }
}

function withoutListed(c2s: WireMessage, symbols: ReadonlySet<string>): WireMessage {
  const { securityList } = c2s
  if (!Array.isArray(securityList)) return c2s
  return { ...c2s, securityList: securityList.filter((one: WireValue) => !isListed(one, symbols)) }
}

function isListed(security: WireValue, symbols: ReadonlySet<string>): boolean {
  return isWireMessage(security) && securitiesIn({ security }).some(({ text }) => symbols.has(text))
}
