import { RehabType, SubType } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { refuse, type C2S, type Refusal, type S2C } from '../handler.ts'
import { badSession, hoursAsked } from '../market/trading-hours.ts'
import type { SessionContext, SessionHandlerTable } from './session-handler.ts'
import { unitKey, unitsOf, type Subscription, type Unit } from './subscription-registry.ts'
import { notSubscribed, quotaExhausted, subTypeName, unknownSecurity, unsubscribedTooEarly } from './texts.ts'

/**
 * Qot_Sub, Qot_RegQotPush and Qot_GetSubInfo. A request is executed or refused as a whole. `isSubOrderBookDetail` is
 * ignored: every subscriber of a book gets the same one.
 */
export const subscriptionHandlers: SessionHandlerTable = {
  Qot_Sub: (c2s, context) => {
    if (c2s.isUnsubAll === true) return unsubscribe(everyUnit(context), context)
    const units = readUnits(c2s, c2s.regPushRehabTypeList, context)
    if ('refusal' in units) return units
    return c2s.isSubOrUnSub ? subscribe(c2s, units, context) : unsubscribe(units, context)
  },

  Qot_RegQotPush: (c2s, context) => {
    const units = readUnits(c2s, c2s.rehabTypeList, context)
    if ('refusal' in units) return units
    if (c2s.isRegOrUnReg) {
      const held = new Set(context.hub.subscriptions.held(context.connId, units).map(unitKey))
      const missing = units.filter((unit) => !held.has(unitKey(unit)))
      if (missing.length > 0) return refuse(notSubscribed(missing))
    }
    registerPush(c2s.isRegOrUnReg, units, c2s.rehabTypeList ?? [], c2s.isFirstPush ?? true, context)
    return {}
  },

  Qot_GetSubInfo: (c2s, { hub, connId, nowMs }) => {
    const { subscriptions } = hub
    const connIds = c2s.isReqAllConn === true ? [...hub.peers.keys()] : [connId]
    const totalUsedQuota = subscriptions.used(nowMs)
    return {
      connSubInfoList: connIds.map((one) => subInfoOf(subscriptions.ofConnection(one), one === connId)),
      totalUsedQuota,
      remainQuota: Math.max(0, subscriptions.quota - totalUsedQuota),
    }
  },
}

function subscribe(c2s: C2S<'Qot_Sub'>, units: readonly Unit[], context: SessionContext): Refusal | S2C<'Qot_Sub'> {
  const { hub, connId, nowMs, marketMs } = context
  const hours = hoursAsked(c2s.extendedTime, c2s.session)
  if (hours === null) return refuse(badSession(c2s.session))
  // The schema does not say what a request without both fields means for a unit that is subscribed; here, no change.
  const isGiven = c2s.extendedTime !== undefined || c2s.session !== undefined
  const shortage = hub.subscriptions.subscribe(connId, units, nowMs, isGiven ? hours : null)
  if (shortage !== null) return refuse(quotaExhausted(shortage.used, hub.subscriptions.quota))
  // Registered pushes continue with the new hours.
  hub.quotePushes.begin(hub.subscriptions.held(connId, units), marketMs)
  if (c2s.isRegOrUnRegPush !== undefined) {
    registerPush(c2s.isRegOrUnRegPush, units, c2s.regPushRehabTypeList ?? [], c2s.isFirstPush ?? true, context)
  }
  return {}
}

function unsubscribe(units: readonly Unit[], { hub, connId, nowMs }: SessionContext): Refusal | S2C<'Qot_Sub'> {
  const [fresh] = hub.subscriptions.tooFresh(connId, units, nowMs)
  if (fresh !== undefined) return refuse(unsubscribedTooEarly(fresh))
  hub.subscriptions.unsubscribe(connId, units)
  return {}
}

function registerPush(
  isOn: boolean,
  units: readonly Unit[],
  rehabTypes: readonly number[],
  isFirstPush: boolean,
  { hub, peer, connId, marketMs }: SessionContext,
): void {
  const { subscriptions, quotePushes } = hub
  if (!isOn) {
    subscriptions.setPush(connId, units, null)
    return
  }
  // K-lines are forward-adjusted by default; other types have no adjustment.
  const klineTypes = rehabTypes.length > 0 ? [...new Set(rehabTypes)] : [RehabType.Forward]
  for (const unit of units) {
    subscriptions.setPush(connId, [unit], { rehabTypes: isKLine(unit.subType) ? klineTypes : [RehabType.None] })
  }
  const registered = subscriptions.held(connId, units)
  quotePushes.begin(registered, marketMs)
  if (isFirstPush) quotePushes.queueFirst(peer, registered)
}

/**
 * Most units of one request. This is far above any quota. It limits the memory of a 10 MiB request, whose securities
 * and types would otherwise multiply to gigabytes.
 */
const MAX_UNITS = 20_000

/** The units of a request, or a refusal. One unknown security refuses the whole request. */
function readUnits(
  { securityList = [], subTypeList = [] }: Pick<C2S<'Qot_Sub'>, 'securityList' | 'subTypeList'>,
  rehabTypes: readonly number[] = [],
  { hub }: SessionContext,
): readonly Unit[] | Refusal {
  if (securityList.length === 0 || subTypeList.length === 0) {
    return refuse('securityList and subTypeList must not be empty')
  }
  if (securityList.length * subTypeList.length > MAX_UNITS) return refuse(`at most ${MAX_UNITS} units in one request`)
  const { market } = hub.world
  const security = securityList.find((one) => market.instrument(one.market, one.code) === null)
  if (security !== undefined) return refuse(unknownSecurity(security))
  const subType = subTypeList.find((one) => !SUB_TYPES.has(one))
  if (subType !== undefined) return refuse(`unknown subscription type ${subType}`)
  const rehabType = rehabTypes.find((one) => !REHAB_TYPES.has(one))
  if (rehabType !== undefined) return refuse(`unknown rehabType ${rehabType}`)
  return unitsOf(securityList, subTypeList)
}

const SUB_TYPES: ReadonlySet<number> = new Set(Object.values(SubType).filter((subType) => subType !== SubType.None))
const REHAB_TYPES: ReadonlySet<number> = new Set(Object.values(RehabType))

function everyUnit({ hub, connId }: SessionContext): readonly Unit[] {
  return hub.subscriptions.ofConnection(connId)
}

function subInfoOf(
  subscriptions: readonly Subscription[],
  isOwnConnData: boolean,
): MessageTypes['Qot_Common.ConnSubInfo'] {
  const bySubType = Map.groupBy(subscriptions, ({ subType }) => subType)
  return {
    subInfoList: [...bySubType].map(([subType, held]) => ({
      subType,
      securityList: held.map(({ security }) => security),
    })),
    usedQuota: subscriptions.length,
    isOwnConnData,
  }
}

function isKLine(subType: number): boolean {
  return subTypeName(subType).startsWith('KL_')
}
