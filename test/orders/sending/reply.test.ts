import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outcomeOf } from '../../../src/orders/sending/reply.ts'
import { decodeMessage } from '../../../src/wire/decode.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { failed } from '../order-values.ts'
import { placed, refusal } from '../sample-replies.ts'

test('only an acceptance, a refusal and an unsent call are certain outcomes', () => {
  const states = [
    [placed(7n), 'accepted'],
    [refusal(2202, -1), 'rejected'],
    [refusal(2202, -500), 'rejected'],
    [refusal(2202, -100), 'unknown'],
    [refusal(2202, -200), 'unknown'],
    [refusal(2202, -400), 'unknown'],
    [refusal(2202, -2), 'unknown'],
    [refusal(2202, 1), 'unknown'],
    [{ ok: true, body: new Uint8Array([0xff]) }, 'unknown'],
    [{ ok: true, body: new Uint8Array() }, 'unknown'],
    [failed('gateway.disconnected', true), 'unknown'],
    [failed('gateway.not_ready', false), 'not_sent'],
  ] as const
  for (const [outcome, state] of states) assert.equal(outcomeOf(2202, outcome).state, state, JSON.stringify(outcome))
  for (const retType of [-1, -500]) assert.equal(outcomeOf(2205, refusal(2205, retType)).state, 'rejected')
  for (const retType of [-100, -200, -400]) assert.equal(outcomeOf(2205, refusal(2205, retType)).state, 'unknown')
})

test('both OpenD ids of an order are returned, and a decimal id of 0 counts as missing', () => {
  assert.deepEqual(outcomeOf(2202, placed(7n)), { state: 'accepted', orderId: '7', orderIdEx: 'FT7' })
  assert.deepEqual(outcomeOf(2202, placed(0n)), { state: 'accepted', orderId: null, orderIdEx: 'FT0' })
})

function rejectionOf(retType: number, retMsg: string, errCode: number) {
  const body = encodeMessage('Trd_PlaceOrder.Response', { retType, retMsg, errCode })
  const outcome = outcomeOf(2202, { ok: true, body })
  assert.ok(outcome.state === 'rejected')
  return outcome
}

test('the ledger shortens a long refusal text: a SQLite row is limited to 2 MB', () => {
  const { detail, reply } = rejectionOf(-1, 'x'.repeat(3_000_000), 7)
  assert.equal(detail, `${'x'.repeat(500)}...`)
  assert.ok(reply.length < 1_000, `${reply.length} bytes`)
})

test('a refusal and a failure have a text', () => {
  const { reply, ...rest } = rejectionOf(-1, 'no', 7)
  assert.deepEqual(rest, { state: 'rejected', detail: 'no' })
  assert.deepEqual(decodeMessage('Trd_PlaceOrder.Response', reply), {
    ok: true,
    value: { retType: -1, retMsg: 'no', errCode: 7 },
  })
  const lost = { state: 'unknown', detail: 'gateway.disconnected: test' }
  assert.deepEqual(outcomeOf(2202, failed('gateway.disconnected', true)), lost)
})
