import { RehabType } from '../../../proto/enums.ts'
import { priceAfter, priceBefore, type CorporateAction } from './corporate-actions.ts'

/** Adjusted prices have this many decimals at most: more than any tick, and no noise of division. */
const DECIMALS = 1e5

/**
 * A price of `epochDay` on the basis that `rehabType` (`Qot_Common.RehabType`) asks for. Forward adjustment carries
 * it to `todayEpochDay` through every action in between; backward adjustment undoes every action up to its day, the
 * latest first. Actions that are still to come have no effect.
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
