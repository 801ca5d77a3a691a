import { OptionStrategyType } from '../../../../proto/enums.ts'
import type { Leg } from './combo-legs.ts'

/** The terms in an option's code: `AAPL270115C100000` expires on 15 January 2027. */
interface OptionTerms {
  readonly expiry: string
  readonly isCall: boolean
  readonly strike: string
}

/** The `Qot_Common.OptionStrategyType` of a combination, by the expiries, kinds and strikes of its options. */
export function strategyTypeOf(legs: readonly Leg[]): number {
  const options = legs.flatMap((leg) => (leg.instrument.kind === 'option' ? [termsOf(leg.instrument.code)] : []))
  const expiries = new Set(options.map((one) => one.expiry)).size
  const strikes = new Set(options.map((one) => one.strike)).size
  const isOneKind = new Set(options.map((one) => one.isCall)).size === 1
  if (options.length < legs.length) {
    if (options.length === 1) return OptionStrategyType.Covered
    return options.length === 2 && !isOneKind ? OptionStrategyType.Collar : OptionStrategyType.Customize
  }
  if (options.length === 2) return ofTwo(expiries, strikes, isOneKind)
  if (expiries > 1) return OptionStrategyType.Customize
  if (options.length === 3) return isOneKind ? OptionStrategyType.Butterfly : OptionStrategyType.Customize
  if (isOneKind) return OptionStrategyType.Condor
  return strikes === 4 ? OptionStrategyType.IronCondor : OptionStrategyType.IronButterfly
}

function ofTwo(expiries: number, strikes: number, isOneKind: boolean): number {
  if (!isOneKind) {
    if (expiries > 1) return OptionStrategyType.Customize
    return strikes === 1 ? OptionStrategyType.Straddle : OptionStrategyType.Strangle
  }
  if (expiries === 1) return OptionStrategyType.Spread
  return strikes === 1 ? OptionStrategyType.CalendarSpread : OptionStrategyType.DiagonalSpread
}

function termsOf(code: string): OptionTerms {
  const [, expiry = '', kind = '', strike = ''] = /(\d{6})([CP])(\d+)$/.exec(code) ?? []
  return { expiry, isCall: kind === 'C', strike }
}
