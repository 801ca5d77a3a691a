import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { stampPacketId } from '../../../src/gateway/link/packet-id.ts'
import { decodeMessage } from '../../../src/wire/decode.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { modifyOrder, placeOrder } from '../../limits/sample-orders.ts'

const packetId = fc.record({
  connID: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  serialNo: fc.nat({ max: 2 ** 32 - 1 }),
})
const remark = fc.string({ maxLength: 300 })

test('the packet id is exchanged and nothing else, to the byte', () => {
  fc.assert(
    fc.property(packetId, packetId, remark, (old, fresh, text) => {
      const place = (id: typeof old) =>
        encodeMessage('Trd_PlaceOrder.Request', { c2s: { ...placeOrder({ remark: text }), packetID: id } })
      const modify = (id: typeof old) =>
        encodeMessage('Trd_ModifyOrder.Request', { c2s: { ...modifyOrder({ orderIDEx: text }), packetID: id } })
      assert.deepEqual(stampPacketId(2202, place(old), fresh.connID, fresh.serialNo), place(fresh))
      assert.deepEqual(stampPacketId(2205, modify(old), fresh.connID, fresh.serialNo), modify(fresh))
    }),
  )
})

test('other calls pass through untouched', () => {
  const body = new Uint8Array([1, 2, 3])
  assert.equal(stampPacketId(2201, body, 1n, 1), body)
})

test('bytes that do not begin as an order call are never sent as one', () => {
  const good = encodeMessage('Trd_PlaceOrder.Request', { c2s: placeOrder() })
  const decodes = (bytes: Uint8Array) => decodeMessage('Trd_PlaceOrder.Request', bytes).ok
  assert.ok(decodes(stampPacketId(2202, good, 1n, 1)))
  const spoilt = [new Uint8Array(), good.subarray(1), good.subarray(0, -1), new Uint8Array([...good, 0])]
  for (const bytes of spoilt) assert.throws(() => stampPacketId(2202, bytes, 1n, 1), /order call/)
})
