import { TrdSecMarket } from '../../../proto/enums.ts'
import type { InstrumentKind } from '../market/instrument.ts'
import { scaleCents } from './money.ts'
import type { Cents } from './money.ts'
import { UNITS_PER_SHARE, qtyUnits } from './quantity.ts'

/** The properties of an order that determine its fees; amounts are those filled so far. */
export interface FeeBase {
  readonly secMarket: number
  readonly kind: InstrumentKind
  readonly isSell: boolean
  readonly qty: number
  readonly value: Cents
}

/** One charge, with the title that clients see. */
export interface FeeItem {
  readonly title: string
  readonly amount: Cents
}

/** The rule of one charge. Its parts are added, then `min`, `max` and `roundUpTo` are applied in this order. */
interface FeeRule {
  readonly title: string
  /** Once per order. */
  readonly flat?: Cents
  /** Millionths of the value. */
  readonly perMillion?: number
  /** Thousandths of a cent per share or contract. */
  readonly perUnitMillicents?: number
  readonly min?: Cents
  readonly max?: Cents
  readonly roundUpTo?: Cents
  readonly sellOnly?: boolean
}

/**
 * The simulator's tariff. It has the structure of a Hong Kong broker's public tariff (commission and platform fee of
 * the broker, levies of the exchange, the clearing house and the government). The rates are realistic but not those of
 * a particular broker.
 */
const HONG_KONG_SECURITIES: readonly FeeRule[] = [
  { title: 'Commission', perMillion: 300, min: 300 },
  { title: 'Platform Fee', flat: 1500 },
  { title: 'Settlement Fee', perMillion: 42 },
  { title: 'SFC Levy', perMillion: 27, min: 1 },
  { title: 'Trading Fee', perMillion: 56.5, min: 1 },
  { title: 'FRC Levy', perMillion: 1.5, min: 1 },
]

const HONG_KONG_STOCKS: readonly FeeRule[] = [
  ...HONG_KONG_SECURITIES,
  { title: 'Stamp Duty', perMillion: 1000, roundUpTo: 100 },
]

const HONG_KONG_OPTIONS: readonly FeeRule[] = [
  { title: 'Commission', perMillion: 2000, min: 300 },
  { title: 'Platform Fee', flat: 1500 },
  { title: 'Trading Tariff', perUnitMillicents: 300_000 },
]

const HONG_KONG_FUTURES: readonly FeeRule[] = [
  { title: 'Commission', perUnitMillicents: 500_000 },
  { title: 'Platform Fee', perUnitMillicents: 500_000 },
  { title: 'Exchange Fee', perUnitMillicents: 1_000_000 },
  { title: 'SFC Levy', perUnitMillicents: 54_000 },
]

const US_SECURITIES: readonly FeeRule[] = [
  { title: 'Commission', perUnitMillicents: 490, min: 99 },
  { title: 'Platform Fee', perUnitMillicents: 500, min: 100 },
  { title: 'Settlement Fee', perUnitMillicents: 300 },
  { title: 'SEC Fee', perMillion: 27.8, min: 1, sellOnly: true },
  { title: 'Trading Activity Fee', perUnitMillicents: 16.6, min: 1, max: 830, sellOnly: true },
]

const US_OPTIONS: readonly FeeRule[] = [
  { title: 'Commission', perUnitMillicents: 65_000, min: 199 },
  { title: 'Platform Fee', perUnitMillicents: 30_000 },
  { title: 'Option Regulatory Fee', perUnitMillicents: 1_200 },
  { title: 'Option Settlement Fee', perUnitMillicents: 2_000 },
  { title: 'SEC Fee', perMillion: 27.8, min: 1, sellOnly: true },
]

const US_FUTURES: readonly FeeRule[] = [
  { title: 'Commission', perUnitMillicents: 99_000 },
  { title: 'Platform Fee', perUnitMillicents: 99_000 },
  { title: 'Exchange Fee', perUnitMillicents: 138_000 },
  { title: 'NFA Fee', perUnitMillicents: 2_000 },
]

const CHINA_SECURITIES: readonly FeeRule[] = [
  { title: 'Commission', perMillion: 300, min: 300 },
  { title: 'Platform Fee', flat: 1500 },
  { title: 'Handling Fee', perMillion: 34.1, min: 1 },
  { title: 'Securities Management Fee', perMillion: 20, min: 1 },
  { title: 'Transfer Fee', perMillion: 30 },
  { title: 'Stamp Duty', perMillion: 500, sellOnly: true },
]

/**
 * The charges of an order for all its fills together; empty before the first fill. A further fill never lowers a
 * charge, so each fill pays the difference and the sum does not depend on how the order was split into fills.
 */
export function feesOf(base: FeeBase): readonly FeeItem[] {
  if (base.qty === 0) return []
  const rules = rulesFor(base.secMarket, base.kind).filter((rule) => rule.sellOnly !== true || base.isSell)
  return rules.map((rule) => ({ title: rule.title, amount: amountOf(rule, base) }))
}

/** The sum of all charges. */
export function totalFees(base: FeeBase): Cents {
  return feesOf(base).reduce((sum, item) => sum + item.amount, 0)
}

function rulesFor(secMarket: number, kind: InstrumentKind): readonly FeeRule[] {
  if (secMarket === TrdSecMarket.US) {
    if (kind === 'option') return US_OPTIONS
    return kind === 'future' ? US_FUTURES : US_SECURITIES
  }
  if (secMarket !== TrdSecMarket.HK) return CHINA_SECURITIES
  if (kind === 'option') return HONG_KONG_OPTIONS
  if (kind === 'future') return HONG_KONG_FUTURES
  // Funds and warrants are exempt from stamp duty.
  return kind === 'stock' ? HONG_KONG_STOCKS : HONG_KONG_SECURITIES
}

function amountOf(rule: FeeRule, base: FeeBase): Cents {
  const ofValue = scaleCents(base.value, Math.round((rule.perMillion ?? 0) * 10), 10_000_000)
  const ofUnits = scaleCents(
    qtyUnits(base.qty),
    Math.round((rule.perUnitMillicents ?? 0) * 10),
    10_000 * UNITS_PER_SHARE,
  )
  const sum = Math.max((rule.flat ?? 0) + ofValue + ofUnits, rule.min ?? 0)
  const capped = rule.max === undefined ? sum : Math.min(sum, rule.max)
  return rule.roundUpTo === undefined ? capped : Math.ceil(capped / rule.roundUpTo) * rule.roundUpTo
}
