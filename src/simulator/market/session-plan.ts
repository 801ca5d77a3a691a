import { QotMarketState } from '../../../proto/enums.ts'
import type { TimeZone } from '../../base/time/time-zone.ts'
import { HONG_KONG, NEW_YORK, SHANGHAI } from './exchange-zones.ts'
import type { CalendarName } from './trading-calendar.ts'

/** A period of continuous trading, in minutes after midnight of its anchor day; above 1440 on the next day. */
export interface SessionSegment {
  readonly startMinute: number
  readonly endMinute: number
  /** `Qot_Common.QotMarketState` during the period. */
  readonly state: number
  /**
   * The day from which the minutes count. A futures night session belongs to the following trading day, so its anchor
   * is the previous trading day (or calendar day).
   */
  readonly anchor: 'trading day' | 'previous trading day' | 'previous calendar day'
}

/** A period of a trading day without trading in which the market has a state other than closed. */
export interface SessionGap {
  readonly startMinute: number
  readonly endMinute: number
  readonly state: number
}

/** The sessions of one exchange in a day. Bars, quotes and volumes are those of the regular session. */
export interface SessionPlan {
  readonly zone: TimeZone
  readonly calendar: CalendarName
  readonly regular: readonly SessionSegment[]
  readonly regularOnHalfDays: readonly SessionSegment[]
  /** Before the pre-market of its trading day: it begins on the evening before. */
  readonly overnight: SessionSegment | null
  readonly preMarket: SessionSegment | null
  readonly afterMarket: SessionSegment | null
  readonly afterMarketOnHalfDays: SessionSegment | null
  readonly gaps: readonly SessionGap[]
  readonly gapsOnHalfDays: readonly SessionGap[]
  /** The state at times outside of all segments and gaps. */
  readonly closedState: number
}

/** Whether securities of that plan trade outside of their regular session. */
export function hasExtendedSessions({ overnight, preMarket, afterMarket }: SessionPlan): boolean {
  return overnight !== null || preMarket !== null || afterMarket !== null
}

/** HKEX securities: opening auction 9:00, morning to 12:00, afternoon to 16:00, closing auction to 16:10. */
export const HK_SECURITIES: SessionPlan = {
  zone: HONG_KONG,
  calendar: 'hk',
  regular: [segment('09:30', '12:00', QotMarketState.Morning), segment('13:00', '16:00', QotMarketState.Afternoon)],
  regularOnHalfDays: [segment('09:30', '12:00', QotMarketState.Morning)],
  overnight: null,
  preMarket: null,
  afterMarket: null,
  afterMarketOnHalfDays: null,
  gaps: [
    gap('09:00', '09:20', QotMarketState.Auction),
    gap('09:20', '09:30', QotMarketState.WaitingOpen),
    gap('12:00', '13:00', QotMarketState.Rest),
    gap('16:00', '16:10', QotMarketState.HkCas),
  ],
  gapsOnHalfDays: [
    gap('09:00', '09:20', QotMarketState.Auction),
    gap('09:20', '09:30', QotMarketState.WaitingOpen),
    gap('12:00', '12:10', QotMarketState.HkCas),
  ],
  closedState: QotMarketState.Closed,
}

/**
 * NYSE and Nasdaq in New York time: overnight from 20:00 of the evening before, pre-market from 4:00, regular 9:30 to
 * 16:00, after hours to 20:00. The overnight session belongs to the trading day that follows, as at the trading system
 * behind it: so it runs from Sunday to Thursday, and not in the evening before a holiday. The states and hours are those
 * of OpenD's table of market states, in which a US stock between two sessions has the state "after hours ended", never
 * "closed".
 */
export const US_SECURITIES: SessionPlan = {
  zone: NEW_YORK,
  calendar: 'us',
  regular: [segment('09:30', '16:00', QotMarketState.Afternoon)],
  regularOnHalfDays: [segment('09:30', '13:00', QotMarketState.Afternoon)],
  overnight: { ...segment('20:00', '28:00', QotMarketState.OVERNIGHT), anchor: 'previous calendar day' },
  preMarket: segment('04:00', '09:30', QotMarketState.PreMarketBegin),
  afterMarket: segment('16:00', '20:00', QotMarketState.AfterHoursBegin),
  afterMarketOnHalfDays: segment('13:00', '17:00', QotMarketState.AfterHoursBegin),
  gaps: [],
  gapsOnHalfDays: [],
  closedState: QotMarketState.AfterHoursEnd,
}

/** US indexes and options: the regular session only. */
export const US_REGULAR_ONLY: SessionPlan = {
  ...US_SECURITIES,
  overnight: null,
  preMarket: null,
  afterMarket: null,
  afterMarketOnHalfDays: null,
  closedState: QotMarketState.Closed,
}

/** Shanghai and Shenzhen: opening auction 9:15 to 9:25, morning to 11:30, afternoon to 15:00. */
export const CN_SECURITIES: SessionPlan = {
  zone: SHANGHAI,
  calendar: 'cn',
  regular: [segment('09:30', '11:30', QotMarketState.Morning), segment('13:00', '15:00', QotMarketState.Afternoon)],
  regularOnHalfDays: [],
  overnight: null,
  preMarket: null,
  afterMarket: null,
  afterMarketOnHalfDays: null,
  gaps: [
    gap('09:15', '09:25', QotMarketState.Auction),
    gap('09:25', '09:30', QotMarketState.WaitingOpen),
    gap('11:30', '13:00', QotMarketState.Rest),
  ],
  gapsOnHalfDays: [],
  closedState: QotMarketState.Closed,
}

/** HKEX index futures: the night session 17:15 to 3:00 counts for the next trading day; day session 9:15 to 16:30. */
export const HK_FUTURES: SessionPlan = {
  zone: HONG_KONG,
  calendar: 'hk',
  regular: [
    { ...segment('17:15', '27:00', QotMarketState.NightOpen), anchor: 'previous trading day' },
    segment('09:15', '12:00', QotMarketState.FutureDayOpen),
    segment('13:00', '16:30', QotMarketState.FutureDayOpen),
  ],
  regularOnHalfDays: [
    { ...segment('17:15', '27:00', QotMarketState.NightOpen), anchor: 'previous trading day' },
    segment('09:15', '12:30', QotMarketState.FutureDayOpen),
  ],
  overnight: null,
  preMarket: null,
  afterMarket: null,
  afterMarketOnHalfDays: null,
  gaps: [
    gap('08:45', '09:15', QotMarketState.FutureDayWaitForOpen),
    gap('12:00', '13:00', QotMarketState.FutureDayBreak),
    gap('16:30', '16:45', QotMarketState.FutureDayClose),
    // "Night wait" (20) is marked as obsolete; OpenD's table has one state for both waits.
    gap('16:45', '17:15', QotMarketState.FutureDayWaitForOpen),
  ],
  gapsOnHalfDays: [
    gap('08:45', '09:15', QotMarketState.FutureDayWaitForOpen),
    gap('12:30', '24:00', QotMarketState.FutureDayClose),
  ],
  closedState: QotMarketState.NightEnd,
}

/**
 * CME index futures: 18:00 of the previous day to 17:00, New York time. The hour between two trading days is closed:
 * the state "break" is one inside a trading day, which these contracts no longer have.
 */
export const US_FUTURES: SessionPlan = {
  zone: NEW_YORK,
  calendar: 'us',
  regular: [{ ...segment('18:00', '41:00', QotMarketState.FutureOpen), anchor: 'previous calendar day' }],
  regularOnHalfDays: [{ ...segment('18:00', '37:00', QotMarketState.FutureOpen), anchor: 'previous calendar day' }],
  overnight: null,
  preMarket: null,
  afterMarket: null,
  afterMarketOnHalfDays: null,
  gaps: [],
  gapsOnHalfDays: [],
  closedState: QotMarketState.FutureClose,
}

/** The same market, open around the clock on every day of the year, for demonstrations at any hour. */
export function alwaysOpen(plan: SessionPlan): SessionPlan {
  return {
    zone: plan.zone,
    calendar: 'every day',
    regular: [segment('00:00', '24:00', plan.regular[0]?.state ?? QotMarketState.Morning)],
    regularOnHalfDays: [],
    overnight: null,
    preMarket: null,
    afterMarket: null,
    afterMarketOnHalfDays: null,
    gaps: [],
    gapsOnHalfDays: [],
    closedState: plan.closedState,
  }
}

/** A period of continuous trading, `HH:MM` to `HH:MM`, on its trading day. */
export function segment(start: string, end: string, state: number): SessionSegment {
  return { startMinute: minuteOf(start), endMinute: minuteOf(end), state, anchor: 'trading day' }
}

/** A period without trading, `HH:MM` to `HH:MM`. */
export function gap(start: string, end: string, state: number): SessionGap {
  return { startMinute: minuteOf(start), endMinute: minuteOf(end), state }
}

/** `HH:MM`; hours from 24 are on the next day. */
function minuteOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))
}
