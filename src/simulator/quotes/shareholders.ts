import {
  HolderCategory,
  HoldingChangesFilterType,
  Qot_Common_SortField as SortField,
  SortType,
} from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { refuse, type C2S, type CallContext, type Refusal, type S2C } from '../handler.ts'
import type { Security } from '../market/security.ts'
import type { World } from '../world.ts'
import { countOf, rounded } from './figures.ts'
import { holdingsOf, lastDayOf, lastQuarter, quarterText, type Holding } from './holdings.ts'
import { findSecurity, isRefusal } from './lookup.ts'
import { BAD_TIME, marketDay, readSpan } from './market-time.ts'
import { dayFigures } from './session-figures.ts'

/** Quarters that OpenD shows: the last year. */
const QUARTERS = 4

const DEFAULT_PAGE = 10
const MAX_PAGE = 50

/** Key after the last page. */
const LAST_PAGE = '-1'

/** Qot_GetHoldingChangeList: reports of institutions, funds or managers in a span of time, newest first. */
export function getHoldingChangeList(
  world: World,
  { security: ref, holderCategory, beginTime, endTime }: C2S<'Qot_GetHoldingChangeList'>,
  { nowMs }: CallContext,
): S2C<'Qot_GetHoldingChangeList'> | Refusal {
  const security = findSecurity(world, ref)
  if (isRefusal(security)) return security
  const { zone } = security.clock.plan
  const span = readSpan(zone, beginTime ?? '1990-01-01', endTime ?? '2099-12-31')
  if (span === null) return refuse(BAD_TIME)
  const shown = recentHoldings(security, nowMs).filter(({ holder, period }) => {
    const timeMs = marketDay(zone, lastDayOf(period)).timestamp * 1000
    return holder.category === holderCategory && timeMs >= span.fromMs && timeMs <= span.toMs
  })
  return {
    security: ref,
    holdingChangeList: shown.map((holding) => {
      const reported = marketDay(zone, lastDayOf(holding.period))
      return {
        holderName: holding.holder.name,
        holdingQty: holding.shares,
        holdingRatio: rounded(holding.percent, 4),
        changeQty: holding.shares - holding.sharesBefore,
        changeRatio: changePercentOf(holding),
        time: `${reported.text} 00:00:00`,
        timestamp: reported.timestamp,
      }
    }),
  }
}

/** Qot_GetShareholdersHoldingChanges: changes of the last year, filtered, sorted and by page. */
export function getShareholdersHoldingChanges(
  world: World,
  c2s: C2S<'Qot_GetShareholdersHoldingChanges'>,
  { nowMs }: CallContext,
): S2C<'Qot_GetShareholdersHoldingChanges'> | Refusal {
  const security = findSecurity(world, c2s.security)
  if (isRefusal(security)) return security
  const { num = DEFAULT_PAGE, nextKey, sortType, sortColumn = SortField.ShareChangeNum, filterType = 0 } = c2s
  if (num < 1 || num > MAX_PAGE) return refuse(`num must be from 1 to ${MAX_PAGE}`)
  const from = nextKey === undefined || nextKey === '' ? 0 : Number(nextKey)
  if (!Number.isSafeInteger(from) || from < 0) return refuse('next_key is not a key of this call')
  const price = dayFigures(security, nowMs).last
  const direction = sortType === SortType.Asc ? 1 : -1
  const figure = (holding: Holding): number => SORT_FIGURES[sortColumn]?.(holding) ?? changeOf(holding)
  const all = recentHoldings(security, nowMs)
    .filter((holding) => FILTERS[filterType]?.(holding) ?? true)
    .toSorted((one, other) => direction * (figure(one) - figure(other)))
  const page = all.slice(from, from + num)
  return {
    itemList: page.map((holding) => changeItemOf(security, holding, price)),
    nextKey: from + num < all.length ? String(from + num) : LAST_PAGE,
  }
}

/** Qot_GetShareholdersOverview: the holders of a quarter, by name and by category. */
export function getShareholdersOverview(
  world: World,
  { security: ref, periodId }: C2S<'Qot_GetShareholdersOverview'>,
  { nowMs }: CallContext,
): S2C<'Qot_GetShareholdersOverview'> | Refusal {
  const security = findSecurity(world, ref)
  if (isRefusal(security)) return security
  const last = lastQuarter(security, nowMs)
  const periods = Array.from({ length: QUARTERS }, (_, ago) => last - ago)
  const period = periods.find((one) => one === periodId) ?? last
  const holdings = holdingsOf(security, period)
  const reported = marketDay(security.clock.plan.zone, lastDayOf(period))
  const report = (itemList: readonly MessageTypes['Qot_GetShareholdersOverview.OwnershipStaticItem'][]) => [
    { staticDate: BigInt(reported.timestamp), staticDateStr: reported.text, itemList },
  ]
  const largest = holdings.filter(({ shares }) => shares > 0).toSorted((one, other) => other.shares - one.shares)
  const categories = Object.entries(CATEGORY_NAMES).map(([category, name]) => {
    const members = holdings.filter(({ holder }) => holder.category === Number(category))
    return {
      name,
      holderPct: rounded(
        members.reduce((sum, one) => sum + one.percent, 0),
        4,
      ),
      holderId: Number(category),
    }
  })
  return {
    mainHolderInfoList: report(
      largest.map(({ holder, percent }) => ({
        name: holder.name,
        holderPct: rounded(percent, 4),
        holderId: holder.id,
      })),
    ),
    holderTypeInfoList: report(categories),
    holdingPeriodList: periods.map((one) => ({ periodText: quarterText(one), periodId: one })),
  }
}

const CATEGORY_NAMES: Readonly<Record<number, string>> = {
  [HolderCategory.Agency]: '机构',
  [HolderCategory.Fund]: '基金',
  [HolderCategory.SeniorManager]: '高管',
}

const FILTERS: Readonly<Record<number, (holding: Holding) => boolean>> = {
  [HoldingChangesFilterType.Increase]: ({ shares, sharesBefore }) => shares > sharesBefore,
  [HoldingChangesFilterType.Decrease]: ({ shares, sharesBefore }) => shares < sharesBefore,
  [HoldingChangesFilterType.NewIn]: ({ sharesBefore }) => sharesBefore === 0,
  [HoldingChangesFilterType.CloseOut]: ({ shares }) => shares === 0,
}

const SORT_FIGURES: Readonly<Record<number, (holding: Holding) => number>> = {
  [SortField.HoldingDate]: ({ period }) => period,
  [SortField.HolderPctChange]: ({ percent, percentBefore }) => percent - percentBefore,
  [SortField.HolderPct]: ({ percent }) => percent,
}

/** The reports of the last year, newest first. */
function recentHoldings(security: Security, nowMs: number): readonly Holding[] {
  const last = lastQuarter(security, nowMs)
  return Array.from({ length: QUARTERS }, (_, ago) => last - ago).flatMap((period) => holdingsOf(security, period))
}

function changeOf({ shares, sharesBefore }: Holding): number {
  return shares - sharesBefore
}

/** Change in percent of the position before; 100 for a new one. */
function changePercentOf({ shares, sharesBefore }: Holding): number {
  return sharesBefore === 0 ? 100 : rounded((shares / sharesBefore - 1) * 100, 4)
}

function changeItemOf(
  security: Security,
  holding: Holding,
  price: number,
): MessageTypes['Qot_GetShareholdersHoldingChanges.OwnerListItem'] {
  const { holder, period, shares, percent, percentBefore } = holding
  const reported = marketDay(security.clock.plan.zone, lastDayOf(period))
  return {
    periodText: quarterText(period),
    name: holder.name,
    holderId: holder.id,
    shareChangeNum: countOf(changeOf(holding)),
    sharesChangePrice: countOf(changeOf(holding) * price),
    holderPct: rounded(percent, 4),
    holderType: CATEGORY_NAMES[holder.category] ?? '',
    holderTypeId: holder.category,
    holdingDate: BigInt(reported.timestamp),
    holdingDateStr: reported.text,
    holderPctChange: rounded(percent - percentBefore, 4),
    holderQuantity: countOf(shares),
  }
}
