import { CompanyAct } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { C2S, CallContext, Refusal, S2C } from '../handler.ts'
import type { CorporateAction } from '../market/corporate-actions.ts'
import type { Security } from '../market/security.ts'
import { localMomentOf } from '../../base/time/time-zone.ts'
import type { World } from '../world.ts'
import { findSecurity, isRefusal } from './lookup.ts'
import { marketDay } from './market-time.ts'

type Rehab = MessageTypes['Qot_Common.Rehab']

/** Qot_RequestRehab: the adjustment factors of each ex-date so far. A price times A plus B is the adjusted price. */
export function requestRehab(
  world: World,
  c2s: C2S<'Qot_RequestRehab'>,
  { nowMs }: CallContext,
): S2C<'Qot_RequestRehab'> | Refusal {
  const security = findSecurity(world, c2s.security)
  if (isRefusal(security)) return security
  const today = localMomentOf(security.clock.plan.zone, nowMs).epochDay
  return {
    rehabList: security.actions.filter(({ exDay }) => exDay <= today).map((action) => rehabOf(security, action)),
  }
}

function rehabOf(security: Security, action: CorporateAction): Rehab {
  const { text: time, timestamp } = marketDay(security.clock.plan.zone, action.exDay)
  if (action.kind === 'dividend') {
    return {
      time,
      timestamp,
      companyActFlag: BigInt(CompanyAct.Dividend),
      fwdFactorA: 1,
      fwdFactorB: -action.amount,
      bwdFactorA: 1,
      bwdFactorB: action.amount,
      dividend: action.amount,
    }
  }
  return {
    time,
    timestamp,
    companyActFlag: BigInt(CompanyAct.Split),
    fwdFactorA: action.from / action.to,
    fwdFactorB: 0,
    bwdFactorA: action.to / action.from,
    bwdFactorB: 0,
    splitBase: action.from,
    splitErt: action.to,
  }
}
