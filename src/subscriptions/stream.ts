import type { MessageTypes } from '../../proto/messages.ts'

/** A security as one string in the form of futu-opend-rs: market number, underscore, code. `1_00700` */
export type SecKey = string

type Security = Pick<MessageTypes['Qot_Common.Security'], 'market' | 'code'>

/** The key of a security. */
export function secKeyOf({ market, code }: Security): SecKey {
  return `${market}_${code}`
}

/** The security of a key that `secKeyOf` returned. */
export function securityOf(secKey: SecKey): Security {
  const cut = secKey.indexOf('_')
  return { market: Number(secKey.slice(0, cut)), code: secKey.slice(cut + 1) }
}

/** A subscription unit, which OpenD counts in its quota: one security with one `Qot_Common.SubType`. `6:1_00700` */
export type UnitKey = string

/** The key of a unit. `subType` is a number of `Qot_Common.SubType`. */
export function unitKeyOf(subType: number, secKey: SecKey): UnitKey {
  return `${subType}:${secKey}`
}

/** The parts of a key that `unitKeyOf` returned. */
export function unitOf(unitKey: UnitKey): { readonly subType: number; readonly secKey: SecKey } {
  const cut = unitKey.indexOf(':')
  return { subType: Number(unitKey.slice(0, cut)), secKey: unitKey.slice(cut + 1) }
}

/**
 * The name of one sequence of pushes. Clients see it as `stream` and name it in `resume`:
 *
 * - `1:1_00700` the pushes of a unit; for K-lines the `Qot_Common.RehabType` follows: `6:1_00700:1`
 * - `4:11_AAPL@ETH`, `4:11_AAPL@ALL` the pushes of a unit in wider hours than the regular ones, see `trading-hours.ts`
 * - `orders:<accId>` and `fills:<accId>` an account's order and fill pushes
 * - `reminders` price reminders, `notify` OpenD's own notices
 */
export type StreamName = string

/** The stream of a unit's pushes. `rehabType` is the adjustment of K-lines; null for other types. */
export function quoteStreamOf(subType: number, secKey: SecKey, rehabType: number | null): StreamName {
  return rehabType === null ? unitKeyOf(subType, secKey) : `${unitKeyOf(subType, secKey)}:${rehabType}`
}
