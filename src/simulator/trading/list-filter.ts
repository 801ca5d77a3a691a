import type { MessageTypes } from '../../../proto/messages.ts'
import type { Refusal } from '../handler.ts'
import type { TimeZone } from '../../base/time/time-zone.ts'
import { parseMarketTime } from './market-time.ts'
import { refusals } from './refusals.ts'

type Conditions = MessageTypes['Trd_Common.TrdFilterConditions']

/** A parsed `Trd_Common.TrdFilterConditions`. An empty list matches everything. */
export interface ListFilter {
  /** Whether an order, fill or position passes. */
  passes(entry: FilteredEntry): boolean
}

/** The members of an entry that the conditions read. */
export interface FilteredEntry {
  readonly code: string
  /** `orderID`, `fillID` or `positionID`: the primary key of the entry. */
  readonly id: string
  /** Null if the entry does not belong to an order. */
  readonly orderIdEx: string | null
  readonly trdMarket: number
  /** Null if the entry has no time. */
  readonly timeMs: number | null
}

/** The ends of a time filter, both inclusive; null if unbounded. */
export interface TimeRange {
  readonly fromMs: number | null
  readonly toMs: number | null
}

/** Parses the conditions of a call, with times in the given zone. Refuses an invalid time. */
export function readFilter(
  conditions: Conditions | undefined,
  zone: TimeZone,
  completeRange: (range: TimeRange) => TimeRange = (range) => range,
): ListFilter | Refusal {
  const range = readRange(conditions, zone)
  if ('refusal' in range) return range
  const { fromMs, toMs } = completeRange(range)
  const codes = setOf(conditions?.codeList)
  const ids = setOf(conditions?.idList?.map(String))
  const orderIdsEx = setOf(conditions?.orderIDExList)
  const trdMarket = conditions?.filterMarket ?? 0
  return {
    passes: (entry) =>
      (codes === null || codes.has(entry.code)) &&
      (ids === null || ids.has(entry.id)) &&
      (orderIdsEx === null || (entry.orderIdEx !== null && orderIdsEx.has(entry.orderIdEx))) &&
      (trdMarket === 0 || entry.trdMarket === trdMarket) &&
      (entry.timeMs === null ||
        ((fromMs === null || entry.timeMs >= fromMs) && (toMs === null || entry.timeMs <= toMs))),
  }
}

function readRange(conditions: Conditions | undefined, zone: TimeZone): TimeRange | Refusal {
  const begin = conditions?.beginTime ?? ''
  const end = conditions?.endTime ?? ''
  const from = begin === '' ? null : parseMarketTime(zone, begin)
  if (begin !== '' && from === null) return refusals.badTime(begin)
  const to = end === '' ? null : parseMarketTime(zone, end)
  if (end !== '' && to === null) return refusals.badTime(end)
  if (from !== null && to !== null && from.firstMs > to.lastMs) return refusals.reversedTimes()
  return { fromMs: from?.firstMs ?? null, toMs: to?.lastMs ?? null }
}

function setOf(values: readonly string[] | undefined): ReadonlySet<string> | null {
  return values === undefined || values.length === 0 ? null : new Set(values)
}
