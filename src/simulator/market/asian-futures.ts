import { QotMarketState } from '../../../proto/enums.ts'
import { SINGAPORE, TOKYO } from './exchange-zones.ts'
import { gap, segment, type SessionPlan } from './session-plan.ts'

/*
 * Futures markets whose state OpenD lists in GetGlobalState, and whose contracts are not simulated. The order of the
 * states is that of the Hong Kong futures market, which has the same two sessions.
 */

const WITHOUT_EXTENDED_SESSIONS = {
  overnight: null,
  preMarket: null,
  afterMarket: null,
  afterMarketOnHalfDays: null,
} as const

/**
 * Index futures of the Osaka Exchange by its trading hours since 5 November 2024: day session 8:45 to 15:45; the night
 * session 17:00 to 6:00 belongs to the next trading day. The day session ended at 15:15 before. Trading on national
 * holidays is not modelled.
 */
export const JP_FUTURES: SessionPlan = {
  ...WITHOUT_EXTENDED_SESSIONS,
  zone: TOKYO,
  calendar: 'jp',
  regular: [
    { ...segment('17:00', '30:00', QotMarketState.NightOpen), anchor: 'previous trading day' },
    segment('08:45', '15:45', QotMarketState.FutureDayOpen),
  ],
  regularOnHalfDays: [],
  gaps: [
    gap('08:00', '08:45', QotMarketState.FutureDayWaitForOpen),
    gap('15:45', '16:45', QotMarketState.FutureDayClose),
    gap('16:45', '17:00', QotMarketState.FutureDayWaitForOpen),
  ],
  gapsOnHalfDays: [],
  closedState: QotMarketState.NightEnd,
}

/**
 * The derivatives market of the Singapore Exchange by the hours of its most traded contract, the FTSE China A50: day
 * session (T) 9:00 to 16:30; the session of the evening (T+1) 17:00 to 5:15 belongs to the next trading day. Contracts
 * differ, and OpenD's documents say so at this field.
 */
export const SG_FUTURES: SessionPlan = {
  ...JP_FUTURES,
  zone: SINGAPORE,
  calendar: 'sg futures',
  regular: [
    { ...segment('17:00', '29:15', QotMarketState.NightOpen), anchor: 'previous trading day' },
    segment('09:00', '16:30', QotMarketState.FutureDayOpen),
  ],
  gaps: [
    gap('08:45', '09:00', QotMarketState.FutureDayWaitForOpen),
    gap('16:30', '16:45', QotMarketState.FutureDayClose),
    gap('16:45', '17:00', QotMarketState.FutureDayWaitForOpen),
  ],
}
