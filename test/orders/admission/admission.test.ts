import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrderType, TrdMarket, TrdSecMarket } from '../../../proto/enums.ts'
import type { KeyLimits } from '../../../src/limits/key-limits.ts'
import { MOST_ENTRIES_OF_CALLER } from '../../../src/orders/ledger.ts'
import type { OrderAnswer } from '../../../src/orders/request.ts'
import { placeOrder, restingOrder } from '../../limits/sample-orders.ts'
import { OrderPathRig, PLAY_ID } from '../order-rig.ts'
import { failed, limits } from '../order-values.ts'

function codeOf({ reply }: OrderAnswer): string {
  return reply.kind === 'refused' ? reply.failure.code : reply.kind
}

test('a key with a list of accounts cannot find out whether another account exists', async () => {
  const rig = new OrderPathRig()
  const limited = { limits: limits({ allowedAccIds: [PLAY_ID] }) }
  const { header } = placeOrder()
  for (const accID of [9n, 12_345n]) {
    assert.equal(codeOf(await rig.done(rig.place({ header: { ...header, accID } }, limited))), 'limits.account')
  }
  // The account list is not read for that.
  rig.accounts = { code: 'gateway.not_ready', detail: 'test', retryInMs: null }
  assert.equal(codeOf(await rig.done(rig.place({ header: { ...header, accID: 9n } }, limited))), 'limits.account')
  assert.equal(codeOf(await rig.done(rig.place({}, limited))), 'gateway.not_ready')
})

test('a caller with the most stored entries places no more orders, and the kill switch still cancels', async () => {
  const rig = new OrderPathRig()
  rig.ledger.countOf = () => MOST_ENTRIES_OF_CALLER - 1
  assert.equal(codeOf(await rig.done(rig.place())), 'answered')
  rig.ledger.countOf = () => MOST_ENTRIES_OF_CALLER
  assert.equal(codeOf(await rig.done(rig.place())), 'order.ledger_full')
  assert.equal(codeOf(await rig.done(rig.cancel({ orderID: 1n }, { isKillSwitch: true }))), 'answered')
})

test('a key with a list of markets cancels only on those markets, and only orders that OpenD lists', async () => {
  const rig = new OrderPathRig()
  const limited = { limits: limits({ allowedMarkets: ['HK'] }) }
  const hongKong = restingOrder({ orderID: 7n, orderIDEx: 'FT7' })
  const us = { code: 'AAPL', secMarket: TrdSecMarket.US, trdMarket: TrdMarket.US }
  rig.listed = [hongKong, restingOrder({ orderID: 8n, orderIDEx: 'FT8', ...us })]
  const outcomes: string[] = []
  for (const orderID of [7n, 8n, 99n]) outcomes.push(codeOf(await rig.done(rig.cancel({ orderID }, limited))))
  assert.deepEqual(outcomes, ['answered', 'limits.market', 'limits.market'])
  assert.equal(rig.count(2205), 1)
})

test('a cancel of an order of the gateway needs no list, and its markets are checked', async () => {
  const rig = new OrderPathRig()
  const { header } = placeOrder()
  await rig.done(rig.place())
  const own = rig.latest
  // An order of the United States, sent under the market of the United States by a caller without limits.
  await rig.done(
    rig.place({ header: { ...header, trdMarket: TrdMarket.US }, code: 'AAPL', secMarket: TrdSecMarket.US }),
  )
  const foreign = rig.latest
  rig.answers.set(2201, () => failed('gateway.not_ready', false))
  const limited = { limits: limits({ allowedMarkets: ['HK'] }) }
  const outcomes: string[] = []
  for (const { orderId } of [own, foreign]) {
    outcomes.push(codeOf(await rig.done(rig.cancel({ orderID: BigInt(orderId ?? 0) }, limited))))
  }
  // An order placed elsewhere is known only from the list; without a list its failure is returned.
  outcomes.push(codeOf(await rig.done(rig.cancel({ orderID: 99n }, limited))))
  assert.deepEqual(outcomes, ['answered', 'limits.market', 'gateway.not_ready'])
  assert.equal(rig.count(2205), 1)
})

test('a call that is refused in any case sends nothing to OpenD, so it uses none of the limits of others', async () => {
  const market = { orderType: OrderType.Market }
  const cases: readonly [string, KeyLimits, (rig: OrderPathRig) => void][] = [
    ['limits.halted', limits({ maxOrderValue: 1 }), (rig) => void rig.switches.halt({ kind: 'all' }, true)],
    ['auth.invalid_token', limits({ maxOrderValue: 1 }), (rig) => (rig.standing = { code: 'auth.invalid_token' })],
    ['limits.rate', limits({ maxOrderValue: 1, maxOrdersPerMinute: 0 }), () => undefined],
    ['limits.side', limits({ maxOrderValue: 1, allowedTrdSides: ['SELL'] }), () => undefined],
    ['limits.symbol', limits({ maxOrderValue: 1, allowedSymbols: ['US.AAPL'] }), () => undefined],
    ['limits.market', limits({ maxOrderValue: 1, allowedMarkets: ['US'] }), () => undefined],
  ]
  for (const [code, key, prepare] of cases) {
    const rig = new OrderPathRig()
    prepare(rig)
    assert.equal(codeOf(await rig.done(rig.place(market, { limits: key }))), code)
    assert.deepEqual(rig.sent, [], code)
    if (code === 'limits.side' || code === 'limits.symbol' || code === 'limits.market') continue
    assert.equal(codeOf(await rig.done(rig.modify({ qty: 200 }, { limits: key }))), code)
    assert.deepEqual(rig.sent, [], `${code} of a change`)
  }
  // The market that a change names decides, whatever order it is about.
  const rig = new OrderPathRig()
  const { header } = placeOrder()
  const key = { limits: limits({ maxOrderValue: 1, allowedMarkets: ['HK'] }) }
  const change = { header: { ...header, trdMarket: TrdMarket.US } }
  assert.equal(codeOf(await rig.done(rig.modify(change, key))), 'limits.market')
  assert.equal(codeOf(await rig.done(rig.cancel(change, key))), 'limits.market')
  assert.deepEqual(rig.sent, [])
})

test('a code or order id longer than any of OpenD is refused and stored shortened', async () => {
  const rig = new OrderPathRig()
  const long = 'A'.repeat(250_000)
  for (const call of [rig.place({ code: long }), rig.cancel({ orderIDEx: long }), rig.modify({ orderIDEx: long })]) {
    const { reply } = await rig.done(call)
    assert.equal(reply.kind === 'refused' && reply.failure.code, 'request.invalid_value')
    assert.ok(JSON.stringify({ ...rig.latest, reservation: null }).length < 2_000)
  }
  assert.deepEqual(rig.sent, [])
})
