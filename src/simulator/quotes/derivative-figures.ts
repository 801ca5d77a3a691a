import { OptionAreaType, QotMarket } from '../../../proto/enums.ts'
import { mix, unitOf } from '../market/hash.ts'
import { monthOn } from '../market/future-code.ts'
import { frontMonth, lastTradingDay } from '../market/future-months.ts'
import type { OptionTerms } from '../market/option-class.ts'
import type { OptionMarket } from '../market/option-market.ts'
import type { Security } from '../market/security.ts'
import type { WarrantIssue } from '../market/warrant-issue.ts'
import type { World } from '../world.ts'
import { rounded } from './figures.ts'
import { dayFigures } from './session-figures.ts'

/** The figures of an option's quote and snapshot other than its price. Volatility and premium are in percent. */
export interface OptionFigures {
  readonly strikePrice: number
  readonly contractSize: number
  readonly contractSizeFloat: number
  readonly openInterest: number
  readonly impliedVolatility: number
  readonly premium: number
  readonly delta: number
  readonly gamma: number
  readonly vega: number
  readonly theta: number
  readonly rho: number
  readonly netOpenInterest: number
  readonly expiryDateDistance: number
  readonly contractNominalValue: number
  readonly ownerLotMultiplier: number
  /** `Qot_Common.OptionAreaType`. */
  readonly optionAreaType: number
  readonly contractMultiplier: number
}

/** The figures of an option at its underlying's last price. */
export function optionFigures(
  world: World,
  security: Security,
  terms: OptionTerms,
  optionMarket: OptionMarket,
  nowMs: number,
): OptionFigures {
  const { optionClass, strike, isCall, expiryDay } = terms
  const owner = world.market.security(optionClass.market, optionClass.ownerCode)
  const ownerDay = owner === null ? null : dayFigures(owner, nowMs)
  const spot = ownerDay?.last ?? strike
  const dayIndex = Math.min(ownerDay?.dayIndex ?? security.series.firstDay, security.series.lastDay)
  const value = optionMarket.valueOf(terms, dayIndex, spot)
  const price = dayFigures(security, nowMs).last
  const today = security.clock.calendar.dayAt(dayIndex)
  const openInterest = openInterestOn(security, dayIndex)
  return {
    strikePrice: strike,
    contractSize: optionClass.contractSize,
    contractSizeFloat: optionClass.contractSize,
    openInterest,
    impliedVolatility: rounded(optionMarket.volatilityOf(terms, dayIndex) * 100, 3),
    premium: spot === 0 ? 0 : rounded(((isCall ? strike + price - spot : spot - strike + price) / spot) * 100, 3),
    delta: rounded(value.delta, 5),
    gamma: rounded(value.gamma, 7),
    vega: rounded(value.vega, 5),
    theta: rounded(value.theta, 5),
    rho: rounded(value.rho, 5),
    netOpenInterest: openInterest - openInterestOn(security, dayIndex - 1),
    expiryDateDistance: expiryDay - today,
    contractNominalValue: rounded(optionClass.contractSize * spot, 3),
    ownerLotMultiplier: rounded(optionClass.contractSize / (owner?.instrument.lotSize ?? 1), 3),
    optionAreaType: optionClass.isIndex ? OptionAreaType.European : OptionAreaType.American,
    contractMultiplier: optionClass.contractSize,
  }
}

/** Open interest after the previous close: the volume of several days. */
export function openInterestOn(security: Security, dayIndex: number): number {
  const volume = security.series.dayBar(dayIndex - 1)?.volume ?? security.series.dayBar(dayIndex)?.volume ?? 0
  return Math.round(volume * (1.5 + unitOf(mix(security.hash, dayIndex))))
}

/** The figures of a warrant's quote, snapshot and list entry other than its price. Ratios are in percent. */
export interface WarrantFigures {
  readonly strikePrice: number
  readonly recoveryPrice: number
  readonly conversionRatio: number
  readonly maturityDay: number
  readonly lastTradeDay: number
  readonly listedDay: number
  readonly delta: number
  readonly impliedVolatility: number
  readonly premium: number
  readonly leverage: number
  readonly effectiveLeverage: number
  readonly breakEven: number
  readonly conversionPrice: number
  /** Distance in the money, in percent of the strike. */
  readonly moneyness: number
  readonly priceRecoveryRatio: number
  readonly streetRate: number
  readonly streetVolume: number
  readonly issueSize: number
  readonly score: number
  readonly isCalled: boolean
}

/** A warrant stops trading some days before it matures (HKEX: the fourth trading day before). */
const DAYS_TO_MATURITY = 4

/** The figures of a warrant at its underlying's last price. */
export function warrantFigures(world: World, security: Security, issue: WarrantIssue, nowMs: number): WarrantFigures {
  const owner = world.market.security(QotMarket.HK_Security, issue.slot.ownerCode)
  const ownerDay = owner === null ? null : dayFigures(owner, nowMs)
  const dayIndex = Math.max(security.series.firstDay, ownerDay?.dayIndex ?? 0)
  const terms = issue.termsOn(dayIndex)
  const { calendar } = security.clock
  const spot = ownerDay?.last ?? terms.strike
  const price = dayFigures(security, nowMs).last
  const conversionPrice = price * terms.conversionRatio
  const { isCall, isCallable } = issue
  const delta = isCallable ? (isCall ? 1 : -1) : issue.valueOn(dayIndex, spot).delta
  const leverage = conversionPrice === 0 ? 0 : spot / conversionPrice
  const paid = isCall ? terms.strike + conversionPrice - spot : spot - terms.strike + conversionPrice
  const noise = mix(security.hash, terms.firstDay)
  const streetRate = 5 + 60 * unitOf(noise)
  return {
    strikePrice: terms.strike,
    recoveryPrice: terms.recoveryPrice,
    conversionRatio: terms.conversionRatio,
    maturityDay: calendar.dayAt(terms.lastDay + DAYS_TO_MATURITY),
    lastTradeDay: calendar.dayAt(terms.lastDay),
    listedDay: calendar.dayAt(Math.max(security.series.firstDay, terms.firstDay)),
    delta: rounded(delta, 5),
    impliedVolatility: isCallable ? 0 : rounded(issue.volatilityOn(dayIndex) * 100, 3),
    premium: spot === 0 ? 0 : rounded((paid / spot) * 100, 3),
    leverage: rounded(leverage, 3),
    effectiveLeverage: rounded(leverage * Math.abs(delta), 3),
    breakEven: rounded(isCall ? terms.strike + conversionPrice : terms.strike - conversionPrice, 3),
    conversionPrice: rounded(conversionPrice, 3),
    moneyness: rounded(((isCall ? spot - terms.strike : terms.strike - spot) / terms.strike) * 100, 3),
    priceRecoveryRatio: isCallable ? rounded(((spot - terms.recoveryPrice) / terms.recoveryPrice) * 100, 3) : 0,
    streetRate: rounded(streetRate, 3),
    streetVolume: Math.round((terms.issueSize * streetRate) / 100),
    issueSize: terms.issueSize,
    score: Math.round(40 + 60 * unitOf(mix(noise, 1))),
    isCalled: issue.wasCalledBefore(security.clock.dayIndexAt(nowMs)),
  }
}

/** The figures of a futures quote and snapshot other than the price. */
export interface FutureFigures {
  readonly lastSettlePrice: number
  readonly position: number
  readonly positionChange: number
  /** Epoch day of the last trading day; of the front month for a main contract. */
  readonly lastTradeDay: number
  readonly isMainContract: boolean
  readonly expiryDateDistance: number
}

/** The figures of a future; null for any other security. */
export function futureFigures(security: Security, nowMs: number): FutureFigures | null {
  if (security.derivative.kind !== 'future') return null
  const { terms } = security.derivative
  const { futureClass } = terms
  const day = dayFigures(security, nowMs)
  const dayIndex = Math.max(security.series.firstDay, day.dayIndex)
  const today = security.clock.calendar.dayAt(dayIndex)
  const month = monthOn(terms, today)
  const lastTradeDay = lastTradingDay(futureClass, month)
  const position = openInterestOn(security, dayIndex)
  return {
    lastSettlePrice: day.lastClose,
    position,
    positionChange: position - openInterestOn(security, dayIndex - 1),
    lastTradeDay,
    isMainContract: frontMonth(futureClass, today) === month,
    expiryDateDistance: lastTradeDay - today,
  }
}
