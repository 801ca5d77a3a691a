import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyRig, readError } from './rig.ts'

const HEADER = { trd_env: 0, acc_id: 5, trd_market: 1 }
const ORDER = { header: HEADER, trd_side: 1, order_type: 1, code: '00700', qty: 100, price: 300 }

test('limits on orders do not hold up reads', async () => {
  const { send } = keyRig(['acc:read'], { max_order_value: 1000, allowed_markets: [] })
  assert.equal((await send('POST /api/funds', { body: HEADER })).status, 200)
})

test('who is limited to some accounts cannot lock trade for everybody without the scope for it', async () => {
  const lock = { body: { unlock: false } }
  for (const limit of [{ allowed_acc_ids: ['5'] }, { allowed_card_nums: ['1234'] }]) {
    const { gateway, send } = keyRig(['trade:real'], limit)
    const error = await readError(await send('POST /api/unlock-trade', lock), 403)
    assert.deepEqual(error['required_scopes'], ['trade:unlock'])
    assert.match(error.error, /trade:unlock/)
    assert.equal(gateway.calls.length, 0)
    assert.equal((await send('POST /api/unlock-trade', { body: { unlock: true, password: '123456' } })).status, 200)
    assert.equal((await keyRig(['trade:unlock'], limit).send('POST /api/unlock-trade', lock)).status, 200)
  }
  assert.equal((await keyRig(['trade:real']).send('POST /api/unlock-trade', lock)).status, 200)
  assert.equal(
    (await keyRig(['trade:real', 'trade:unlock'], { allowed_acc_ids: ['5'] }).send('POST /api/unlock-trade', lock))
      .status,
    200,
  )
})

test('a refusal does not say whose token it was, nor what else it may do', async () => {
  const { send } = keyRig(['qot:read', 'metrics'], { allowed_acc_ids: [5] })
  const error = await readError(await send('POST /api/order', { body: ORDER }), 403)
  assert.doesNotMatch(JSON.stringify(error), /bot|metrics|qot/)
})
