import type { SessionHandlerTable } from '../session/session-handler.ts'
import { delayStatistics } from './delay-statistics.ts'
import { globalState } from './global-state.ts'
import { userInfo } from './user-info.ts'

/** Handlers of the calls about OpenD itself: 1002 to 1010, and the history quota. The TCP session does InitConnect. */
export const systemHandlers: SessionHandlerTable = {
  GetGlobalState: (_c2s, context) => globalState(context),

  KeepAlive: (_c2s, { marketMs }) => ({ time: BigInt(Math.floor(marketMs / 1000)) }),

  GetUserInfo: (c2s, context) => userInfo(c2s, context),

  // A simulated login never requires a picture or phone code, so every verification succeeds.
  Verification: () => ({}),

  GetDelayStatistics: (c2s, context) => delayStatistics(c2s, context),

  // Internal to OpenD. Its commands are not published, so each is acknowledged with its own name.
  TestCmd: ({ cmd }) => ({ cmd, resultStr: '' }),

  UsedQuota: (_c2s, { hub, nowMs, marketMs }) => ({
    usedSubQuota: hub.subscriptions.used(nowMs),
    usedKLineQuota: hub.historyQuota.used(marketMs),
  }),

  Qot_RequestHistoryKLQuota: (c2s, { hub, marketMs }) =>
    hub.historyQuota.report(
      c2s.bGetDetail ?? false,
      marketMs,
      ({ market, code }) => hub.world.market.instrument(market, code)?.name ?? code,
    ),
}
