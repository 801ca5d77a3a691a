import { RehabType } from '../../../proto/enums.ts'
import { priceAfter, priceBefore, type CorporateAction } from './corporate-actions.ts'

/** Most decimals of adjusted prices: more than any tick has, and few enough to remove rounding errors of divisions. */
const DECIMALS = 1e5

/**
 * A price of `epochDay` on the basis of `rehabType` (`Qot_Common.RehabType`). Forward adjustment applies every action
 * between that day and `todayEpochDay`; backward adjustment reverses every action up to that day, the latest first.
 * Future actions have no effect.
 */
export function adjustedPrice(
  price: number,
  rehabType: number,
  actions: readonly CorporateAction[],
  epochDay: number,
  todayEpochDay: number,
): number {
  if (rehabType === RehabType.None || actions.length === 0) return price
  let adjusted = price
  if (rehabType === RehabType.Forward) {
    for (const action of actions) {
      if (action.exDay > epochDay && action.exDay <= todayEpochDay) adjusted = priceAfter(action, adjusted)
    }
  } else {
    for (let at = actions.length - 1; at >= 0; at--) {
      const action = actions[at]
      if (action !== undefined && action.exDay <= epochDay) adjusted = priceBefore(action, adjusted)
    }
  }
  return adjusted === price ? price : Math.round(adjusted * DECIMALS) / DECIMALS
}
