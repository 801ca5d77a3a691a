import { ModifyOrderOp, TimeInForce, TrdEnv, TrdMarket } from '../../../proto/enums.ts'
import type { C2S, HandlerTable } from '../handler.ts'
import { openUnlockedAccount } from './account-access.ts'
import type { NewTerms } from './modify-order.ts'
import { findOrder } from './account-state.ts'
import { isOpenStatus } from './order-status.ts'
import type { OrderRequest } from './place-order.ts'
import { refusals } from './refusals.ts'

/** The calls that change orders. The session has already checked packet id and rate. */
export const orderHandlers: HandlerTable = {
  Trd_PlaceOrder: (world, c2s, { nowMs }) => {
    const { header } = c2s
    const account = openUnlockedAccount(world, header, nowMs)
    if ('refusal' in account) return account
    const order = world.accounts.place(account, requestOf(c2s), nowMs)
    if ('refusal' in order) return order
    return { header, orderID: BigInt(order.orderId), orderIDEx: order.orderIdEx }
  },

  Trd_ModifyOrder: (world, c2s, { nowMs }) => {
    const { header, orderID, orderIDEx = '', modifyOrderOp } = c2s
    const account = openUnlockedAccount(world, header, nowMs)
    if ('refusal' in account) return account
    if (c2s.forAll === true) {
      if (modifyOrderOp !== ModifyOrderOp.Cancel) return refusals.forAllCancelsOnly()
      if (account.profile.trdEnv === TrdEnv.Simulate) return refusals.simulatedNoCancelAll()
      const trdMarket = c2s.trdMarket === undefined || c2s.trdMarket === TrdMarket.Unknown ? null : c2s.trdMarket
      world.accounts.cancelAll(account, trdMarket, nowMs)
      return { header, orderID: 0n, orderIDEx: '' }
    }
    const order = findOrder(account, orderID, orderIDEx)
    if (order === null) return refusals.unknownOrder()
    const refusal = world.accounts.modify(account, order, modifyOrderOp, newTermsOf(c2s), nowMs)
    return refusal ?? { header, orderID: BigInt(order.orderId), orderIDEx: order.orderIdEx }
  },

  /** The simulator never requires a confirmation, so confirming an open order succeeds without a change. */
  Trd_ReconfirmOrder: (world, { header, orderID }, { nowMs }) => {
    const account = openUnlockedAccount(world, header, nowMs)
    if ('refusal' in account) return account
    const order = findOrder(account, orderID, '')
    if (order === null) return refusals.unknownOrder()
    return isOpenStatus(order.status) ? { header, orderID } : refusals.orderNotOpen()
  },
}

function requestOf(c2s: C2S<'Trd_PlaceOrder'>): OrderRequest {
  return {
    trdMarket: c2s.header.trdMarket,
    secMarket: c2s.secMarket === undefined || c2s.secMarket === 0 ? null : c2s.secMarket,
    code: c2s.code,
    side: c2s.trdSide,
    orderType: c2s.orderType,
    qty: c2s.qty,
    price: c2s.price ?? null,
    auxPrice: c2s.auxPrice ?? null,
    trailType: c2s.trailType ?? null,
    trailValue: c2s.trailValue ?? null,
    trailSpread: c2s.trailSpread ?? null,
    adjustPrice: c2s.adjustPrice ?? false,
    adjustSideAndLimit: c2s.adjustSideAndLimit ?? 0,
    timeInForce: c2s.timeInForce ?? TimeInForce.DAY,
    expireTime: c2s.expireTime ?? null,
    session: c2s.session ?? null,
    fillOutsideRth: c2s.fillOutsideRTH ?? false,
    remark: c2s.remark ?? null,
    amount: c2s.amount === undefined || c2s.amount === 0 ? null : c2s.amount,
  }
}

/** Clients send 0 to leave a price unchanged. */
function newTermsOf(c2s: C2S<'Trd_ModifyOrder'>): NewTerms {
  return {
    qty: positive(c2s.qty),
    price: positive(c2s.price),
    auxPrice: positive(c2s.auxPrice),
    trailType: positive(c2s.trailType),
    trailValue: positive(c2s.trailValue),
    trailSpread: c2s.trailSpread ?? null,
    adjustPrice: c2s.adjustPrice ?? false,
    adjustSideAndLimit: c2s.adjustSideAndLimit ?? 0,
  }
}

function positive(value: number | undefined): number | null {
  return value === undefined || value === 0 ? null : value
}
