import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { OrderStatus, OrderType, TrdAccType, TrdEnv } from '../../../proto/enums.ts'
import type { AccountState, OrderState } from '../../../src/simulator/trading/account-state.ts'
import { Accounts } from '../../../src/simulator/trading/accounts.ts'
import { MAX_FLOWS_PER_ACCOUNT } from '../../../src/simulator/trading/bounds.ts'
import { feesOf } from '../../../src/simulator/trading/fees.ts'
import { FIRST_STATUSES, isAllowedMove, isOpenStatus } from '../../../src/simulator/trading/order-status.ts'
import { isBuySide } from '../../../src/simulator/trading/requirement.ts'
import { DEFAULT_PASSWORD_MD5 } from '../../../src/simulator/trading/unlock.ts'
import { Player, sessions } from './random-session.ts'
import type { Step } from './random-session.ts'
import { ScriptedMarket, hongKongMs } from './scripted-market.ts'

const START_MS = hongKongMs(9, 10)

function opened(seed: number): Accounts {
  const accounts = Accounts.open(new ScriptedMarket(seed), { openedMs: START_MS })
  accounts.setLock(true, DEFAULT_PASSWORD_MD5, null)
  return accounts
}

/** Money neither appears nor vanishes: a client's sums over fills, fees and positions must meet its balance. */
function assertConserved({ profile, cash, positions, orders, flows }: AccountState): void {
  for (const { currency, deposited, balance, fees, realised } of cash) {
    const held = positions.filter((one) => one.currency === currency && one.isCashSettled)
    const cost = held.reduce((sum, one) => sum + one.cost, 0)
    assert.equal(balance, deposited - cost - fees + realised, `currency ${currency} of ${profile.accId}`)
    const paid = orders.filter((one) => one.currency === currency).reduce((sum, one) => sum + one.feesPaid, 0)
    assert.equal(fees, paid, 'fees of the account are those of its orders')
    // A statement at its bound has dropped its oldest lines.
    if (profile.trdEnv === TrdEnv.Real && flows.length < MAX_FLOWS_PER_ACCOUNT) {
      const moved = flows.filter((one) => one.currency === currency).reduce((sum, one) => sum + one.amount, 0)
      assert.equal(balance, moved, 'the statement adds up to the balance')
    }
    if (profile.accType === TrdAccType.Cash) assert.ok(balance >= 0, `cash account ${profile.accId} overdrawn: ${balance}`)
  }
  for (const { code, qty, cost } of positions) {
    if (qty === 0) assert.equal(cost, 0)
    if (profile.accType === TrdAccType.Cash) assert.ok(qty >= 0, `cash account is short of ${code}`)
    const dealt = orders.filter((one) => one.code === code)
    const net = dealt.reduce((sum, one) => sum + (isBuySide(one.side) ? one.filledQty : -one.filledQty), 0)
    assert.equal(qty, net, `position in ${code} is what its orders filled`)
  }
}

function assertSane(accounts: Accounts, order: OrderState): void {
  assert.ok(order.filledQty >= 0 && order.filledQty <= order.qty, 'filled more than ordered')
  assert.equal(order.status === OrderStatus.Filled_All, order.filledQty === order.qty)
  const instrument = accounts.market.instrument(order.market, order.code)
  assert.ok(instrument !== null)
  const isSell = !isBuySide(order.side)
  const base = { secMarket: order.secMarket, kind: instrument.kind, isSell, qty: order.filledQty, value: order.filledValue }
  const items = feesOf(base).reduce((sum, item) => sum + item.amount, 0)
  assert.equal(order.feesPaid, items, 'the fee items add up to what was paid')
}

/** Every fill lies within the limit its order had at that moment, and statuses move along allowed arrows only. */
function assertStories(player: Player): void {
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
        const price = (order.filledNotional - before.filledNotional) / qty
        assert.ok(isBuySide(order.side) ? price <= order.limit : price >= order.limit, 'filled through its limit')
        if (order.orderType === OrderType.AbsoluteLimit) assert.equal(price, order.limit)
      }
    }
    last.set(order.orderId, order)
  }
}

function play(accounts: Accounts, player: Player, steps: readonly Step[]): void {
  for (const step of steps) player.play(accounts, step)
}

test('random sessions conserve money, respect limits and quantities, and tell stories that make sense', () => {
  let accepted = 0
  let fills = 0
  const property = fc.property(fc.nat(1_000_000), sessions(2500), (seed, steps) => {
    const accounts = opened(seed)
    const player = new Player(START_MS)
    for (const step of steps) {
      player.play(accounts, step)
      for (const account of accounts.state.accounts) assertConserved(account)
    }
    for (const account of accounts.state.accounts) for (const order of account.orders) assertSane(accounts, order)
    assertStories(player)
    accepted += player.accepted
    fills += player.events.filter((event) => event.kind === 'fill').length
  })
  fc.assert(property, { numRuns: 6, endOnFailure: true })
  console.log(accepted, fills)
  assert.ok(accepted > 500 && fills > 100, `the sessions did not trade: ${accepted} orders, ${fills} fills`)
})

test('a snapshot in the middle, through JSON, changes nothing that follows', () => {
  const property = fc.property(fc.nat(1000), sessions(80), sessions(80), (seed, before, after) => {
    const straight = opened(seed)
    const player = new Player(START_MS)
    play(straight, player, before)
    const restored = Accounts.restore(straight.market, JSON.parse(JSON.stringify(straight.snapshot())))
    const other = new Player(player.nowMs)
    const heardBefore = player.events.length
    play(straight, player, after)
    play(restored, other, after)
    assert.deepEqual(restored.snapshot(), straight.snapshot())
    assert.deepEqual(other.events, player.events.slice(heardBefore))
  })
  fc.assert(property, { numRuns: 15 })
})

test('the same input gives the same output, in however many steps time is passed on', () => {
  const slices = fc.array(fc.integer({ min: 1, max: 100_000 }), { maxLength: 5 })
  const property = fc.property(fc.nat(1000), sessions(80), slices, (seed, steps, cuts) => {
    const one = opened(seed)
    const other = opened(seed)
    const [player, finePlayer] = [new Player(START_MS), new Player(START_MS)]
    for (const step of steps) {
      player.play(one, step)
      if (step.kind === 'wait') for (const cut of cuts) if (cut < step.ms) other.advance(finePlayer.nowMs + cut)
      finePlayer.play(other, step)
    }
    assert.deepEqual(finePlayer.events, player.events)
    assert.deepEqual(other.snapshot(), one.snapshot())
  })
  fc.assert(property, { numRuns: 15 })
})

test('no order stays open for ever: a day order ends with its day, a good-till order with its date', () => {
  const property = fc.property(fc.nat(1000), sessions(60), (seed, steps) => {
    const accounts = opened(seed)
    const player = new Player(START_MS)
    play(accounts, player, steps)
    for (let days = 1; days <= 110; days += 6) accounts.advance(player.nowMs + days * 86_400_000)
    for (const account of accounts.state.accounts) {
      for (const order of account.orders) assert.ok(!isOpenStatus(order.status), `still open: ${order.status}`)
    }
  })
  fc.assert(property, { numRuns: 5 })
})
