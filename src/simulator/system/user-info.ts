import { QotRight, UpdateType, UserInfoField } from '../../../proto/enums.ts'
import type { C2S, S2C } from '../handler.ts'
import type { SessionContext } from '../session/session-handler.ts'
import { LOGIN_USER_ID, NICK_NAME, USER_ATTRIBUTION } from './identity.ts'

/** GetUserInfo: the parts in its `flag`, a sum of `UserInfoField`; all parts without a `flag`. */
export function userInfo({ flag }: C2S<'GetUserInfo'>, { hub }: SessionContext): S2C<'GetUserInfo'> {
  const wants = (field: number): boolean => flag === undefined || flag === 0 || (flag & field) !== 0
  return {
    ...(wants(UserInfoField.Basic) && {
      nickName: NICK_NAME,
      avatarUrl: '',
      userID: LOGIN_USER_ID,
      userAttribution: USER_ATTRIBUTION,
      isAppNNOrMM: true,
    }),
    ...(wants(UserInfoField.API) && { subQuota: hub.subscriptions.quota, historyKLQuota: hub.historyQuota.total }),
    ...(wants(UserInfoField.QotRight) && RIGHTS),
    ...(wants(UserInfoField.Disclaimer) && { isNeedAgreeDisclaimer: false }),
    ...(wants(UserInfoField.Update) && { updateType: UpdateType.None, updateWhatsNew: '' }),
    ...(wants(UserInfoField.WebKey) && { webKey: '' }),
  }
}

/** The best quote right for the simulated markets, no right for other markets. */
const RIGHTS = {
  hkQotRight: QotRight.Level2,
  hkOptionQotRight: QotRight.Level2,
  hkFutureQotRight: QotRight.Level2,
  usQotRight: QotRight.Level2,
  hasUSOptionQotRight: true,
  usOptionQotRight: QotRight.Level1,
  usIndexQotRight: QotRight.Level1,
  usOtcQotRight: QotRight.No,
  usFutureQotRight: QotRight.Level2,
  usCMEFutureQotRight: QotRight.Level2,
  usCBOTFutureQotRight: QotRight.Level2,
  usNYMEXFutureQotRight: QotRight.Level2,
  usCOMEXFutureQotRight: QotRight.Level2,
  usCBOEFutureQotRight: QotRight.No,
  cnQotRight: QotRight.Level1,
  shQotRight: QotRight.Level1,
  szQotRight: QotRight.Level1,
  sgFutureQotRight: QotRight.No,
  jpFutureQotRight: QotRight.No,
  ccQotRight: QotRight.No,
  sgStockQotRight: QotRight.No,
  myStockQotRight: QotRight.No,
  jpStockQotRight: QotRight.No,
  ecQotRight: QotRight.No,
} as const
