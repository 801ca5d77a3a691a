import { TrdAccRole, TrdAccStatus } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { AccountProfile } from './account-state.ts'

/** An account as in `Trd_GetAccList`, without the members that do not apply to it. */
export function accountView(profile: AccountProfile): MessageTypes['Trd_Common.TrdAcc'] {
  return {
    trdEnv: profile.trdEnv,
    accID: BigInt(profile.accId),
    trdMarketAuthList: profile.trdMarkets,
    accType: profile.accType,
    cardNum: profile.cardNum ?? undefined,
    securityFirm: profile.securityFirm ?? undefined,
    simAccType: profile.simAccType ?? undefined,
    uniCardNum: profile.uniCardNum ?? undefined,
    accStatus: TrdAccStatus.Active,
    accRole: TrdAccRole.Normal,
  }
}

/** The header of a reply or push about an account. */
export function headerOf(accId: string, trdEnv: number, trdMarket: number): MessageTypes['Trd_Common.TrdHeader'] {
  return { trdEnv, accID: BigInt(accId), trdMarket }
}
