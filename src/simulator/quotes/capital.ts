import { KLType, Qot_Common_PeriodType as PeriodType } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { refuse, type C2S, type CallContext, type Refusal, type S2C } from '../handler.ts'
import { barPeriodOf, type DayPeriod } from '../market/bar-period.ts'
import { capitalFlowOf, netBig, netMid, netOf, netSmall, netSuper, type CapitalSums } from '../market/capital-flow.ts'
import type { Security } from '../market/security.ts'
import { utcMsOf } from '../../base/time/time-zone.ts'
import type { World } from '../world.ts'
import { rounded } from './figures.ts'
import { findSecurity, isRefusal } from './lookup.ts'
import { BAD_SPAN, BAD_TIME, marketTime, readSpan, type TimeSpan } from './market-time.ts'

type FlowItem = MessageTypes['Qot_GetCapitalFlow.CapitalFlowItem']

/** Most days of one sum: OpenD has capital flow of one year. */
const MAX_DAYS = 260

/** Qot_GetCapitalDistribution: today's incoming and outgoing money by size of print. */
export function getCapitalDistribution(
  world: World,
  c2s: C2S<'Qot_GetCapitalDistribution'>,
  { nowMs }: CallContext,
): S2C<'Qot_GetCapitalDistribution'> | Refusal {
  const security = findSecurity(world, c2s.security)
  if (isRefusal(security)) return security
  const sums = capitalFlowOf(security).until(nowMs)
  const updated = marketTime(security, security.stateAt(nowMs)?.timeMs ?? nowMs)
  return {
    capitalInSuper: rounded(sums.inSuper, 3),
    capitalInBig: rounded(sums.inBig, 3),
    capitalInMid: rounded(sums.inMid, 3),
    capitalInSmall: rounded(sums.inSmall, 3),
    capitalOutSuper: rounded(sums.outSuper, 3),
    capitalOutBig: rounded(sums.outBig, 3),
    capitalOutMid: rounded(sums.outMid, 3),
    capitalOutSmall: rounded(sums.outSmall, 3),
    updateTime: updated.text,
    updateTimestamp: updated.timestamp,
  }
}

/** Qot_GetCapitalFlow: the net flow of the current day by minute, or of past days, weeks or months. */
export function getCapitalFlow(
  world: World,
  c2s: C2S<'Qot_GetCapitalFlow'>,
  { nowMs }: CallContext,
): S2C<'Qot_GetCapitalFlow'> | Refusal {
  const security = findSecurity(world, c2s.security)
  if (isRefusal(security)) return security
  const periodType = c2s.periodType ?? PeriodType.INTRADAY
  const lastValid = marketTime(security, security.stateAt(nowMs)?.timeMs ?? nowMs)
  const last = { lastValidTime: lastValid.text, lastValidTimestamp: lastValid.timestamp }
  if (periodType === PeriodType.INTRADAY) return { flowItemList: intradayFlow(security, nowMs), ...last }
  const klType = KL_TYPES.get(periodType)
  const period = klType === undefined ? null : barPeriodOf(klType)
  if (period?.unit !== 'day') return refuse(`unknown period_type ${periodType}`)
  const span = spanOf(security, c2s.beginTime, c2s.endTime, nowMs)
  if (typeof span === 'string') return refuse(span)
  return { flowItemList: periodFlow(security, period, span, nowMs), ...last }
}

const KL_TYPES: ReadonlyMap<number, number> = new Map([
  [PeriodType.DAY, KLType.Day],
  [PeriodType.WEEK, KLType.Week],
  [PeriodType.MONTH, KLType.Month],
])

/** One item per minute, each with the net flow since the open. */
function intradayFlow(security: Security, nowMs: number): readonly FlowItem[] {
  const state = security.stateAt(nowMs)
  if (state === null) return []
  const grid = security.clock.sessionsOf(state.dayIndex).regular
  const flow = capitalFlowOf(security)
  const items: FlowItem[] = []
  for (let minute = 0; minute <= state.minute; minute++) {
    const sums = minute === state.minute ? flow.until(nowMs) : flow.through(state.dayIndex, minute)
    items.push(flowItem(security, sums, grid.minuteEndMs(minute)))
  }
  return items
}

/** One item for each day, week or month in the span, summed over the days within the span. */
function periodFlow(security: Security, period: DayPeriod, span: TimeSpan, nowMs: number): readonly FlowItem[] {
  const state = security.stateAt(nowMs)
  if (state === null) return []
  const { calendar, plan } = security.clock
  const flow = capitalFlowOf(security)
  const groups = new Map<number, CapitalSums>()
  const firstDay = Math.max(security.series.firstDay, state.dayIndex - MAX_DAYS + 1)
  for (let dayIndex = firstDay; dayIndex <= state.dayIndex; dayIndex++) {
    const epochDay = calendar.dayAt(dayIndex)
    const midnightMs = utcMsOf(plan.zone, epochDay, 0)
    if (midnightMs < span.fromMs || midnightMs > span.toMs || security.series.dayBar(dayIndex) === null) continue
    const sums = dayIndex === state.dayIndex ? flow.until(nowMs) : flow.onDay(dayIndex)
    const start = period.spanStart(epochDay)
    const before = groups.get(start)
    groups.set(start, before === undefined ? sums : added(before, sums))
  }
  return [...groups].map(([start, sums]) => flowItem(security, sums, utcMsOf(plan.zone, start, 0)))
}

function flowItem(security: Security, sums: CapitalSums, timeMs: number): FlowItem {
  const { text, timestamp } = marketTime(security, timeMs)
  return {
    inFlow: rounded(netOf(sums), 3),
    time: text,
    timestamp,
    // "Main" money is the sum of the two largest sizes.
    mainInFlow: rounded(netSuper(sums) + netBig(sums), 3),
    superInFlow: rounded(netSuper(sums), 3),
    bigInFlow: rounded(netBig(sums), 3),
    midInFlow: rounded(netMid(sums), 3),
    smlInFlow: rounded(netSmall(sums), 3),
  }
}

function added(one: CapitalSums, other: CapitalSums): CapitalSums {
  return {
    inSuper: one.inSuper + other.inSuper,
    inBig: one.inBig + other.inBig,
    inMid: one.inMid + other.inMid,
    inSmall: one.inSmall + other.inSmall,
    outSuper: one.outSuper + other.outSuper,
    outBig: one.outBig + other.outBig,
    outMid: one.outMid + other.outMid,
    outSmall: one.outSmall + other.outSmall,
  }
}

const YEAR_MS = 365 * 86_400_000

/** The requested span, by default the last year; or the error as text. */
function spanOf(
  security: Security,
  begin: string | undefined,
  end: string | undefined,
  nowMs: number,
): TimeSpan | string {
  const { zone } = security.clock.plan
  const today = marketTime(security, nowMs).text.slice(0, 10)
  const yearAgo = marketTime(security, nowMs - YEAR_MS).text.slice(0, 10)
  const isGiven = (text: string | undefined): text is string => text !== undefined && text !== ''
  const span = readSpan(zone, isGiven(begin) ? begin : yearAgo, isGiven(end) ? end : today)
  if (span === null) return BAD_TIME
  return span.fromMs > span.toMs ? BAD_SPAN : span
}
