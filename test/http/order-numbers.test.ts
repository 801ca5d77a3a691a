import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyRig, readError } from './rig.ts'

/** A refusal of which nothing is written down. */
const NO_ENTRY = { intentId: null, state: 'refused', isReplay: false } as const

const { gateway, send } = keyRig(['trade:simulate'])
const HEADER = { trd_env: 0, acc_id: 5, trd_market: 1 }
const ORDER = { header: HEADER, trd_side: 1, order_type: 1, code: '00700', qty: 100, price: 300 }
const CHANGE = { header: HEADER, order_id: 7, modify_order_op: 1, qty: 100, price: 300 }

test('a new order needs a quantity above 0, or an amount: anything else is refused before limits and OpenD', async () => {
  gateway.forget()
  const cases = [
    [{ ...ORDER, qty: -100 }, 'qty'],
    [{ ...ORDER, qty: 0 }, 'qty'],
    [{ ...ORDER, qty: -0.5, amount: 100 }, 'qty'],
    [{ ...ORDER, qty: 0, amount: 0 }, 'qty'],
    [{ ...ORDER, amount: -1 }, 'amount'],
    [{ c2s: { ...ORDER, qty: 0 } }, 'c2s.qty'],
  ] as const
  for (const [body, path] of cases) {
    for (const query of ['', '?dry_run=true']) {
      const error = await readError(await send(`POST /api/order${query}`, { body }), 400)
      assert.deepEqual([error.code, error['path']], ['request.invalid_value', path])
      assert.match(error.error, /expected a number/)
    }
  }
  for (const qty of [-1, -0.001]) {
    const error = await readError(await send('POST /api/modify-order', { body: { ...CHANGE, qty } }), 400)
    assert.deepEqual([error.code, error['path']], ['request.invalid_value', 'qty'])
  }
  assert.equal(gateway.touched, 0)
})

test('a fraction, an order by amount and the 0 of a cancel pass', async () => {
  for (const body of [
    { ...ORDER, qty: 0.0388 },
    { ...ORDER, qty: 0, amount: 50 },
    { ...ORDER, price: -1 },
  ]) {
    assert.equal((await send('POST /api/order', { body })).status, 200)
  }
  const cancel = { ...CHANGE, modify_order_op: 2, qty: 0, price: 0 }
  assert.equal((await send('POST /api/modify-order', { body: cancel })).status, 200)
})

test('an account id that JavaScript has rounded: the answer says to send it as a string', async () => {
  const hint = /Send acc_id as a string: JavaScript rounds/
  const cases = [
    ['281756479345015400', true],
    ['281756479345015392', true],
    ['281756479345015383', false],
    ['9007199254740992', true],
    ['9007199254740991', false],
    ['5', false],
  ] as const
  for (const [accId, isRounded] of cases) {
    const failure = { code: 'trade.unknown_account', accId } as const
    gateway.orderAnswer = { reply: { kind: 'refused', failure, ...NO_ENTRY }, budgets: null }
    const { error } = await readError(await send('POST /api/order', { body: ORDER }), 400)
    assert.match(error, /^acc_id \d+ is not an account of this login; GET \/api\/accounts lists the accounts\./)
    assert.equal(hint.test(error), isRounded, error)
  }
  gateway.orderAnswer = null
})

test('the same for reads, whether the key or OpenD refuses the account', async () => {
  const hint = /\. Send acc_id as a string: JavaScript rounds/
  const refusal = { retType: -1, retMsg: 'the account does not exist' }
  for (const fields of [{}, { allowed_acc_ids: ['281756479345015383'] }]) {
    const reads = keyRig(['acc:read'], fields)
    reads.gateway.answer('Trd_GetFunds', refusal)
    const status = fields.allowed_acc_ids === undefined ? 400 : 403
    for (const [accId, isRounded] of [
      ['281756479345015400', true],
      ['281756479345015392', false],
      ['5', false],
    ] as const) {
      const body = `{"trd_env":1,"acc_id":${accId},"trd_market":1}`
      const { error } = await readError(await reads.send('POST /api/funds', { body }), status)
      assert.equal(hint.test(error), isRounded, error)
    }
  }
})
