import type { CashFlow, FillState, OrderState, PositionState } from '../trading/account-state.ts'
import { isOpenStatus } from '../trading/order-status.ts'
import type { RecordKind } from './list-records.ts'

/** The records of an account's orders. */
export function orderRecords(accId: string): RecordKind<OrderState> {
  return {
    nameOf: ({ orderId }) => `order/${accId}/${orderId}`,
    // The membership in a combination is replaced by a new one when it changes.
    changes: { copyOf: (order) => ({ ...order }), isSame: isSameOrder },
  }
}

/** The records of an account's positions. */
export function positionRecords(accId: string): RecordKind<PositionState> {
  return {
    nameOf: ({ positionId }) => `position/${accId}/${positionId}`,
    changes: { copyOf: (position) => ({ ...position, today: { ...position.today } }), isSame: isSamePosition },
  }
}

/** The records of an account's fills, which never change. */
export function fillRecords(accId: string): RecordKind<FillState> {
  return { nameOf: ({ fillId }) => `fill/${accId}/${fillId}`, changes: null }
}

/** The records of an account's cash movements, which never change. */
export function flowRecords(accId: string): RecordKind<CashFlow> {
  return { nameOf: ({ flowId }) => `flow/${accId}/${flowId}`, changes: null }
}

/**
 * Compares the members that are not read-only, by name: it runs for each order after each event, and a loop over all
 * names takes ten times as long. An order that has ended can only be deleted, which changes its status.
 */
function isSameOrder(copy: OrderState, order: OrderState): boolean {
  if (copy.status !== order.status) return false
  if (!isOpenStatus(order.status)) return true
  return (
    copy.updateMs === order.updateMs &&
    copy.volumeAhead === order.volumeAhead &&
    copy.extreme === order.extreme &&
    copy.limit === order.limit &&
    copy.filledQty === order.filledQty &&
    copy.filledNotional === order.filledNotional &&
    copy.filledValue === order.filledValue &&
    copy.feesPaid === order.feesPaid &&
    copy.activeDate === order.activeDate &&
    copy.hasMetDay === order.hasMetDay &&
    copy.priority === order.priority &&
    copy.side === order.side &&
    copy.qty === order.qty &&
    copy.price === order.price &&
    copy.auxPrice === order.auxPrice &&
    copy.trailType === order.trailType &&
    copy.trailValue === order.trailValue &&
    copy.trailSpread === order.trailSpread &&
    copy.combo === order.combo &&
    copy.lastErrMsg === order.lastErrMsg
  )
}

function isSamePosition(copy: PositionState, position: PositionState): boolean {
  const [before, today] = [copy.today, position.today]
  return (
    copy.qty === position.qty &&
    copy.cost === position.cost &&
    copy.realised === position.realised &&
    copy.settled === position.settled &&
    before.date === today.date &&
    before.buyQty === today.buyQty &&
    before.buyValue === today.buyValue &&
    before.sellQty === today.sellQty &&
    before.sellValue === today.sellValue &&
    before.realised === today.realised
  )
}
