import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyRig, readError } from './rig.ts'

const HEADER = { trd_env: 'simulate', acc_id: '281756455988247813', trd_market: 'HK' }
const SENT = {
  packetID: { connID: 0n, serialNo: 0 },
  header: { trdEnv: 0, accID: 281756455988247813n, trdMarket: 1 },
  modifyOrderOp: 2,
}
const BIG = '14862735488205987840'

async function sent(path: string, body: object): Promise<object> {
  const { gateway, send } = keyRig(['trade:simulate'])
  const response = await send(`POST ${path}`, { body })
  assert.equal(response.status, 200, await response.text())
  assert.equal(gateway.orders[0]?.protoId, 2205)
  return gateway.only('Trd_ModifyOrder')
}

async function refused(path: string, body: object, code: string, says: RegExp): Promise<void> {
  const { gateway, send } = keyRig(['trade:simulate'])
  const error = await readError(await send(`POST ${path}`, { body }), 400)
  assert.equal(error.code, code, error.error)
  assert.match(error.error, says)
  assert.equal(gateway.touched, 0)
}

test('an order is cancelled by its number, digit for digit, or by its other id, flat or nested', async () => {
  const cancel = { ...SENT, orderID: BigInt(BIG) }
  const bodies = [
    { header: HEADER, order_id: BIG },
    { ...HEADER, order_id: BIG },
    { c2s: { ...HEADER, orderID: BIG } },
    { header: HEADER, order_id: BIG, modify_order_op: 'CANCEL', packet_id: { conn_id: 1, serial_no: 2 } },
    { header: HEADER, trd_market: 1, order_id: BIG, order_id_ex: null, qty: null },
  ]
  for (const body of bodies) assert.deepEqual(await sent('/api/cancel-order', body), cancel)
  const body = JSON.stringify({ ...HEADER, order_id: 0 }).replace('"order_id":0', `"order_id":${BIG}`)
  const { gateway, send } = keyRig(['trade:simulate'])
  await send('POST /api/cancel-order', { body })
  assert.deepEqual(gateway.only('Trd_ModifyOrder'), cancel)
  assert.deepEqual(await sent('/api/cancel-order', { ...HEADER, order_id_ex: 'FT77' }), {
    ...SENT,
    orderID: 0n,
    orderIDEx: 'FT77',
  })
})

test('an order is changed by either of its ids, and a change names one', async () => {
  const change = { ...HEADER, modify_order_op: 'NORMAL', qty: 100, price: 300 }
  assert.partialDeepStrictEqual(await sent('/api/modify-order', { ...change, order_id_ex: 'FT77' }), {
    orderID: 0n,
    orderIDEx: 'FT77',
    modifyOrderOp: 1,
  })
  assert.partialDeepStrictEqual(await sent('/api/modify-order', { ...change, order_id: BIG }), { orderID: BigInt(BIG) })
  const all = { ...HEADER, modify_order_op: 'CANCEL', for_all: true }
  assert.partialDeepStrictEqual(await sent('/api/modify-order', all), { orderID: 0n, forAll: true })
  for (const ids of [{}, { order_id: 0 }, { order_id: '0', order_id_ex: '' }, { order_id: 0, for_all: false }]) {
    const says = /^order_id: .* expected order_id or order_id_ex or for_all$/
    await refused('/api/modify-order', { ...change, ...ids }, 'request.missing_field', says)
  }
})

test('a cancel without an order, or with what a cancel has no use for, is refused', async () => {
  for (const ids of [{}, { order_id: 0 }, { order_id_ex: '' }, { order_id: '0', order_id_ex: '' }]) {
    await refused('/api/cancel-order', { ...HEADER, ...ids }, 'request.missing_field', /^order_id: .* or order_id_ex/)
  }
  const order = { header: HEADER, order_id: 7 }
  await refused('/api/cancel-order', { ...order, qty: 100 }, 'request.unknown_field', /^qty/)
  await refused('/api/cancel-order', { c2s: { ...order, price: 1 } }, 'request.unknown_field', /^c2s\.price/)
  await refused('/api/cancel-order', { ...order, for_all: true }, 'request.unknown_field', /^for_all/)
  await refused(
    '/api/cancel-order',
    { ...order, modify_order_op: 4 },
    'request.invalid_value',
    /^modify_order_op: expected 2/,
  )
  await refused('/api/cancel-order', { ...order, trd_market: 2 }, 'request.invalid_value', /^trd_market: .*header/)
  await refused('/api/cancel-order', { order_id: 7 }, 'request.missing_field', /^header/)
})

test('cancelling all names no order: of the account, or of one market', async () => {
  const all = { ...SENT, orderID: 0n, forAll: true }
  assert.deepEqual(await sent('/api/cancel-all-order', { header: HEADER }), all)
  assert.deepEqual(await sent('/api/cancel-all-order', { ...HEADER }), { ...all, trdMarket: 1 })
  assert.deepEqual(await sent('/api/cancel-all-order', { header: HEADER, trd_market: 2 }), { ...all, trdMarket: 2 })
  assert.deepEqual(await sent('/api/cancel-all-order', { header: HEADER, for_all: true, order_id: 0 }), all)
})

test('cancelling all cannot be turned into anything else', async () => {
  const path = '/api/cancel-all-order'
  await refused(path, { header: HEADER, for_all: false }, 'request.invalid_value', /^for_all: expected true/)
  await refused(path, { header: HEADER, order_id: 7 }, 'request.invalid_value', /^order_id: expected 0/)
  await refused(path, { header: HEADER, order_id_ex: 'FT77' }, 'request.unknown_field', /^order_id_ex/)
  await refused(path, { header: HEADER, modify_order_op: 'Enable' }, 'request.invalid_value', /^modify_order_op/)
})
