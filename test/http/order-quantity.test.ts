import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SCOPES } from '../../src/auth/scope.ts'
import { NOTHING_KNOWN } from '../../src/limits/market/market-facts.ts'
import { valueOf } from '../../src/limits/order-value.ts'
import { limitFactsOf, readOrderCall } from '../../src/orders/order-call.ts'
import { keyRig, readError } from './rig.ts'

const { gateway, send } = keyRig(SCOPES)

const ORDER = { trd_env: 0, acc_id: 5, trd_market: 'US', symbol: 'US.AAPL', trd_side: 'BUY', order_type: 'MARKET' }
const BILLION = 1_000_000_000n

async function placed(body: object) {
  const response = await send('POST /api/order', { body: { ...ORDER, ...body } })
  assert.equal(response.status, 200, await response.text())
  const call = readOrderCall(2202, gateway.orders.at(-1)?.body ?? new Uint8Array())
  return { call, value: valueOf(limitFactsOf(call, null), NOTHING_KNOWN, { digits: 5n, scale: 0 }) }
}

test('an order by amount needs no quantity, goes upstream with 0, and is worth its amount to the limits', async () => {
  for (const body of [{ amount: 250.5 }, { amount: 250.5, qty: 0 }]) {
    const { call, value } = await placed(body)
    assert.partialDeepStrictEqual(call.c2s, { qty: 0, amount: 250.5 })
    assert.equal(value.total, (2505n * BILLION) / 10n)
  }
})

test('part of a share goes upstream as it is and is worth its part', async () => {
  const facts = { ...NOTHING_KNOWN, contractMultiplier: 1 }
  const { call } = await placed({ order_type: 'NORMAL', qty: 0.0388, price: 250 })
  assert.partialDeepStrictEqual(call.c2s, { qty: 0.0388 })
  assert.equal(valueOf(limitFactsOf(call, null), facts, { digits: 5n, scale: 0 }).total, (97n * BILLION) / 10n)
})

test('an order with neither is refused, and so is one with an amount of nothing', async () => {
  const before = gateway.touched
  for (const body of [{}, { amount: 0 }, { amount: null }]) {
    const error = await readError(await send('POST /api/order', { body: { ...ORDER, ...body } }), 400)
    assert.equal(error.code, 'request.missing_field')
    assert.match(error.error, /^qty: .*or an amount above 0 instead$/)
  }
  assert.equal(gateway.touched, before)
})
