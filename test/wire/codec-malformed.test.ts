import '../../src/wire/full-schema.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { MessageName } from '../../proto/messages.ts'
import { decodeMessage, decodeToJson } from '../../src/wire/decode.ts'
import { MAX_VALUES } from '../../src/wire/decoding.ts'
import { encodeChecked } from '../../src/wire/encode.ts'
import type { WireMessage } from '../../src/wire/json/json-wire-value.ts'
import { allMessageNames } from '../../src/wire/schema.ts'
import { anySample } from './codec-samples.ts'

/** Decodes in both views; a throw fails the test. A failure names the message it is about. */
function decodeBoth(name: string, bytes: Uint8Array): void {
  for (const decoded of [decodeMessage(name as MessageName, bytes), decodeToJson(name, bytes)]) {
    if (!decoded.ok) assert.ok(decoded.detail.startsWith(name), decoded.detail)
  }
}

const encodedSample = anySample().map(({ name, value }) => ({ name, bytes: encodeChecked(name, value as WireMessage) }))

test('a message cut anywhere, a changed byte and random bytes are values, never throws', () => {
  const cut = fc.property(encodedSample, fc.nat(), ({ name, bytes }, at) => {
    decodeBoth(name, bytes.subarray(0, at % (bytes.length + 1)))
  })
  const changed = fc.property(encodedSample, fc.nat(), fc.nat(255), ({ name, bytes }, at, byte) => {
    if (bytes.length > 0) bytes[at % bytes.length] = byte
    decodeBoth(name, bytes)
  })
  const garbage = fc.property(fc.constantFrom(...allMessageNames()), fc.uint8Array({ maxLength: 200 }), decodeBoth)
  fc.assert(cut, { numRuns: 1500 })
  fc.assert(changed, { numRuns: 1500 })
  fc.assert(garbage, { numRuns: 1500 })
})

/** Bytes by hand: field numbers and wire types as they stand in the .proto files. */
const MALFORMED: readonly (readonly [what: string, name: MessageName, hex: string, detail: string])[] = [
  ['a cut tag', 'Qot_Common.Security', '80', 'Qot_Common.Security: the bytes end before it is complete'],
  ['a cut varint', 'Qot_Common.Security', '08ff', 'Qot_Common.Security.market: the bytes end before it is complete'],
  [
    'a varint without end',
    'Common.PacketID',
    `08${'ff'.repeat(11)}`,
    'Common.PacketID.connID: invalid varint encoding',
  ],
  [
    'a cut double',
    'Qot_Common.OrderBook',
    '0900000000',
    'Qot_Common.OrderBook.price: the bytes end before it is complete',
  ],
  ['a cut string', 'Qot_Common.Security', '120541', 'Qot_Common.Security.code: the bytes end before it is complete'],
  ['a string with a broken sequence', 'Qot_Common.Security', '1202c328', 'Qot_Common.Security.code: is not UTF-8'],
  ['a string with a surrogate', 'Qot_Common.Security', '1203eda080', 'Qot_Common.Security.code: is not UTF-8'],
  [
    'a long string that is not UTF-8',
    'Qot_Common.Security',
    `1250${'ff'.repeat(80)}`,
    'Qot_Common.Security.code: is not UTF-8',
  ],
  [
    'a number as bytes',
    'Qot_Common.Security',
    '0a00',
    'Qot_Common.Security.market: has wire type 2, expected 0 (int32)',
  ],
  [
    'bytes as a number',
    'Qot_Common.Security',
    '1001',
    'Qot_Common.Security.code: has wire type 0, expected 2 (string)',
  ],
  [
    'a message as a number',
    'Trd_PlaceOrder.Request',
    '0801',
    'Trd_PlaceOrder.Request.c2s: has wire type 0, expected 2 (message)',
  ],
  [
    'a list of numbers as doubles',
    'Qot_Sub.C2S',
    '110000000000000000',
    'Qot_Sub.C2S.subTypeList: has wire type 1, expected 0 (int32)',
  ],
  [
    'a packed list that is cut',
    'Qot_Sub.C2S',
    '120305',
    'Qot_Sub.C2S.subTypeList: the bytes end before it is complete',
  ],
  [
    'a packed list that ends inside a number',
    'Qot_Sub.C2S',
    '120205ff05',
    'Qot_Sub.C2S.subTypeList: the bytes end before it is complete',
  ],
  // c2s of 2 bytes holds a packet id that claims 5: those bytes are there, but they belong to the request.
  [
    'a field longer than its message',
    'Trd_PlaceOrder.Request',
    '0a020a0508011001',
    'Trd_PlaceOrder.Request.c2s.packetID: the bytes end before it is complete',
  ],
  [
    'a number longer than its message',
    'Trd_PlaceOrder.Request',
    '0a040a0208ff0108',
    'Trd_PlaceOrder.Request.c2s.packetID.connID: the bytes end before it is complete',
  ],
  [
    'a second element of a list',
    'Qot_Sub.C2S',
    '0a0608011202414a0a02080a0a0108',
    'Qot_Sub.C2S.securityList[2].market: the bytes end before it is complete',
  ],
  ['field number 0', 'Qot_Common.Security', '0001', 'Qot_Common.Security: illegal tag: field number 0'],
  [
    'an end of a group never begun',
    'Qot_Common.Security',
    '24',
    'Qot_Common.Security: invalid wire type 4 at offset 1',
  ],
  [
    'a wire type that does not exist',
    'Qot_Common.Security',
    '27',
    'Qot_Common.Security: invalid wire type 7 at offset 1',
  ],
  ['a group without end', 'Qot_Common.Security', '23', 'Qot_Common.Security: the bytes end before it is complete'],
  // Each byte opens a group in a group: without the reader's bound this is the depth of our stack.
  [
    '100,000 unknown groups in each other',
    'Qot_Common.Security',
    '23'.repeat(100_000),
    'Qot_Common.Security: max depth exceeded',
  ],
]

for (const [what, name, hex, detail] of MALFORMED) {
  test(`refused: ${what}`, () => {
    const bytes = new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
    assert.deepEqual(decodeMessage(name, bytes), { ok: false, detail })
    assert.deepEqual(decodeToJson(name, bytes), { ok: false, detail })
  })
}

test('a missing required field is refused by the typed view, with its place, and left out of the JSON view', () => {
  const bytes = new Uint8Array(Buffer.from('0a04080112000a020801', 'hex'))
  const missing = { ok: false, detail: 'Qot_Sub.C2S.securityList[1].code: is missing' }
  assert.deepEqual(decodeMessage('Qot_Sub.C2S', bytes), missing)
  const json = decodeToJson('Qot_Sub.C2S', bytes)
  assert.ok(json.ok)
  assert.deepEqual(json.value['security_list'], [{ market: 1, code: '' }, { market: 1 }])
})

test('2 MB of empty nested messages or of one-byte numbers stop at the bound on values', () => {
  const tooMany = `holds more than ${MAX_VALUES} values`
  const orders = new Uint8Array(Buffer.alloc(2_000_000, '1200', 'hex'))
  for (const decoded of [decodeMessage('Trd_GetOrderList.S2C', orders), decodeToJson('Trd_GetOrderList.S2C', orders)]) {
    assert.ok(!decoded.ok)
    assert.match(decoded.detail, /^Trd_GetOrderList\.S2C\.orderList\[\d+\]: holds more/)
  }
  const unpacked = new Uint8Array(Buffer.alloc(2 * (MAX_VALUES + 1), '0801', 'hex'))
  const detail = `Trd_SubAccPush.C2S.accIDList: ${tooMany}`
  assert.deepEqual(decodeToJson('Trd_SubAccPush.C2S', unpacked), { ok: false, detail })
  const packed = Buffer.concat([Buffer.from('0ac1843d', 'hex'), Buffer.alloc(MAX_VALUES + 1, 1)])
  assert.deepEqual(decodeToJson('Trd_SubAccPush.C2S', new Uint8Array(packed)), { ok: false, detail })
})
