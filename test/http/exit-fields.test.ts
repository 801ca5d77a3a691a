import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Exits } from '../../src/orders/exits/exit-price.ts'
import { keyRig, readError } from './rig.ts'

const HEADER = { trd_env: 0, acc_id: 5, trd_market: 1 }
const ORDER = { header: HEADER, trd_side: 1, order_type: 1, code: '00700', qty: 100, price: 300 }

const { gateway, send } = keyRig(['trade:simulate'])

async function exitsOf(body: object): Promise<Exits | undefined> {
  const response = await send('POST /api/order', { body })
  assert.equal(response.status, 200, await response.clone().text())
  return gateway.orders.at(-1)?.exits
}

test('exits are prices or distances, in every form, beside the message or in its wrapper; OpenD never gets them', async () => {
  const price = { kind: 'price', price: 310 }
  const percent = { kind: 'percent', percent: 2.5 }
  const ticks = { kind: 'ticks', ticks: 20 }
  const plain = await exitsOf(ORDER)
  assert.equal(plain, undefined)
  const message = gateway.orders.at(-1)?.body
  const forms: readonly (readonly [unknown, unknown, unknown, unknown])[] = [
    [310, '2.5%', price, percent],
    [{ price: 310 }, { percent: 2.5 }, price, percent],
    ['20 ticks', { ticks: 20 }, ticks, ticks],
    ['20ticks', null, ticks, null],
  ]
  for (const [takeProfit, stopLoss, profit, stop] of forms) {
    const fields = { take_profit: takeProfit, stop_loss: stopLoss }
    const wanted = { takeProfit: profit, stopLoss: stop }
    assert.deepEqual(await exitsOf({ ...ORDER, ...fields }), wanted)
    assert.deepEqual(await exitsOf({ c2s: { ...ORDER, ...fields } }), wanted)
    assert.deepEqual(await exitsOf({ c2s: ORDER, ...fields }), wanted)
    assert.deepEqual(gateway.orders.at(-1)?.body, message)
  }
  assert.equal(await exitsOf({ ...ORDER, take_profit: null }), undefined)
})

test('an exit that is malformed, or on the wrong side of the order, is refused at its field', async () => {
  const refused: readonly (readonly [object, string])[] = [
    [{ take_profit: '310 HKD' }, 'take_profit'],
    [{ take_profit: true }, 'take_profit'],
    [{ take_profit: { price: 310, ticks: 3 } }, 'take_profit'],
    [{ stop_loss: { percent: 100 } }, 'stop_loss'],
    [{ stop_loss: '0 ticks' }, 'stop_loss'],
    [{ stop_loss: { tick: 3 } }, 'stop_loss.tick'],
    [{ stop_loss: -1 }, 'stop_loss'],
    [{ take_profit: 299 }, 'take_profit'],
    [{ stop_loss: 301 }, 'stop_loss'],
    [{ trd_side: 2, take_profit: 301 }, 'take_profit'],
    [{ trd_side: 2, stop_loss: 299 }, 'stop_loss'],
    [{ order_type: 2, price: undefined, take_profit: 300, stop_loss: 301 }, 'stop_loss'],
    [{ trd_side: 4, stop_loss: 310 }, 'trd_side'],
  ]
  const before = gateway.orders.length
  for (const [change, path] of refused) {
    const response = await send('POST /api/order', { body: { ...ORDER, ...change } })
    assert.equal((await readError(response, 400))['path'], path, JSON.stringify(change))
  }
  assert.equal(gateway.orders.length, before)
})

test('a change of an order has no exits', async () => {
  const body = { header: HEADER, order_id: '7', modify_order_op: 1, qty: 100, price: 300, stop_loss: 290 }
  const response = await send('POST /api/modify-order', { body })
  assert.equal((await readError(response, 400)).code, 'request.unknown_field')
})
