import { refuse, type C2S, type CallContext, type Refusal, type S2C } from '../handler.ts'
import type { World } from '../world.ts'
import { findSecurities, isRefusal, refOf } from './lookup.ts'

/** OpenD's limit of securities in one call. */
const MAX_SECURITIES = 400

/** Qot_GetMarketState: the state of each security's market. */
export function getMarketState(
  world: World,
  { securityList = [] }: C2S<'Qot_GetMarketState'>,
  { nowMs }: CallContext,
): S2C<'Qot_GetMarketState'> | Refusal {
  if (securityList.length > MAX_SECURITIES) return refuse(`at most ${MAX_SECURITIES} securities in one call`)
  const securities = findSecurities(world, securityList)
  if (isRefusal(securities)) return securities
  return {
    marketInfoList: securities.map((security) => ({
      security: refOf(security),
      name: security.instrument.name,
      marketState: security.clock.stateAt(nowMs),
    })),
  }
}
