import { OrderType, TrdSide } from '../../../../proto/enums.ts'
import type { MessageTypes } from '../../../../proto/messages.ts'
import type { Refusal } from '../../handler.ts'
import type { Instrument } from '../../market/instrument.ts'
import type { AccountState } from '../account-state.ts'
import type { TradingFloor } from '../order-life.ts'
import { refusals } from '../refusals.ts'
import { isBuySide } from '../requirement.ts'
import { findTradable } from '../tradable-security.ts'
import { venuesOf } from '../venues.ts'

type ComboLeg = MessageTypes['Qot_Common.ComboLeg']

/** A leg of an option strategy: one security, traded in a multiple of the strategy's quantity. */
export interface Leg {
  readonly instrument: Instrument
  /** `Trd_Common.TrdSide` as the client sent it. */
  readonly side: number
  readonly isBuy: boolean
  readonly qty: number
  /** Quantity for one of the strategy. */
  readonly ratio: number
}

/** Number of legs of the largest strategy in the schema (iron condor), and of a covered strategy. */
const MIN_LEGS = 2
const MAX_LEGS = 4

/** The legs of a call, looked up and checked; or a refusal. */
export function readLegs(
  floor: TradingFloor,
  account: AccountState,
  trdMarket: number,
  comboLegs: readonly ComboLeg[],
  qty: number,
  orderType: number,
  nowMs: number,
): readonly Leg[] | Refusal {
  if (orderType !== OrderType.Normal && orderType !== OrderType.Market) return refusals.strategyOrderType()
  if (!Number.isSafeInteger(qty) || qty <= 0) return refusals.badQuantity()
  if (comboLegs.length < MIN_LEGS || comboLegs.length > MAX_LEGS) return refusals.badLegs()
  const legs: Leg[] = []
  for (const { security, side = TrdSide.Unknown, qtyRatio = 1 } of comboLegs) {
    const venue = venuesOf(trdMarket).find((one) => one.qotMarket === security.market)
    if (venue === undefined) return refusals.unknownSecurity(security.code)
    const instrument = findTradable(floor.market, account.profile, trdMarket, venue.secMarket, security.code, nowMs)
    if ('refusal' in instrument) return instrument
    if (side < TrdSide.Buy || side > TrdSide.BuyBack) return refusals.unknownSide()
    if (!Number.isSafeInteger(qtyRatio) || qtyRatio <= 0) return refusals.badQuantity()
    legs.push({ instrument, side, isBuy: isBuySide(side), qty: qty * qtyRatio, ratio: qtyRatio })
  }
  const currencies = new Set(legs.map((leg) => leg.instrument.currency))
  const codes = new Set(legs.map((leg) => leg.instrument.code))
  const isStrategy = legs.some((leg) => leg.instrument.kind === 'option') && codes.size === legs.length
  return currencies.size === 1 && isStrategy ? legs : refusals.badLegs()
}
