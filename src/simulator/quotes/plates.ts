import { PlateSetType, Qot_Common_SortField as SortField } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { refuse, type C2S, type CallContext, type Refusal, type S2C } from '../handler.ts'
import { plateMarketOf, type Plate } from '../market/plates.ts'
import type { Security } from '../market/security.ts'
import type { World } from '../world.ts'
import { findSecurities, isRefusal, refOf, symbolOf } from './lookup.ts'
import { sortedSecurities } from './sorting.ts'
import { staticInfoOf } from './static-info.ts'

/** OpenD's limit of securities in one call of Qot_GetOwnerPlate. */
const MAX_OWNED = 200

/** Qot_GetPlateSet: the plates of a market. Those of type "other" are found by their code and by their members only. */
export function getPlateSet(world: World, { market, plateSetType }: C2S<'Qot_GetPlateSet'>): S2C<'Qot_GetPlateSet'> {
  const wanted = world.market
    .plates()
    .plates.filter((plate) => plate.market === plateMarketOf(market) && plate.type !== PlateSetType.Other)
    .filter((plate) => plateSetType === PlateSetType.All || plate.type === plateSetType)
  return { plateInfoList: wanted.map(plateInfoOf) }
}

/** Qot_GetPlateSecurity: the members of a plate. */
export function getPlateSecurity(
  world: World,
  { plate, sortField, ascend }: C2S<'Qot_GetPlateSecurity'>,
  { nowMs }: CallContext,
): S2C<'Qot_GetPlateSecurity'> | Refusal {
  const found = findPlate(world, plate)
  if (found === null) return refuse(`未知板块 ${symbolOf(plate)}`)
  const members = sortedSecurities(membersOf(world, found), sortField ?? SortField.Code, ascend ?? true, nowMs)
  return { staticInfoList: members.map((security) => staticInfoOf(security, nowMs)) }
}

/** Qot_GetOwnerPlate: the plates of each security. */
export function getOwnerPlate(
  world: World,
  { securityList = [] }: C2S<'Qot_GetOwnerPlate'>,
): S2C<'Qot_GetOwnerPlate'> | Refusal {
  if (securityList.length > MAX_OWNED) return refuse(`at most ${MAX_OWNED} securities in one call`)
  const securities = findSecurities(world, securityList)
  if (isRefusal(securities)) return securities
  return {
    ownerPlateList: securities.map((security) => ({
      security: refOf(security),
      name: security.instrument.name,
      plateInfoList: world.market.plates().platesWith(security.instrument).map(plateInfoOf),
    })),
  }
}

/** The plate in a call; null if it does not exist. Also used by the stock filter. */
export function findPlate(world: World, { market, code }: MessageTypes['Qot_Common.Security']): Plate | null {
  return world.market.plates().find(market, code)
}

/** The securities of a plate. */
export function membersOf(world: World, plate: Plate): readonly Security[] {
  return plate.members
    .map(({ instrument }) => world.market.security(instrument.market, instrument.code))
    .filter((security) => security !== null)
}

function plateInfoOf({ market, code, name, type }: Plate): MessageTypes['Qot_Common.PlateInfo'] {
  return { plate: { market, code }, name, plateType: type }
}
