import { RehabType, SubType } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { refuse, type C2S, type Refusal, type S2C } from '../handler.ts'
import type { SessionContext, SessionHandlerTable } from './session-handler.ts'
import { unitsOf, type Subscription, type Unit } from './subscription-book.ts'
import { notSubscribed, quotaExhausted, subTypeName, unknownSecurity, unsubscribedTooEarly } from './texts.ts'

/** Qot_Sub, Qot_RegQotPush and Qot_GetSubInfo. A request is done whole or refused whole. */
export const subscriptionHandlers: SessionHandlerTable = {
  Qot_Sub: (c2s, context) => {
    if (c2s.isUnsubAll === true) return unsubscribe(everyUnit(context), context)
    const units = unitsOf(c2s.securityList ?? [], c2s.subTypeList ?? [])
    const problem = refuseUnits(units, context) ?? refuseRehabTypes(c2s.regPushRehabTypeList ?? [])
    if (problem !== null) return problem
    return c2s.isSubOrUnSub ? subscribe(c2s, units, context) : unsubscribe(units, context)
  },

  Qot_RegQotPush: (c2s, context) => {
    const units = unitsOf(c2s.securityList ?? [], c2s.subTypeList ?? [])
    const problem = refuseUnits(units, context) ?? refuseRehabTypes(c2s.rehabTypeList ?? [])
    if (problem !== null) return problem
    if (c2s.isRegOrUnReg) {
      const held = new Set(context.desk.subscriptions.held(context.connId, units).map(unitName))
      const missing = units.filter((unit) => !held.has(unitName(unit)))
      if (missing.length > 0) return refuse(notSubscribed(missing))
    }
    registerPush(c2s.isRegOrUnReg, units, c2s.rehabTypeList ?? [], c2s.isFirstPush ?? true, context)
    return {}
  },

  Qot_GetSubInfo: (c2s, { desk, connId, nowMs }) => {
    const { subscriptions } = desk
    const connIds = c2s.isReqAllConn === true ? [...desk.peers.keys()] : [connId]
    const totalUsedQuota = subscriptions.used(nowMs)
    return {
      connSubInfoList: connIds.map((one) => subInfoOf(subscriptions.ofConnection(one), one === connId)),
      totalUsedQuota,
      remainQuota: Math.max(0, subscriptions.quota - totalUsedQuota),
    }
  },
}

function subscribe(c2s: C2S<'Qot_Sub'>, units: readonly Unit[], context: SessionContext): Refusal | S2C<'Qot_Sub'> {
  const { desk, connId, nowMs } = context
  const terms = {
    extendedTime: c2s.extendedTime ?? false,
    session: c2s.session ?? 0,
    orderBookDetail: c2s.isSubOrderBookDetail ?? false,
  }
  const shortage = desk.subscriptions.subscribe(connId, units, terms, nowMs)
  if (shortage !== null) return refuse(quotaExhausted(shortage.used, desk.subscriptions.quota))
  if (c2s.isRegOrUnRegPush !== undefined) {
    registerPush(c2s.isRegOrUnRegPush, units, c2s.regPushRehabTypeList ?? [], c2s.isFirstPush ?? true, context)
  }
  return {}
}

function unsubscribe(units: readonly Unit[], { desk, connId, nowMs }: SessionContext): Refusal | S2C<'Qot_Sub'> {
  const [fresh] = desk.subscriptions.tooFresh(connId, units, nowMs)
  if (fresh !== undefined) return refuse(unsubscribedTooEarly(fresh))
  desk.subscriptions.unsubscribe(connId, units)
  return {}
}

function registerPush(
  isOn: boolean,
  units: readonly Unit[],
  rehabTypes: readonly number[],
  isFirstPush: boolean,
  { desk, peer, connId, marketMs }: SessionContext,
): void {
  const { subscriptions, quotePushes } = desk
  if (!isOn) {
    subscriptions.setPush(connId, units, null)
    return
  }
  // K-lines are forward-adjusted unless the request says otherwise; other types have nothing to adjust.
  const klineTypes = rehabTypes.length > 0 ? [...new Set(rehabTypes)] : [RehabType.Forward]
  for (const unit of units) {
    subscriptions.setPush(connId, [unit], { rehabTypes: isKLine(unit.subType) ? klineTypes : [RehabType.None] })
  }
  const registered = subscriptions.held(connId, units)
  quotePushes.begin(registered, marketMs)
  if (isFirstPush) quotePushes.queueFirst(peer, registered)
}

/** Why these units cannot be asked for, or null. One bad security refuses the whole request. */
function refuseUnits(units: readonly Unit[], { desk }: SessionContext): Refusal | null {
  if (units.length === 0) return refuse('securityList and subTypeList must not be empty')
  for (const { security, subType } of units) {
    if (desk.world.market.instrument(security.market, security.code) === null) return refuse(unknownSecurity(security))
    if (subTypeName(subType) === String(subType) || subType === SubType.None) {
      return refuse(`unknown subscription type ${subType}`)
    }
  }
  return null
}

function refuseRehabTypes(rehabTypes: readonly number[]): Refusal | null {
  const known: readonly number[] = Object.values(RehabType)
  const stranger = rehabTypes.find((rehabType) => !known.includes(rehabType))
  return stranger === undefined ? null : refuse(`unknown rehabType ${stranger}`)
}

function everyUnit({ desk, connId }: SessionContext): readonly Unit[] {
  return desk.subscriptions.ofConnection(connId)
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

function unitName({ security, subType }: Unit): string {
  return `${security.market}.${security.code}/${subType}`
}
