import { DelayStatisticsType, QotPushType } from '../../../proto/enums.ts'
import type { C2S, S2C } from '../handler.ts'
import type { SessionContext } from '../session/session-handler.ts'

/** The delay that the simulator reports for everything, in ms. Measured delays would differ in each run. */
const COST_MS = 1

/** OpenD's default segments: steps of 2 ms up to 100, then these, then the rest. */
const FINE_STEP_MS = 2
const FINE_END_MS = 100
const LATE_BOUNDS_MS = [500, 1000, 2000]

/** Most segments of one request; OpenD's own rules allow about 130. */
const MAX_SEGMENTS = 200

/** The push that is counted for each type of quote. */
const PUSH_IDS = [
  [QotPushType.Price, 3005],
  [QotPushType.Ticker, 3011],
  [QotPushType.OrderBook, 3013],
  [QotPushType.Broker, 3015],
] as const

/**
 * GetDelayStatistics. The counts are those of the calls and pushes since the start. Every delay is the same small
 * constant, so each count is in one segment.
 */
export function delayStatistics(
  { typeList = [], segmentList = [] }: C2S<'GetDelayStatistics'>,
  { hub }: SessionContext,
): S2C<'GetDelayStatistics'> {
  const { statistics } = hub
  const wants = (type: number): boolean => typeList.length === 0 || typeList.includes(type)
  return {
    qotPushStatisticsList: wants(DelayStatisticsType.QotPush)
      ? PUSH_IDS.map(([type, protoId]) => pushDelays(type, statistics.pushesOf(protoId), segmentList))
      : [],
    reqReplyStatisticsList: wants(DelayStatisticsType.ReqReply)
      ? statistics.calls().map(({ protoId, count }) => ({
          protoID: protoId,
          count,
          totalCostAvg: COST_MS,
          openDCostAvg: COST_MS,
          netDelayAvg: 0,
          isLocalReply: true,
        }))
      : [],
    placeOrderStatisticsList: wants(DelayStatisticsType.PlaceOrder)
      ? statistics
          .orders()
          .map((orderID) => ({ orderID, totalCost: COST_MS, openDCost: COST_MS, netDelay: 0, updateCost: COST_MS }))
      : [],
  }
}

type PushDelays = NonNullable<S2C<'GetDelayStatistics'>['qotPushStatisticsList']>[number]

function pushDelays(qotPushType: number, count: number, segments: readonly number[]): PushDelays {
  const bounds = segmentBounds(segments)
  let seen = 0
  const itemList = bounds.slice(1).map((end, i) => {
    const begin = bounds[i] ?? 0
    const inside = begin <= COST_MS && (end === -1 || COST_MS < end) ? count : 0
    seen += inside
    return { begin, end, count: inside, proportion: percent(inside, count), cumulativeRatio: percent(seen, count) }
  })
  return { qotPushType, itemList, delayAvg: count === 0 ? 0 : COST_MS, count }
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : (part / whole) * 100
}

/** Bounds of the segments in ms, from 0; the last one, -1, means infinity. */
function segmentBounds(requested: readonly number[]): number[] {
  const named = [...new Set(requested.filter((bound) => bound > 0))].slice(0, MAX_SEGMENTS)
  if (named.length > 0) return [0, ...named.toSorted((a, b) => a - b), -1]
  const fine = Array.from({ length: FINE_END_MS / FINE_STEP_MS }, (_, i) => (i + 1) * FINE_STEP_MS)
  return [0, ...fine, ...LATE_BOUNDS_MS, -1]
}
