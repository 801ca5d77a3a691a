import { encodeMessage } from '../../src/wire/encode.ts'

/** What an OpenD that only plays a part says to the calls of a gateway that keeps a link; null to every other call. */
export function scriptedReply(protoId: number): Uint8Array | null {
  switch (protoId) {
    case 1001:
      return encodeMessage('InitConnect.Response', {
        retType: 0,
        s2c: {
          serverVer: 1011,
          loginUserID: 77n,
          connID: 4_611_686_018_427_387_905n,
          connAESKey: '0123456789abcdef',
          keepAliveInterval: 10,
        },
      })
    case 1002:
      return encodeMessage('GetGlobalState.Response', {
        retType: 0,
        s2c: {
          marketHK: 3,
          marketUS: 3,
          marketSH: 3,
          marketSZ: 3,
          marketHKFuture: 3,
          qotLogined: true,
          trdLogined: true,
          serverVer: 1011,
          serverBuildNo: 1,
          time: 1_700_000_000n,
        },
      })
    case 1004:
      return encodeMessage('KeepAlive.Response', { retType: 0, s2c: { time: 1n } })
    case 1005:
      return encodeMessage('GetUserInfo.Response', { retType: 0, s2c: { hkQotRight: 3 } })
    // A login without accounts.
    case 2001:
      return encodeMessage('Trd_GetAccList.Response', { retType: 0, s2c: { accList: [] } })
    case 3001:
      return encodeMessage('Qot_Sub.Response', { retType: 0, s2c: {} })
    case 3003:
      return encodeMessage('Qot_GetSubInfo.Response', { retType: 0, s2c: { totalUsedQuota: 0, remainQuota: 1_000 } })
    default:
      return null
  }
}
