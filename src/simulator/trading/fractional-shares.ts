import { OrderType, SecurityFirm, TrdSecMarket } from '../../../proto/enums.ts'
import type { Refusal } from '../handler.ts'
import type { Instrument } from '../market/instrument.ts'
import type { AccountProfile } from './account-state.ts'
import { availableLevels } from './liquidity.ts'
import { priceOf } from './money.ts'
import type { TradingFloor } from './order-life.ts'
import { atMarketLimit } from './price-grid.ts'
import { floorQty, isQty } from './quantity.ts'
import { refusals } from './refusals.ts'
import { isBuySide, isMarginAccount } from './requirement.ts'
import { secMarketOf } from './venues.ts'

/**
 * Whether the account trades fractions of that security. In the simulator one type of account does: the real margin
 * account of the firm in the US, for US stocks and funds. There the retail brokers offer fractional shares.
 */
export function tradesFractions(profile: AccountProfile, instrument: Instrument): boolean {
  if (profile.securityFirm !== SecurityFirm.FutuInc || !isMarginAccount(profile)) return false
  if (secMarketOf(instrument) !== TrdSecMarket.US) return false
  return instrument.kind === 'stock' || instrument.kind === 'etf'
}

/** Refuses a quantity that is not a whole number, unless it is a fraction in a market order of such an account. */
export function checkFraction(
  profile: AccountProfile,
  instrument: Instrument,
  orderType: number,
  qty: number,
): Refusal | null {
  if (Number.isSafeInteger(qty) && qty > 0) return null
  if (!(qty > 0) || qty > Number.MAX_SAFE_INTEGER || !tradesFractions(profile, instrument))
    return refusals.badQuantity()
  if (!isQty(qty)) return refusals.tooFineQuantity()
  return orderType === OrderType.Market ? null : refusals.fractionNotAtMarket()
}

/** The part of an order by amount that its quantity derives from. */
interface AmountOrder {
  readonly side: number
  readonly orderType: number
  readonly qty: number
  readonly amount: number | null
}

/**
 * The quantity of an order: as sent, or for an order by amount (`amount` with `qty` 0) what the amount buys in the book
 * of that moment, rounded down to four decimals. Beyond the visible book it counts with the protection price of a
 * market order, so that the fills never cost more than the amount.
 */
export function quantityOf(
  floor: TradingFloor,
  profile: AccountProfile,
  instrument: Instrument,
  { side, orderType, qty, amount }: AmountOrder,
  nowMs: number,
): number | Refusal {
  if (amount === null) return qty
  if (qty !== 0) return refusals.amountAndQuantity()
  if (!tradesFractions(profile, instrument)) return refusals.noOrdersByAmount()
  if (orderType !== OrderType.Market) return refusals.fractionNotAtMarket()
  if (!(amount > 0) || !Number.isFinite(amount)) return refusals.badAmount()
  const isBuy = isBuySide(side)
  const book = floor.market.book(instrument, nowMs)
  let left = amount
  let bought = 0
  for (const level of availableLevels(floor.state, instrument, book, isBuy, nowMs)) {
    const spent = Math.min(left, priceOf(level.price) * level.volume)
    bought += spent / priceOf(level.price)
    left -= spent
  }
  if (left > 0) bought += left / priceOf(atMarketLimit(floor.market, instrument, isBuy, nowMs))
  const whole = floorQty(bought)
  return whole > 0 ? whole : refusals.badAmount()
}
