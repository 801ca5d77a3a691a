import { refuse, type C2S, type Refusal, type S2C } from '../handler.ts'
import type { World } from '../world.ts'
import { findSecurities, isRefusal, refOf } from './lookup.ts'
import { BAD_SPAN, BAD_TIME, readSpan } from './market-time.ts'

/** Qot_GetSuspend: the suspension days of each security. The simulated exchanges never suspend a security. */
export function getSuspend(world: World, c2s: C2S<'Qot_GetSuspend'>): S2C<'Qot_GetSuspend'> | Refusal {
  const securities = findSecurities(world, c2s.securityList ?? [])
  if (isRefusal(securities)) return securities
  for (const security of securities) {
    const span = readSpan(security.clock.plan.zone, c2s.beginTime, c2s.endTime)
    if (span === null) return refuse(BAD_TIME)
    if (span.fromMs > span.toMs) return refuse(BAD_SPAN)
  }
  return { SecuritySuspendList: securities.map((security) => ({ security: refOf(security), suspendList: [] })) }
}
