import type { Failure } from '../base/failure.ts'
import { isWireMessage, type WireMessage, type WireValue } from '../wire/json/json-wire-value.ts'
import { securityText } from '../wire/json/security-text.ts'
import { expiredOn } from '../limits/market/expired-options.ts'

/** A security in a call: as text with a prefix, and its code. */
export interface NamedSecurity {
  readonly text: string
  readonly code: string
}

/** The securities of a message, except those of markets without a prefix. */
export function securitiesIn({ securityList, security, owner }: WireMessage): readonly NamedSecurity[] {
  const list = Array.isArray(securityList) ? securityList : [security, owner]
  return list.flatMap((one: WireValue | undefined) => {
    const { market, code } = isWireMessage(one) ? one : {}
    const text = typeof market === 'number' && typeof code === 'string' ? securityText({ market, code }) : null
    return text === null || typeof code !== 'string' ? [] : [{ text, code }]
  })
}

/** Whether a security is an expired option. */
export function isExpired({ text, code }: NamedSecurity, nowMs: number): boolean {
  return expiredOn(text.split('.', 1), code, nowMs) !== null
}

/**
 * Adds to a refusal of OpenD the securities of the call that OpenD's text names, and the expired options, which OpenD
 * reports as unknown.
 */
export function withRefusedSecurities(failure: Failure, c2s: WireMessage, nowMs: number): Failure {
  if (failure.code !== 'opend.refused') return failure
  const securities = securitiesIn(c2s)
  const named = securities.filter((one) => isNamed(one, failure.retMsg ?? ''))
  const expired = securities.filter((one) => isExpired(one, nowMs))
  if (named.length === 0 && expired.length === 0) return failure
  return { ...failure, securities: named.map(({ text }) => text), expired: expired.map(({ text }) => text) }
}

/** Whether a text contains a security, with or without its prefix. */
function isNamed({ text, code }: NamedSecurity, message: string): boolean {
  return [text, code].some((name) => message.split(/[^\w.-]+/).includes(name))
}
