import { Qot_StockFilter_SortDir as SortDir } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { refuse, type C2S, type CallContext, type Refusal, type S2C } from '../handler.ts'
import type { Security } from '../market/security.ts'
import type { World } from '../world.ts'
import { financialFigure } from './financial-figures.ts'
import { customIndicatorValue, indicatorConditions } from './indicator-filter.ts'
import { isRefusal, refOf, symbolOf } from './lookup.ts'
import { within } from './option-chain.ts'
import { findPlate, membersOf } from './plates.ts'
import { accumulatedFigure, stockFigure } from './stock-figures.ts'

/** OpenD's limit of stocks on a page. */
const MAX_PAGE = 200

/** OpenD's own text, as published by users. */
const NEEDS_RANGE = 'The filter field needs to set the range'

type StockData = MessageTypes['Qot_StockFilter.StockData']

/** A figure of a stock and its required range. */
interface Condition {
  readonly figureOf: (security: Security) => number | null
  readonly min: number | undefined
  readonly max: number | undefined
  readonly isFilter: boolean
  /** `Qot_StockFilter.SortDir`. */
  readonly sortDir: number
}

/** Qot_StockFilter: the stocks of a market or plate whose figures are within ranges, sorted, in pages. */
export function stockFilter(
  world: World,
  c2s: C2S<'Qot_StockFilter'>,
  { nowMs }: CallContext,
): S2C<'Qot_StockFilter'> | Refusal {
  if (c2s.begin < 0) return refuse('begin must not be negative')
  if (c2s.num < 1 || c2s.num > MAX_PAGE) return refuse(`num must be from 1 to ${MAX_PAGE}`)
  const candidates = candidatesOf(world, c2s)
  if (isRefusal(candidates)) return candidates
  const conditions = conditionsOf(c2s, nowMs)
  const lacksRange = conditions.some(({ isFilter, min, max }) => isFilter && min === undefined && max === undefined)
  if (lacksRange) return refuse(NEEDS_RANGE)
  const indicators = indicatorConditions(c2s, nowMs)
  if (isRefusal(indicators)) return indicators

  const found = candidates.filter(
    (security) =>
      conditions.every((condition) => passes(condition, security)) && indicators.every((holds) => holds(security)),
  )
  const sorted = sortedBy(conditions, found)
  return {
    lastPage: c2s.begin + c2s.num >= sorted.length,
    allCount: sorted.length,
    dataList: sorted.slice(c2s.begin, c2s.begin + c2s.num).map((security) => stockDataOf(security, c2s, nowMs)),
  }
}

function candidatesOf(world: World, { market, plate }: C2S<'Qot_StockFilter'>): readonly Security[] | Refusal {
  if (plate !== undefined) {
    const found = findPlate(world, plate)
    if (found === null) return refuse(`未知板块 ${symbolOf(plate)}`)
    return membersOf(world, found).filter(({ instrument }) => instrument.market === market)
  }
  const stocks: Security[] = []
  for (const instrument of world.market.securities()) {
    if (instrument.market !== market || instrument.kind !== 'stock') continue
    const security = world.market.security(market, instrument.code)
    if (security !== null) stocks.push(security)
  }
  return stocks
}

function conditionsOf(c2s: C2S<'Qot_StockFilter'>, nowMs: number): readonly Condition[] {
  const { baseFilterList = [], accumulateFilterList = [], financialFilterList = [] } = c2s
  return [
    ...baseFilterList.map((filter) =>
      conditionOf(filter, (security) => stockFigure(security, filter.fieldName, nowMs)),
    ),
    ...accumulateFilterList.map((filter) =>
      conditionOf(filter, (security) => accumulatedFigure(security, filter.fieldName, filter.days, nowMs)),
    ),
    ...financialFilterList.map((filter) =>
      conditionOf(filter, (security) => financialFigure(security, filter.fieldName, filter.quarter)),
    ),
  ]
}

interface RangeFilter {
  readonly filterMin?: number | undefined
  readonly filterMax?: number | undefined
  readonly isNoFilter?: boolean | undefined
  readonly sortDir?: number | undefined
}

/** By default (`isNoFilter` absent) a field is only part of the reply and does not filter. */
function conditionOf(filter: RangeFilter, figureOf: Condition['figureOf']): Condition {
  return {
    figureOf,
    min: filter.filterMin,
    max: filter.filterMax,
    isFilter: filter.isNoFilter === false,
    sortDir: filter.sortDir ?? SortDir.No,
  }
}

function passes({ figureOf, min, max, isFilter }: Condition, security: Security): boolean {
  if (!isFilter) return true
  const figure = figureOf(security)
  return figure !== null && within(figure, min, max)
}

/** Sorts by the first filter with a direction, or by code. */
function sortedBy(conditions: readonly Condition[], securities: readonly Security[]): readonly Security[] {
  const key = conditions.find(({ sortDir }) => sortDir === SortDir.Ascend || sortDir === SortDir.Descend)
  if (key === undefined) return securities.toSorted(byCode)
  const sign = key.sortDir === SortDir.Ascend ? 1 : -1
  const figures = new Map(securities.map((security) => [security, key.figureOf(security) ?? 0]))
  return securities.toSorted(
    (one, other) => sign * ((figures.get(one) ?? 0) - (figures.get(other) ?? 0)) || byCode(one, other),
  )
}

function byCode(one: Security, other: Security): number {
  return one.instrument.code < other.instrument.code ? -1 : 1
}

function stockDataOf(security: Security, c2s: C2S<'Qot_StockFilter'>, nowMs: number): StockData {
  const {
    baseFilterList = [],
    accumulateFilterList = [],
    financialFilterList = [],
    customIndicatorFilterList = [],
  } = c2s
  return {
    security: refOf(security),
    name: security.instrument.name,
    baseDataList: baseFilterList.map(({ fieldName }) => ({
      fieldName,
      value: stockFigure(security, fieldName, nowMs) ?? 0,
    })),
    accumulateDataList: accumulateFilterList.map(({ fieldName, days }) => ({
      fieldName,
      days,
      value: accumulatedFigure(security, fieldName, days, nowMs) ?? 0,
    })),
    financialDataList: financialFilterList.map(({ fieldName, quarter }) => ({
      fieldName,
      quarter,
      value: financialFigure(security, fieldName, quarter) ?? 0,
    })),
    customIndicatorDataList: customIndicatorFilterList.map((filter) => ({
      fieldName: filter.firstFieldName,
      klType: filter.klType,
      value: customIndicatorValue(security, filter, nowMs),
      fieldParaList: filter.firstFieldParaList,
    })),
  }
}
