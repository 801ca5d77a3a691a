import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrderStatus, OrderType, TrdEnv, TrdSide } from '../../../proto/enums.ts'
import { type Exits, LEG_KINDS } from '../../../src/orders/exits/exit-price.ts'
import { MAX_ORDERS_OF_EXIT } from '../../../src/base/memory-budget.ts'
import { NO_LIMITS } from '../../../src/limits/key-limits.ts'
import { MOST_WAITING_OF_CALLER } from '../../../src/orders/exits/exit-groups.ts'
import { balanceOf } from '../../../src/orders/exits/plan-exits.ts'
import { openQty } from './exchange.ts'
import { ExitRig } from './exit-rig.ts'

const BOTH: Exits = { takeProfit: { kind: 'price', price: 420 }, stopLoss: { kind: 'price', price: 380 } }

function real(): ExitRig {
  const rig = new ExitRig()
  rig.trdEnv = TrdEnv.Real
  return rig
}

test('a filled order of a real account gets a limit order and a stop order, and the fill of one cancels the other', async () => {
  const rig = real()
  const { id, parent } = await rig.placed(BOTH)
  await rig.pass(5_000)
  assert.deepEqual(rig.ordersOf(id, 'take_profit'), [])
  rig.exchange.execute(parent, 100)
  await rig.pass(5_000)
  const [profit, stop] = [rig.only(id, 'take_profit'), rig.only(id, 'stop_loss')]
  assert.deepEqual([profit.order.orderType, profit.order.price, profit.order.qty], [OrderType.Normal, 420, 100])
  assert.deepEqual([stop.order.orderType, stop.order.auxPrice, stop.order.qty], [OrderType.Stop, 380, 100])
  assert.deepEqual([profit.order.trdSide, stop.order.trdSide], [TrdSide.Sell, TrdSide.Sell])
  rig.exchange.execute(profit, 100)
  await rig.pass(5_000)
  assert.equal(openQty(rig.only(id, 'stop_loss')), 0)
  assert.equal(rig.group(id).isDone, true)
})

test('the stop of a simulated account waits for the price, takes the place of the take profit, and closes the position', async () => {
  const rig = new ExitRig()
  const { id, parent } = await rig.placed(BOTH)
  rig.exchange.execute(parent, 100)
  await rig.pass(10_000)
  assert.equal(openQty(rig.only(id, 'take_profit')), 100)
  assert.deepEqual(rig.ordersOf(id, 'stop_loss'), [])
  rig.exchange.price = 379
  await rig.pass(10_000)
  assert.equal(rig.only(id, 'take_profit').order.orderStatus, OrderStatus.Cancelled_All)
  const stop = rig.only(id, 'stop_loss')
  assert.deepEqual([stop.order.orderType, stop.order.fillQty], [OrderType.Market, 100])
  assert.deepEqual([rig.exchange.position, rig.group(id).isDone], [0, true])
})

test('exits follow partial fills without pushes, and a partial fill of one reduces the other', async () => {
  const rig = real()
  const { id, parent } = await rig.placed(BOTH)
  rig.hasPushes = false
  for (const qty of [30, 50, 20]) {
    rig.exchange.execute(parent, qty)
    await rig.pass(60_000)
    const filled = parent.order.fillQty ?? 0
    for (const kind of ['take_profit', 'stop_loss'] as const) {
      assert.equal(
        rig.ordersOf(id, kind).reduce((sum, order) => sum + openQty(order), 0),
        filled,
        kind,
      )
    }
  }
  const [first] = rig.ordersOf(id, 'take_profit')
  assert.ok(first !== undefined)
  rig.exchange.execute(first, 10)
  await rig.pass(90_000)
  for (const kind of ['take_profit', 'stop_loss'] as const) {
    assert.equal(
      rig.ordersOf(id, kind).reduce((sum, order) => sum + openQty(order), 0),
      90,
      kind,
    )
  }
})

test('distances are measured from the fill, and prices are rounded so that they are reached earlier', async () => {
  const rig = real()
  const exits: Exits = { takeProfit: { kind: 'percent', percent: 1.03 }, stopLoss: { kind: 'ticks', ticks: 7 } }
  const { id, parent } = await rig.placed(exits, { orderType: OrderType.Market, price: undefined })
  assert.equal(parent.order.fillQty, 100)
  await rig.pass(5_000)
  // 404.12 is between two steps of 0.2; seven steps below 400 are 398.6.
  assert.equal(rig.only(id, 'take_profit').order.price, 404)
  assert.equal(rig.only(id, 'stop_loss').order.auxPrice, 398.6)
})

test('a short sale is closed by buying: above as a stop, below as a profit', async () => {
  const rig = real()
  const exits: Exits = { takeProfit: { kind: 'percent', percent: 5 }, stopLoss: { kind: 'percent', percent: 5 } }
  const { id, parent } = await rig.placed(exits, { trdSide: TrdSide.SellShort })
  rig.exchange.execute(parent, 100)
  await rig.pass(5_000)
  const [profit, stop] = [rig.only(id, 'take_profit'), rig.only(id, 'stop_loss')]
  assert.deepEqual([profit.order.trdSide, profit.order.price], [TrdSide.Buy, 380])
  assert.deepEqual([stop.order.trdSide, stop.order.auxPrice], [TrdSide.Buy, 420])
})

test('both exits are filled at the same moment: nothing more is sent, and the excess is reported', async () => {
  const rig = real()
  const { id, parent } = await rig.placed(BOTH)
  rig.exchange.execute(parent, 100)
  await rig.pass(5_000)
  const placed = rig.exchange.orders.length
  rig.exchange.execute(rig.only(id, 'take_profit'), 100)
  rig.exchange.execute(rig.only(id, 'stop_loss'), 100)
  await rig.pass(60_000)
  assert.equal(balanceOf(rig.group(id)), -100)
  assert.deepEqual([rig.exchange.orders.length, rig.group(id).isDone], [placed, true])
})

test('a parent that is cancelled without a fill has no exits; one that is filled in part has exits for that part', async () => {
  const rig = real()
  const [none, part] = [await rig.placed(BOTH), await rig.placed(BOTH)]
  rig.exchange.execute(part.parent, 40)
  rig.exchange.end(none.parent, OrderStatus.Cancelled_All)
  rig.exchange.end(part.parent, OrderStatus.Cancelled_Part)
  await rig.pass(10_000)
  assert.deepEqual([rig.group(none.id).isDone, rig.ordersOf(none.id, 'stop_loss')], [true, []])
  assert.equal(openQty(rig.only(part.id, 'stop_loss')), 40)
})

test('a position that was closed elsewhere withdraws its exits, after two lists', async () => {
  const rig = real()
  const { id, parent } = await rig.placed(BOTH)
  rig.exchange.execute(parent, 100)
  await rig.pass(60_000)
  rig.exchange.position = 0
  await rig.pass(180_000)
  assert.deepEqual([rig.group(id).stopped, rig.group(id).isDone], ['position_gone', true])
  assert.equal(openQty(rig.only(id, 'take_profit')) + openQty(rig.only(id, 'stop_loss')), 0)
})

test('a position that was reduced elsewhere reduces its exits', async () => {
  const rig = real()
  const { id, parent } = await rig.placed(BOTH)
  rig.exchange.execute(parent, 100)
  await rig.pass(60_000)
  rig.exchange.position = 60
  await rig.pass(180_000)
  for (const kind of ['take_profit', 'stop_loss'] as const) {
    assert.equal(
      rig.ordersOf(id, kind).reduce((sum, order) => sum + openQty(order), 0),
      60,
      kind,
    )
  }
})

test('a triggered stop is not sent when the position is gone: it would open one', async () => {
  const rig = new ExitRig()
  const { id, parent } = await rig.placed({ takeProfit: null, stopLoss: { kind: 'price', price: 380 } })
  rig.exchange.execute(parent, 100)
  await rig.pass(10_000)
  rig.exchange.position = 0
  rig.exchange.price = 370
  await rig.pass(300_000)
  assert.deepEqual([rig.ordersOf(id, 'stop_loss'), rig.group(id).stopped], [[], 'position_gone'])
})

test('while trading is halted no exit is placed, the state has the reason, and the end of the halt places it', async () => {
  const rig = real()
  const { id, parent } = await rig.placed(BOTH)
  const scope = { kind: 'caller', caller: 'key:a' } as const
  const by = { isByAdmin: true, caller: 'key:admin', requestId: 'r' }
  void rig.service.killSwitch.halt({ scope, cancelsOpenOrders: false, includesForeign: false, ...by })
  rig.exchange.execute(parent, 100)
  await rig.pass(20_000)
  assert.deepEqual([rig.ordersOf(id, 'stop_loss'), rig.leg(id, 'stop_loss').detail], [[], 'limits.halted'])
  rig.service.killSwitch.resume(scope, { caller: 'key:admin', isAdmin: true })
  await rig.pass(300_000)
  assert.equal(openQty(rig.only(id, 'stop_loss')), 100)
  assert.equal(rig.leg(id, 'stop_loss').detail, null)
})

test('a halt that cancels open orders cancels exits, and they are not placed again', async () => {
  const rig = real()
  const { id, parent } = await rig.placed(BOTH)
  rig.exchange.execute(parent, 100)
  await rig.pass(5_000)
  const scope = { kind: 'caller', caller: 'key:a' } as const
  const by = { isByAdmin: true, caller: 'key:admin', requestId: 'r' }
  void rig.service.killSwitch.halt({ scope, cancelsOpenOrders: true, includesForeign: false, ...by })
  await rig.pass(60_000)
  rig.service.killSwitch.resume(scope, { caller: 'key:admin', isAdmin: true })
  await rig.pass(60_000)
  assert.equal(openQty(rig.only(id, 'take_profit')) + openQty(rig.only(id, 'stop_loss')), 0)
  assert.match(rig.leg(id, 'stop_loss').ended ?? '', /status 15/)
})

test('a revoked key: its exits stay and are still reduced, and no new one is placed', async () => {
  const rig = real()
  const [early, late] = [await rig.placed(BOTH), await rig.placed(BOTH)]
  rig.exchange.execute(early.parent, 100)
  await rig.pass(5_000)
  rig.standing = { code: 'auth.invalid_token' }
  rig.exchange.execute(late.parent, 100)
  await rig.pass(60_000)
  assert.deepEqual(
    [rig.ordersOf(late.id, 'stop_loss'), rig.leg(late.id, 'stop_loss').ended],
    [[], 'auth.invalid_token'],
  )
  rig.exchange.execute(rig.only(early.id, 'take_profit'), 100)
  await rig.pass(10_000)
  assert.equal(openQty(rig.only(early.id, 'stop_loss')), 0)
})

test('an exit of a key whose limits do not allow it has the reason, and the other leg is not affected', async () => {
  const rig = real()
  const limits = { allowedTrdSides: ['BUY'] }
  const { id, parent } = await rig.placed(BOTH, {}, { limits: { ...NO_LIMITS, ...limits } })
  rig.exchange.execute(parent, 100)
  await rig.pass(5_000)
  assert.equal(rig.leg(id, 'stop_loss').ended, 'limits.side')
})

test('a caller has at most a bounded number of orders with exits; a replay makes no second group', async () => {
  const rig = real()
  const once = { idempotencyKey: 'key:once' }
  const { id } = await rig.placed(BOTH, {}, once)
  const again = await rig.placed(BOTH, {}, once)
  assert.equal(again.id, id)
  assert.equal(rig.service.exits.waiting, 1)
  for (let left = MOST_WAITING_OF_CALLER - 1; left > 0; left--) await rig.placed(BOTH)
  await assert.rejects(rig.placed(BOTH), /order\.too_many_exits/)
  await rig.placed(BOTH, {}, { caller: 'key:b' })
})

test('an order that is filled in many parts has few open exits, and they cover all of it', async () => {
  const rig = real()
  const { id, parent } = await rig.placed(BOTH, { qty: 3_000 })
  for (let part = 0; part < 30; part++) {
    rig.exchange.execute(parent, 100)
    await rig.pass(90_000)
  }
  await rig.pass(120_000)
  for (const kind of LEG_KINDS) {
    const open = rig.ordersOf(id, kind).filter((order) => openQty(order) > 0)
    assert.ok(open.length <= MAX_ORDERS_OF_EXIT, `${open.length} orders`)
    assert.equal(
      open.reduce((sum, order) => sum + openQty(order), 0),
      3_000,
      kind,
    )
    assert.ok(rig.leg(id, kind).orders.length <= 2 * MAX_ORDERS_OF_EXIT)
  }
})
