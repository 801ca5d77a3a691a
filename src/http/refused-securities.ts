import type { Failure } from '../base/failure.ts'
import { tradePrefixOf, timeZoneOf } from '../limits/trade-venue.ts'
import { zoneClock } from '../limits/zone-clock.ts'
import { isWireMessage, type WireMessage, type WireValue } from '../wire/json-wire-value.ts'
import { lastDayOfOption } from '../wire/option-code.ts'
import { securityText } from '../wire/security-text.ts'
import { dayOfText, marketDay } from './market-times.ts'

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

/** The last day of an option that has passed on the clock of its market; null for every other code. */
export function expiredOn(prefixes: readonly string[], code: string, nowMs: number): string | null {
  const lastDay = lastDayOfOption(code)
  if (lastDay === null) return null
  const zone = timeZoneOf(prefixes.map(tradePrefixOf))
  const today = marketDay(zone === null ? null : zoneClock(zone), nowMs, 'first')
  return dayOfText(lastDay) < today ? lastDay : null
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
