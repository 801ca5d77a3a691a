import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outcomeOf } from '../../../src/orders/sending/reply.ts'
import { failed, placed, refusal } from '../order-rig.ts'

test('only a yes, a no and a call that never left are sure', () => {
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

test("OpenD's two names of an order are told, a number of 0 is none", () => {
  assert.deepEqual(outcomeOf(2202, placed(7n)), { state: 'accepted', orderId: '7', orderIdEx: 'FT7' })
  assert.deepEqual(outcomeOf(2202, placed(0n)), { state: 'accepted', orderId: null, orderIdEx: 'FT0' })
})

test('a refusal and a failure are told in words', () => {
  assert.deepEqual(outcomeOf(2202, refusal(2202, -1)), { state: 'rejected', detail: 'no' })
  const lost = { state: 'unknown', detail: 'gateway.disconnected: test' }
  assert.deepEqual(outcomeOf(2202, failed('gateway.disconnected', true)), lost)
})
