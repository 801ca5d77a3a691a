import type { Failure } from '../base/failure.ts'
import { isWireMessage, type WireMessage, type WireValue } from '../wire/json-wire-value.ts'
import { securityText } from '../wire/security-text.ts'
import { expiredOn } from './expired-options.ts'

/** A security that a call names. */
export interface NamedSecurity {
  readonly text: string
  readonly code: string
}

/** The securities that a message names, those without a prefix aside. */
export function securitiesIn({ securityList, security, owner }: WireMessage): readonly NamedSecurity[] {
  const list = Array.isArray(securityList) ? securityList : [security, owner]
  return list.flatMap((one: WireValue | undefined) => {
    const { market, code } = isWireMessage(one) ? one : {}
    const text = typeof market === 'number' && typeof code === 'string' ? securityText({ market, code }) : null
    return text === null || typeof code !== 'string' ? [] : [{ text, code }]
  })
}

/** Whether an option of the call has expired. */
export function isExpired({ text, code }: NamedSecurity, nowMs: number): boolean {
  return expiredOn(text.split('.', 1), code, nowMs) !== null
}

/**
 * A refusal of OpenD with the securities of the call that it is about: those that its text names, and the options that have
 * expired, which OpenD calls unknown.
 */
export function withRefusedSecurities(failure: Failure, c2s: WireMessage, nowMs: number): Failure {
  if (failure.code !== 'opend.refused') return failure
  const securities = securitiesIn(c2s)
  const named = securities.filter((one) => isNamed(one, failure.retMsg ?? ''))
  const expired = securities.filter((one) => isExpired(one, nowMs))
  if (named.length === 0 && expired.length === 0) return failure
  return { ...failure, securities: named.map(({ text }) => text), expired: expired.map(({ text }) => text) }
}

/** Whether a text names a security, with its prefix or without. */
function isNamed({ text, code }: NamedSecurity, message: string): boolean {
  return [text, code].some((name) => message.split(/[^\w.-]+/).includes(name))
}
