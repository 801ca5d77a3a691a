import { QotMarket, TrdSide } from '../../../proto/enums.ts'
import type { OrderState } from '../../../src/simulator/trading/account-state.ts'
import { priceOf } from '../../../src/simulator/trading/money.ts'
import type { ExecutedOrder } from './opend-calls.ts'
import { LAST_PRICES } from './prices.ts'

/** The largest value that an order can trade at the prices of the simulation, on either side. */
export function worthOf({ market, side, qty, price }: OrderState): Pick<ExecutedOrder, 'currency' | 'value'> {
  const currency = market === QotMarket.US_Security ? 'USD' : 'HKD'
  const last = LAST_PRICES[currency]
  const limit = price === null ? null : priceOf(price)
  const isSale = side === TrdSide.Sell || side === TrdSide.SellShort
  const each = limit === null ? last : isSale ? Math.max(limit, last) : limit
  return { currency, value: each * qty }
}
