import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CALL_DEADLINE_MS } from '../../../src/gateway/link/timing.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { placeOrder } from '../../limits/sample-orders.ts'
import { replyFrame, Rig } from './fake-link.ts'

const PLACE_ORDER = 2202
const REPLY = encodeMessage('Trd_PlaceOrder.Response', { retType: -1, retMsg: 'no' })

function lateRig(): { readonly rig: Rig; readonly serial: number } {
  const rig = new Rig()
  rig.connect()
  const call = rig.call(PLACE_ORDER, encodeMessage('Trd_PlaceOrder.Request', { c2s: placeOrder() }))
  const { serial } = rig.lastSent(PLACE_ORDER).header
  rig.pass(CALL_DEADLINE_MS)
  assert.equal(rig.codeOf(call), 'gateway.call_timeout')
  return { rig, serial }
}

test('what OpenD says of an order after its deadline is handed on', () => {
  const { rig, serial } = lateRig()
  // Heartbeats keep the link alive; the reply to the order comes after all.
  rig.receive(replyFrame(1004, rig.lastSent(1004).header.serial, new Uint8Array([8, 0])))
  rig.receive(replyFrame(PLACE_ORDER, serial, REPLY))
  assert.deepEqual(rig.lateReplies, [serial])
})

test('a late reply to a read is of no use to anybody', () => {
  const rig = new Rig()
  rig.connect()
  rig.call(3004)
  const { serial } = rig.lastSent(3004).header
  rig.pass(CALL_DEADLINE_MS)
  rig.receive(replyFrame(3004, serial, new Uint8Array([8, 0])))
  assert.deepEqual(rig.lateReplies, [])
})
