import type { S2C } from '../handler.ts'
import { programStatus } from '../session/login.ts'
import type { SessionContext } from '../session/session-handler.ts'
import { SERVER_BUILD, SERVER_VERSION } from './identity.ts'

/** GetGlobalState: the states of the markets, OpenD's login and its time. */
export function globalState({ hub, connId, marketMs }: SessionContext): S2C<'GetGlobalState'> {
  const states = hub.world.market.marketStates(marketMs)
  return {
    marketHK: states.hk,
    marketUS: states.us,
    marketSH: states.sh,
    marketSZ: states.sz,
    marketHKFuture: states.hkFuture,
    marketUSFuture: states.usFuture,
    marketSGFuture: states.sgFuture,
    marketJPFuture: states.jpFuture,
    qotLogined: hub.login === 'in',
    trdLogined: hub.login === 'in',
    serverVer: SERVER_VERSION,
    serverBuildNo: SERVER_BUILD,
    time: BigInt(Math.floor(marketMs / 1000)),
    localTime: marketMs / 1000,
    programStatus: programStatus(hub.login),
    qotSvrIpAddr: '127.0.0.1',
    trdSvrIpAddr: '127.0.0.1',
    connID: connId,
  }
}
