import { OrderStatus, TrdCashFlowDirection, TrdEnv } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { HandlerTable } from '../handler.ts'
import { HONG_KONG } from '../market/exchange-zones.ts'
import { openAccount } from './account-access.ts'
import type { World } from '../world.ts'
import type { AccountState, CashFlow, FillState, OrderState } from './account-state.ts'
import { MAX_HISTORY_DAYS } from './bounds.ts'
import { legsOf, listedOrders } from './combo/combo-order.ts'
import { feesOf } from './fees.ts'
import { readFilter } from './list-filter.ts'
import type { FilteredEntry, TimeRange } from './list-filter.ts'
import { marketDate, marketTimeText, parseMarketTime, zoneOfSecMarket, zoneOfTrdMarket } from './market-time.ts'
import { amountOf } from './money.ts'
import { isOpenStatus } from './order-status.ts'
import { fillView, orderView } from './order-view.ts'
import { refusals } from './refusals.ts'
import { isBuySide } from './requirement.ts'

const HISTORY_MS = MAX_HISTORY_DAYS * 86_400_000

/** Most order ids in one fee call, from the documentation. */
const MAX_FEE_ORDERS = 400

/** The calls that list orders, fills, fees and cash movements. */
export const orderListHandlers: HandlerTable = {
  Trd_GetOrderList: (world, { header, filterConditions, filterStatusList = [] }, { nowMs }) => {
    const account = openAccount(world, header, nowMs)
    if ('refusal' in account) return account
    const filter = readFilter(filterConditions, zoneOfTrdMarket(header.trdMarket))
    if ('refusal' in filter) return filter
    const listed = listedOrders(account).filter(
      (one) => isOfToday(one, nowMs) && hasStatus(one, filterStatusList) && filter.passes(orderEntry(one)),
    )
    return { header, orderList: listed.map(orderView) }
  },

  Trd_GetHistoryOrderList: (world, { header, filterConditions, filterStatusList = [] }, { nowMs }) => {
    const account = openAccount(world, header, nowMs)
    if ('refusal' in account) return account
    const filter = readFilter(filterConditions, zoneOfTrdMarket(header.trdMarket), historyRange(nowMs))
    if ('refusal' in filter) return filter
    const listed = listedOrders(account).filter(
      (one) => hasStatus(one, filterStatusList) && filter.passes(orderEntry(one)),
    )
    return { header, orderList: listed.map(orderView) }
  },

  Trd_GetOrderFillList: (world, { header, filterConditions }, { nowMs }) => {
    const account = openAccount(world, header, nowMs)
    if ('refusal' in account) return account
    if (account.profile.trdEnv === TrdEnv.Simulate) return refusals.simulatedNoDeals()
    const filter = readFilter(filterConditions, zoneOfTrdMarket(header.trdMarket))
    if ('refusal' in filter) return filter
    const listed = account.fills.filter((one) => isFillOfToday(one, nowMs) && filter.passes(fillEntry(one)))
    return { header, orderFillList: listed.map(fillView) }
  },

  Trd_GetHistoryOrderFillList: (world, { header, filterConditions }, { nowMs }) => {
    const account = openAccount(world, header, nowMs)
    if ('refusal' in account) return account
    if (account.profile.trdEnv === TrdEnv.Simulate) return refusals.simulatedNoDeals()
    const filter = readFilter(filterConditions, zoneOfTrdMarket(header.trdMarket), historyRange(nowMs))
    if ('refusal' in filter) return filter
    return { header, orderFillList: account.fills.filter((one) => filter.passes(fillEntry(one))).map(fillView) }
  },

  Trd_GetOrderFee: (world, { header, orderIdExList = [] }, { nowMs }) => {
    const account = openAccount(world, header, nowMs)
    if ('refusal' in account) return account
    if (account.profile.trdEnv === TrdEnv.Simulate) return refusals.simulatedNotSupported()
    if (orderIdExList.length > MAX_FEE_ORDERS) return refusals.tooMany('orders', MAX_FEE_ORDERS)
    const requested = new Set(orderIdExList)
    const orderFeeList = []
    for (const order of account.orders) {
      // The legs of a combination are one order here, at the place of the first.
      if (!requested.has(order.orderIdEx) || (order.combo?.orderIdEx ?? order.orderIdEx) !== order.orderIdEx) continue
      orderFeeList.push(feeView(world, account, order))
    }
    return { header, orderFeeList }
  },

  Trd_FlowSummary: (world, c2s, { nowMs }) => {
    const { header, clearingDate, cashFlowDirection = 0, startCreateDate = '', endCreateDate = '' } = c2s
    const account = openAccount(world, header, nowMs)
    if ('refusal' in account) return account
    if (account.profile.trdEnv === TrdEnv.Simulate) return refusals.simulatedNoFlow()
    const [first, last] =
      startCreateDate === '' && endCreateDate === '' ? [clearingDate, clearingDate] : [startCreateDate, endCreateDate]
    const from = parseMarketTime(HONG_KONG, first === '' ? last : first)
    const to = parseMarketTime(HONG_KONG, last === '' ? first : last)
    if (from === null || to === null) return refusals.badDate(from === null ? first : last)
    const listed = account.flows.filter(
      (flow) =>
        flow.timeMs >= from.firstMs &&
        flow.timeMs <= to.lastMs &&
        (cashFlowDirection === TrdCashFlowDirection.Unknown || directionOf(flow) === cashFlowDirection),
    )
    return { header, flowSummaryInfoList: listed.map(flowView) }
  },
}

/** Today's orders: those placed or ended today in their market's zone, and all open ones. */
function isOfToday(order: OrderState, nowMs: number): boolean {
  const zone = zoneOfSecMarket(order.secMarket)
  return isOpenStatus(order.status) || marketDate(zone, order.updateMs) === marketDate(zone, nowMs)
}

function isFillOfToday(fill: FillState, nowMs: number): boolean {
  const zone = zoneOfSecMarket(fill.secMarket)
  return marketDate(zone, fill.createMs) === marketDate(zone, nowMs)
}

/** Deleted orders are listed only if the call filters by that status. */
function hasStatus(order: OrderState, statuses: readonly number[]): boolean {
  return statuses.length === 0 ? order.status !== OrderStatus.Deleted : statuses.includes(order.status)
}

function orderEntry({ code, orderId: id, orderIdEx, trdMarket, createMs: timeMs }: OrderState): FilteredEntry {
  return { code, id, orderIdEx, trdMarket, timeMs }
}

function fillEntry({ code, fillId: id, orderIdEx, trdMarket, createMs: timeMs }: FillState): FilteredEntry {
  return { code, id, orderIdEx, trdMarket, timeMs }
}

/** The span of a history call. A call without one or both ends covers 90 days. */
function historyRange(nowMs: number): (range: TimeRange) => TimeRange {
  return ({ fromMs, toMs }) => {
    if (fromMs === null) return { fromMs: (toMs ?? nowMs) - HISTORY_MS, toMs: toMs ?? nowMs }
    return { fromMs, toMs: toMs ?? fromMs + HISTORY_MS }
  }
}

function feeView(world: World, account: AccountState, order: OrderState): MessageTypes['Trd_Common.OrderFee'] {
  const legs = legsOf(account, order)
  const items = legs.flatMap((leg) => {
    const kind = world.accounts.market.instrument(leg.market, leg.code)?.kind
    const isSell = !isBuySide(leg.side)
    const { secMarket, filledQty: qty, filledValue: value } = leg
    return kind === undefined ? [] : feesOf({ secMarket, kind, isSell, qty, value })
  })
  return {
    orderIDEx: order.orderIdEx,
    feeAmount: amountOf(legs.reduce((sum, leg) => sum + leg.feesPaid, 0)),
    feeList: items.map((item) => ({ title: item.title, value: amountOf(item.amount) })),
  }
}

function directionOf(flow: CashFlow): number {
  return flow.amount < 0 ? TrdCashFlowDirection.Out : TrdCashFlowDirection.In
}

/** Amounts have a sign: negative for outgoing money. Clearing dates are in Hong Kong time, the zone of the accounts. */
function flowView(flow: CashFlow): MessageTypes['Trd_FlowSummary.FlowSummaryInfo'] {
  const date = marketDate(HONG_KONG, flow.timeMs)
  return {
    clearingDate: date,
    settlementDate: date,
    currency: flow.currency,
    cashFlowType: flow.type,
    cashFlowDirection: directionOf(flow),
    cashFlowAmount: amountOf(flow.amount),
    cashFlowRemark: flow.remark,
    cashFlowID: BigInt(flow.flowId),
    createTime: marketTimeText(HONG_KONG, flow.timeMs),
  }
}
