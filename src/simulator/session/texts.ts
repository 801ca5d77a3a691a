import { QotMarket, SubType } from '../../../proto/enums.ts'
import type { SecurityRef, Unit } from './subscription-registry.ts'

/**
 * The texts of the session's refusals. OpenD's refusals are in the language of its settings. The Chinese texts here are
 * OpenD's own, as published by users. If OpenD's text is not published, the text is ours and in English.
 */

/** `HK.00700`, as OpenD and its clients write a security. */
export function securityName({ market, code }: SecurityRef): string {
  return `${nameIn(QotMarket, market).replace(/_Security$|^CN/g, '')}.${code}`
}

/** `KL_Day`, `Basic`, ... */
export function subTypeName(subType: number): string {
  return nameIn(SubType, subType)
}

/** OpenD's words, as published by users. */
export function quotaExhausted(used: number, quota: number): string {
  return `订阅额度不足，订阅失败，已用订阅额度：${used}/${quota}`
}

/** Our text; OpenD's own is not published. */
export function historyExhausted(used: number, quota: number): string {
  return `the quota of historical K-lines is used up: ${used}/${quota} securities in 30 days`
}

/** OpenD's words, as published by users. */
export function unsubscribedTooEarly({ security, subType }: Unit): string {
  return `${securityName(security)}的${subTypeName(subType)}订阅时间过短，至少需要订阅1分钟`
}

/** OpenD's words, as published by users. `name` is the call's Chinese title. */
export function rateExceeded(name: string, limit: number): string {
  return `${name}频率太高，请求失败，每30秒最多${limit}次。`
}

/** Begins as OpenD's words for the other limit; the end is ours, because OpenD's is not published. */
export function calledTooSoon(name: string, gapMs: number): string {
  return `${name}频率太高，请求失败，两次请求至少间隔${gapMs}毫秒。`
}

/** OpenD's words, as published by users up to the name. */
export function unknownSecurity(security: SecurityRef): string {
  return `未知股票 ${securityName(security)}`
}

/** Our text; it lists all missing subscriptions. */
export function notSubscribed(units: readonly Unit[]): string {
  const list = units.map(({ security, subType }) => `${securityName(security)} ${subTypeName(subType)}`)
  return `not subscribed on this connection, subscribe first: ${list.join(', ')}`
}

function nameIn(names: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(names).find(([, number]) => number === value)?.[0] ?? String(value)
}
