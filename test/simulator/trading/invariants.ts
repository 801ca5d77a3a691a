import assert from 'node:assert/strict'
import { OrderStatus, OrderType, TrdAccType, TrdEnv } from '../../../proto/enums.ts'
import type { AccountState, OrderState } from '../../../src/simulator/trading/account-state.ts'
import type { Accounts } from '../../../src/simulator/trading/accounts.ts'
import { MAX_FLOWS_PER_ACCOUNT } from '../../../src/simulator/trading/bounds.ts'
import { legsOf, ratioOf, signOf } from '../../../src/simulator/trading/combo/combo-order.ts'
import { feesOf } from '../../../src/simulator/trading/fees.ts'
import { valueOf } from '../../../src/simulator/trading/money.ts'
import { FIRST_STATUSES, isAllowedMove, isOpenStatus } from '../../../src/simulator/trading/order-status.ts'
import { roundQty } from '../../../src/simulator/trading/quantity.ts'
import { isBuySide } from '../../../src/simulator/trading/requirement.ts'
import { CLOSE_OUT_REMARK } from '../../../src/simulator/trading/risk/close-out.ts'
import { isExposed, marginStateOf } from '../../../src/simulator/trading/risk/margin-state.ts'
import { phaseOf } from '../../../src/simulator/trading/session-phase.ts'
import { valueAccount } from '../../../src/simulator/trading/valuation.ts'
import type { Player } from './random-session.ts'

const CHARGES: ReadonlySet<string> = new Set(['Margin Interest', 'Short Fee'])

/**
 * Money neither appears nor vanishes: a client's sums over fills, fees and positions must meet its balance. Contracts that
 * `hasExpired` are settled without an order.
 */
export function assertConserved(
  { profile, cash, positions, orders, flows }: AccountState,
  hasExpired: (market: number, code: string) => boolean = () => false,
): void {
  for (const { currency, deposited, balance, fees, realised, interest } of cash) {
    const held = positions.filter((one) => one.currency === currency && one.isCashSettled)
    const cost = held.reduce((sum, one) => sum + one.cost, 0)
    assert.equal(balance, deposited - cost - fees - interest + realised, `currency ${currency} of ${profile.accId}`)
    const paid = orders.filter((one) => one.currency === currency).reduce((sum, one) => sum + one.feesPaid, 0)
    assert.equal(fees, paid, 'fees of the account are those of its orders')
    // A statement at its bound has dropped its oldest lines.
    if (profile.trdEnv === TrdEnv.Real && flows.length < MAX_FLOWS_PER_ACCOUNT) {
      const moved = flows.filter((one) => one.currency === currency).reduce((sum, one) => sum + one.amount, 0)
      assert.equal(balance, moved, 'the statement adds up to the balance')
      const charged = flows.filter((one) => one.currency === currency && CHARGES.has(one.type))
      const sum = charged.reduce((total, one) => total - one.amount, 0)
      assert.equal(interest, sum, 'the charges of the statement add up to the interest')
    }
    if (profile.accType === TrdAccType.Cash) {
      assert.equal(interest, 0, 'a cash account has no loan')
      assert.ok(balance >= 0, `cash account ${profile.accId} overdrawn: ${balance}`)
    }
  }
  for (const { market, code, qty, cost, settled, isCashSettled } of positions) {
    if (qty === 0) assert.deepEqual([cost, settled], [0, 0])
    if (isCashSettled) assert.equal(settled, 0, 'only futures settle daily')
    if (profile.accType === TrdAccType.Cash) assert.ok(qty >= 0, `cash account is short of ${code}`)
    const dealt = orders.filter((one) => one.code === code)
    const net = dealt.reduce((sum, one) => sum + (isBuySide(one.side) ? one.filledQty : -one.filledQty), 0)
    const left = hasExpired(market, code) ? 0 : roundQty(net)
    assert.equal(qty, left, `position in ${code} is what its orders filled`)
  }
}

/** An order fits its own fills and fees. */
export function assertSane(accounts: Accounts, order: OrderState): void {
  assert.ok(order.filledQty >= 0 && order.filledQty <= order.qty, 'filled more than ordered')
  assert.equal(order.status === OrderStatus.Filled_All, order.filledQty === order.qty)
  const instrument = accounts.market.instrument(order.market, order.code)
  assert.ok(instrument !== null)
  const isSell = !isBuySide(order.side)
  const base = {
    secMarket: order.secMarket,
    kind: instrument.kind,
    isSell,
    qty: order.filledQty,
    value: order.filledValue,
  }
  const items = feesOf(base).reduce((sum, item) => sum + item.amount, 0)
  assert.equal(order.feesPaid, items, 'the fee items add up to what was paid')
}

/** Every fill lies within the limit its order had at that moment, and statuses move along allowed arrows only. */
export function assertOrderTraces(player: Player): void {
  const last = new Map<string, OrderState>()
  for (const event of player.events) {
    if (event.kind !== 'order') continue
    const { order } = event
    const before = last.get(order.orderId)
    if (before === undefined) assert.ok(FIRST_STATUSES.includes(order.status), `first status ${order.status}`)
    else {
      assert.ok(isAllowedMove(before.status, order.status), `${before.status} -> ${order.status}`)
      assert.ok(order.filledQty >= before.filledQty)
      assert.ok(order.updateMs >= before.updateMs, 'time runs backwards for a listener')
      const qty = order.filledQty - before.filledQty
      if (qty > 0 && order.limit !== null) {
        const price = Math.round((order.filledNotional - before.filledNotional) / qty)
        assert.ok(isBuySide(order.side) ? price <= order.limit : price >= order.limit, 'filled through its limit')
        if (order.orderType === OrderType.AbsoluteLimit) assert.equal(price, order.limit)
      }
    }
    last.set(order.orderId, order)
  }
}

/**
 * The legs of a combination keep its ratio, and a net price is never exceeded: with a limit all legs are filled in full
 * or none is.
 */
export function assertCombo(account: AccountState, order: OrderState): void {
  const { combo } = order
  if (combo === null) return
  const legs = legsOf(account, order)
  for (const leg of legs) assert.equal(leg.qty, combo.qty * ratioOf(leg))
  if (combo.price === null) return
  const filled = legs.filter((leg) => leg.filledQty > 0)
  assert.ok(filled.length === 0 || legs.every((leg) => leg.filledQty === leg.qty), 'a combination was filled in part')
  const cost = filled.reduce((sum, leg) => sum + signOf(leg) * leg.filledValue, 0)
  if (filled.length > 0) assert.ok(cost <= valueOf(combo.price * combo.qty, combo.multiplier), 'above its net price')
}

/** After the check at the end of a minute, an account below its maintenance margin has only the broker's orders. */
export function assertClosingOut(accounts: Accounts, account: AccountState, nowMs: number): void {
  const value = valueAccount(accounts.market, account, account.profile.baseCurrency, nowMs)
  const trades = account.positions.some(({ market, code, qty }) => {
    const instrument = qty === 0 ? null : accounts.market.instrument(market, code)
    return instrument !== null && phaseOf(accounts.market.tradingState(instrument, nowMs)) === 'regular'
  })
  if (!trades || !isExposed(account) || marginStateOf(value) !== 'closing out') return
  for (const order of account.orders) {
    if (isOpenStatus(order.status)) assert.equal(order.remark, CLOSE_OUT_REMARK, 'an order of the holder is still open')
  }
}
