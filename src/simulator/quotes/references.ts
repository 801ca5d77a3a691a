import { QotMarket, ReferenceType } from '../../../proto/enums.ts'
import { refuse, type C2S, type CallContext, type Refusal, type S2C } from '../handler.ts'
import { futureClasses } from '../market/future-class.ts'
import { futureCode, mainContract } from '../market/future-code.ts'
import type { Security } from '../market/security.ts'
import { warrantSlots } from '../market/warrant-slots.ts'
import type { World } from '../world.ts'
import { findSecurity, isRefusal } from './lookup.ts'
import { staticInfoOf } from './static-info.ts'

/** Qot_GetReference: the warrants on a security, or the futures of the same class or on an index. */
export function getReference(
  world: World,
  c2s: C2S<'Qot_GetReference'>,
  { nowMs }: CallContext,
): S2C<'Qot_GetReference'> | Refusal {
  const security = findSecurity(world, c2s.security)
  if (isRefusal(security)) return security
  switch (c2s.referenceType) {
    case ReferenceType.Warrant:
      return { staticInfoList: warrantsOn(world, security).map((one) => staticInfoOf(one, nowMs)) }
    case ReferenceType.Future:
      return { staticInfoList: futuresOf(world, security, nowMs).map((one) => staticInfoOf(one, nowMs)) }
    default:
      return refuse(`unknown reference_type ${c2s.referenceType}`)
  }
}

function warrantsOn(world: World, { instrument }: Security): readonly Security[] {
  if (instrument.market !== QotMarket.HK_Security) return []
  return warrantSlots()
    .filter((slot) => slot.ownerCode === instrument.code)
    .map((slot) => world.market.security(QotMarket.HK_Security, slot.code))
    .filter((security) => security !== null)
}

/** For a future, the main contract and all months of its class; for an index or fund, all contracts on it. */
function futuresOf(world: World, { instrument, derivative }: Security, nowMs: number): readonly Security[] {
  const prefix = derivative.kind === 'future' ? derivative.terms.futureClass.prefix : null
  return [...mainContracts(world), ...world.market.futuresOn(nowMs)].filter((future) => {
    if (future.derivative.kind !== 'future' || future.instrument.market !== instrument.market) return false
    if (prefix !== null) return future.derivative.terms.futureClass.prefix === prefix
    return future.instrument.underlyingCode === instrument.code
  })
}

function mainContracts(world: World): readonly Security[] {
  return futureClasses()
    .map((futureClass) => world.market.security(futureClass.market, futureCode(mainContract(futureClass))))
    .filter((security) => security !== null)
}
