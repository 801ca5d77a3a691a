import { GroupType, ModifyUserSecurityOp, QotMarket } from '../../../proto/enums.ts'
import { refuse, type C2S, type CallContext, type Refusal, type S2C } from '../handler.ts'
import type { Security } from '../market/security.ts'
import { SYSTEM_GROUPS, CUSTOM_GROUPS } from '../market/watchlists.ts'
import type { World } from '../world.ts'
import { findSecurities, isRefusal, refOf } from './lookup.ts'
import { staticInfoOf } from './static-info.ts'

/** OpenD's own texts, as published by users. */
const UNKNOWN_GROUP = 'Unknown watchlists'
const SYSTEM_GROUP = 'The System grouping is not supported'

/** The watched securities in each system group. */
const SYSTEM_MEMBERS: Readonly<Record<(typeof SYSTEM_GROUPS)[number], (security: Security) => boolean>> = {
  全部: () => true,
  沪深: ({ instrument: { market } }) => market === QotMarket.CNSH_Security || market === QotMarket.CNSZ_Security,
  港股: ({ instrument: { market, kind } }) =>
    market === QotMarket.HK_Security && kind !== 'future' && kind !== 'option',
  美股: ({ instrument: { market, kind } }) =>
    market === QotMarket.US_Security && kind !== 'future' && kind !== 'option',
  期权: ({ instrument: { kind } }) => kind === 'option',
  期货: ({ instrument: { kind } }) => kind === 'future',
}

/** Qot_GetUserSecurity: the securities of a group of the user's watchlist. */
export function getUserSecurity(
  world: World,
  { groupName }: C2S<'Qot_GetUserSecurity'>,
  { nowMs }: CallContext,
): S2C<'Qot_GetUserSecurity'> | Refusal {
  const { watchlists } = world.market
  const systemGroup = SYSTEM_GROUPS.find((name) => name === groupName)
  const refs = systemGroup === undefined ? watchlists.custom(groupName) : watchlists.all()
  if (refs === null) return refuse(UNKNOWN_GROUP)
  const securities = refs
    .map(({ market, code }) => world.market.security(market, code))
    .filter((security) => security !== null)
    .filter((security) => systemGroup === undefined || SYSTEM_MEMBERS[systemGroup](security))
  return { staticInfoList: securities.map((security) => staticInfoOf(security, nowMs)) }
}

/** Qot_GetUserSecurityGroup: the names of the groups. */
export function getUserSecurityGroup(
  _world: World,
  { groupType }: C2S<'Qot_GetUserSecurityGroup'>,
): S2C<'Qot_GetUserSecurityGroup'> | Refusal {
  const system = SYSTEM_GROUPS.map((groupName) => ({ groupName, groupType: GroupType.System }))
  const custom = CUSTOM_GROUPS.map((groupName) => ({ groupName, groupType: GroupType.Custom }))
  switch (groupType) {
    case GroupType.System:
      return { groupList: system }
    case GroupType.Custom:
      return { groupList: custom }
    case GroupType.All:
      return { groupList: [...system, ...custom] }
    default:
      return refuse(`unknown group_type ${groupType}`)
  }
}

/** Qot_ModifyUserSecurity: adds securities to a custom group, or removes them. */
export function modifyUserSecurity(
  world: World,
  { groupName, op, securityList = [] }: C2S<'Qot_ModifyUserSecurity'>,
): S2C<'Qot_ModifyUserSecurity'> | Refusal {
  const { watchlists } = world.market
  if (SYSTEM_GROUPS.some((name) => name === groupName)) return refuse(SYSTEM_GROUP)
  if (watchlists.custom(groupName) === null) return refuse(UNKNOWN_GROUP)
  const securities = findSecurities(world, securityList)
  if (isRefusal(securities)) return securities
  const refs = securities.map(refOf)
  switch (op) {
    case ModifyUserSecurityOp.Add:
      return watchlists.add(groupName, refs) ? {} : refuse('the group is full')
    case ModifyUserSecurityOp.Del:
      watchlists.remove(refs)
      return {}
    case ModifyUserSecurityOp.MoveOut:
      watchlists.moveOut(groupName, refs)
      return {}
    default:
      return refuse(`unknown op ${op}`)
  }
}
