import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { OrderRig, PROTO } from './order-rig.ts'

/** Exits in the real object: placed after the fill, once, also when the object is evicted between any two steps. */

let rig: OrderRig

before(async () => {
  rig = await OrderRig.start()
})
after(() => rig.close())

/** A buy at the market with exits far from the price, which rest and wait. */
const MARKET = { order_type: 'MARKET', price: undefined, take_profit: { percent: 5 }, stop_loss: { percent: 5 } }

const LIMIT = { timeout: 60_000 }

interface LegView {
  readonly type: string
  readonly state: string
  readonly orders: readonly { readonly intent_id: string; readonly phase: string }[]
}

/** The legs of an order once the take profit is open. Between two looks, OpenD sees a further list of the orders. */
async function openLegs(intentId: string): Promise<readonly LegView[]> {
  for (let look = 0; look < 12; look++) {
    const { exits } = (await rig.intent(intentId)) as { readonly exits: { readonly legs: readonly LegView[] } | null }
    const legs = exits?.legs ?? []
    if (legs.some(({ type, state }) => type === 'take_profit' && state === 'open')) return legs
    const seen = rig.opend.seen(PROTO.orders)
    await rig.opend.arrival(PROTO.orders, seen)
    await rig.caughtUp()
  }
  return assert.fail(`the exits are not open: ${JSON.stringify(await rig.intent(intentId))}`)
}

/** The orders to sell that OpenD has. */
function sales() {
  return rig.account.orders.filter(({ side }) => side === 2)
}

test(
  'the exits of a filled order are placed once, although the object is evicted before and while it places them',
  LIMIT,
  async () => {
    const placing = rig.opend.arrival(PROTO.place)
    const answer = await rig.place({ name: 'with-exits', fields: MARKET })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    await placing
    await rig.worker.evict()
    await rig.caughtUp()
    const intentId = String(answer.headers.get('X-Order-Intent'))
    const legs = await openLegs(intentId)
    await rig.worker.evict()
    await rig.caughtUp()
    const again = await openLegs(intentId)
    assert.deepEqual(
      again.map(({ type, state }) => [type, state]),
      [
        ['stop_loss', 'waiting_for_price'],
        ['take_profit', 'open'],
      ],
    )
    const [order, ...others] = legs.flatMap(({ orders }) => orders)
    assert.deepEqual([order?.phase, others], ['live', []])
    assert.equal(sales().length, 1)
    const exit = await rig.intent(order?.intent_id ?? '')
    const listed = (await rig.intentOf('with-exits'))?.['exits'] as { readonly legs: readonly LegView[] } | undefined
    assert.deepEqual(
      listed?.legs.map(({ type }) => type),
      ['stop_loss', 'take_profit'],
    )
    assert.deepEqual([exit['exit_of'], exit['state']], [{ parent: intentId, type: 'take_profit' }, 'accepted'])
  },
)

test('a dry run shows the exits with their prices and places nothing', LIMIT, async () => {
  const before_ = rig.account.orders.length
  const fields = { take_profit: { percent: 5 }, stop_loss: '3 ticks' }
  const { status, body } = await rig.place({ name: 'dry', path: '/api/order?dry_run=true', fields })
  assert.equal(status, 200, JSON.stringify(body))
  const exits = body['exits'] as readonly { readonly type: string; readonly price: number }[]
  assert.deepEqual(
    exits.map(({ type }) => type),
    ['stop_loss', 'take_profit'],
  )
  const [stop, profit] = exits.map(({ price }) => price)
  assert.ok(stop !== undefined && stop < 200 && stop > 195, JSON.stringify(exits))
  assert.ok(profit !== undefined && profit <= 210 && profit > 209, JSON.stringify(exits))
  assert.equal(rig.account.orders.length, before_)
})
