import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MessageName, MessageTypes } from '../../proto/messages.ts'
import { decodeMessage, decodeToJson, type JsonField } from '../../src/wire/decode.ts'
import { encodeMessage } from '../../src/wire/encode.ts'

function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
}

function decoded<Name extends MessageName>(name: Name, hex: string): MessageTypes[Name] {
  const result = decodeMessage(name, fromHex(hex))
  assert.ok(result.ok, result.ok ? '' : result.detail)
  return result.value
}

function json(name: string, bytes: Uint8Array): JsonField {
  const result = decodeToJson(name, bytes)
  assert.ok(result.ok, result.ok ? '' : result.detail)
  return result.value
}

test('the first packet of the official Python client, to the byte', () => {
  const c2s = {
    clientVer: 300,
    clientID: 'PyNormal',
    recvNotify: true,
    packetEncAlgo: -1,
    pushProtoFmt: 0,
    programmingLanguage: 'Python',
  }
  const hex = '0a2408ac021208 50794e6f726d616c 180120ffffffffffffffffff0128003206 507974686f6e'
  assert.deepEqual(encodeMessage('InitConnect.Request', { c2s }), fromHex(hex))
  assert.deepEqual(decoded('InitConnect.Request', hex), { c2s })
})

test('64-bit integers keep every digit in both views', () => {
  const largest = encodeMessage('Common.PacketID', { connID: 18446744073709551615n, serialNo: 4294967295 })
  assert.deepEqual(json('Common.PacketID', largest), { conn_id: '18446744073709551615', serial_no: 4294967295 })
  const account = encodeMessage('Trd_SubAccPush.C2S', { accIDList: [281756455982434020n, 9007199254740993n, 1n] })
  assert.deepEqual(json('Trd_SubAccPush.C2S', account), {
    acc_id_list: ['281756455982434020', '9007199254740993', '1'],
  })
  const negative = encodeMessage('KeepAlive.S2C', { time: -9223372036854775808n })
  assert.deepEqual(json('KeepAlive.S2C', negative), { time: '-9223372036854775808' })
})

test('bytes are base64 in JSON and a copy of their own in the typed view', () => {
  const frame = encodeMessage('Qot_RequestHistoryKL.S2C', {
    security: { market: 1, code: '00700' },
    nextReqKey: Uint8Array.of(251, 255, 190, 0),
  })
  const { next_req_key: key } = json('Qot_RequestHistoryKL.S2C', frame) as { next_req_key: string }
  assert.equal(key, '+/++AA==')
  const result = decodeMessage('Qot_RequestHistoryKL.S2C', frame)
  assert.ok(result.ok)
  frame.fill(0)
  assert.deepEqual(result.value.nextReqKey, Uint8Array.of(251, 255, 190, 0))
  assert.equal(result.value.nextReqKey?.buffer.byteLength, 4)
})

function bookLevel(price: number, hpVolume: number): Uint8Array {
  return encodeMessage('Qot_Common.OrderBook', { price, volume: 100n, orederCount: 2, hpVolume })
}

test('doubles keep their shortest form; NaN and infinities, which JSON cannot say, are null', () => {
  const view = json('Qot_Common.OrderBook', bookLevel(0.1, NaN))
  assert.equal(JSON.stringify(view), '{"price":0.1,"volume":"100","oreder_count":2,"detail_list":[],"hp_volume":null}')
  assert.equal(JSON.stringify(json('Qot_Common.OrderBook', bookLevel(-Infinity, 1e300))).slice(0, 13), '{"price":null')
})

test('an optional field that is absent stays absent; one that is present and zero or empty stays', () => {
  assert.deepEqual(decoded('GetDelayStatistics.C2S', ''), { typeList: [], segmentList: [] })
  assert.deepEqual(json('Trd_PlaceOrder.Response', fromHex('0800')), { ret_type: 0 })
  assert.deepEqual(json('Trd_PlaceOrder.Response', fromHex('080012001800')), { ret_type: 0, ret_msg: '', err_code: 0 })
})

test('fields that the schema does not know are skipped, whatever their wire type', () => {
  const security = '08011205 3030373030'
  const varint = 'f83fffffffffffffffffff01'
  const fixed64 = 'f93f 0000000000000000'
  const text = 'fa3f03616263'
  const group = 'fb3f 0801 0b0c fc3f'
  const fixed32 = 'fd3f00000000'
  const value = { market: 1, code: '00700' }
  assert.deepEqual(decoded('Qot_Common.Security', varint + fixed64 + security + text + group + fixed32), value)
  // Inside a nested message, where the end is not that of the bytes.
  const nested = `0a0f${fixed32}${security}`
  assert.deepEqual(json('Qot_Sub.C2S', fromHex(nested)), {
    security_list: [{ market: 1, code: '00700' }],
    sub_type_list: [],
    reg_push_rehab_type_list: [],
  })
})

test('a list of numbers may come packed, in pieces, or both', () => {
  const subscription = decoded('Qot_Sub.C2S', '1001 1203020304 1800 1200 1005')
  assert.deepEqual(subscription, {
    securityList: [],
    subTypeList: [1, 2, 3, 4, 5],
    isSubOrUnSub: false,
    regPushRehabTypeList: [],
  })
})

test('keys come in field order whatever the order on the wire', () => {
  assert.deepEqual(Object.keys(decoded('Qot_Common.Security', '120141 0801')), ['market', 'code'])
})

test('a field given twice: the last scalar counts, and a message in two pieces is merged', () => {
  assert.deepEqual(decoded('Qot_Common.Security', '0801 120141 080b 120142'), { market: 11, code: 'B' })
  // The header comes as {trdEnv, accID}, then {trdMarket, accID}.
  const header = '0a0408011005 0a0410061802'
  assert.deepEqual(decoded('Trd_GetFunds.C2S', header), { header: { trdEnv: 1, accID: 6n, trdMarket: 2 } })
})

test('a varint longer than it need be is read like any other', () => {
  assert.deepEqual(decoded('Common.PacketID', '0881808080808080808000 1081808000'), { connID: 1n, serialNo: 1 })
})

test('a decoder given a Buffer, as Node sockets do, gives the same', () => {
  const bytes = Buffer.from('080112053030373030', 'hex')
  assert.deepEqual(decodeMessage('Qot_Common.Security', bytes), { ok: true, value: { market: 1, code: '00700' } })
})

test('what the encoder returns is all there is in its buffer', () => {
  const bytes = encodeMessage('Qot_Common.Security', { market: 1, code: '00700' })
  assert.equal(bytes.buffer.byteLength, bytes.length)
})

test('a lone surrogate goes out as U+FFFD, as valid UTF-8', () => {
  const bytes = encodeMessage('Qot_Common.Security', { market: 1, code: 'A\ud800' })
  assert.deepEqual(json('Qot_Common.Security', bytes), { market: 1, code: 'A\ufffd' })
})

function funds(header: MessageTypes['Trd_Common.TrdHeader']): () => Uint8Array {
  return () => encodeMessage('Trd_GetFunds.C2S', { header })
}

function packet(serialNo: number): () => Uint8Array {
  return () => encodeMessage('Common.PacketID', { connID: 1n, serialNo })
}

function keepAlive(time: bigint): () => Uint8Array {
  return () => encodeMessage('KeepAlive.C2S', { time })
}

function untyped(value: object): () => Uint8Array {
  return () => encodeMessage('Trd_GetFunds.C2S', value as MessageTypes['Trd_GetFunds.C2S'])
}

const HEADER = { trdEnv: 1, accID: 1n, trdMarket: 1 }

test('the encoder throws rather than send another number than it was given', () => {
  assert.throws(funds({ ...HEADER, accID: 2n ** 64n }), { message: '18446744073709551616 is not uint64' })
  assert.throws(funds({ ...HEADER, accID: -1n }), { message: '-1 is not uint64' })
  assert.throws(funds({ ...HEADER, trdEnv: 2 ** 31 }), { message: '2147483648 is not int32' })
  assert.throws(funds({ ...HEADER, trdEnv: 1.5 }), { message: '1.5 is not int32' })
  assert.throws(funds({ ...HEADER, trdEnv: Number.NaN }), { message: 'NaN is not int32' })
  assert.throws(packet(-1), { message: '-1 is not uint32' })
  assert.throws(packet(2 ** 32), { message: '4294967296 is not uint32' })
  assert.throws(keepAlive(2n ** 63n), { message: '9223372036854775808 is not int64' })
  assert.throws(keepAlive(-(2n ** 63n) - 1n), { message: '-9223372036854775809 is not int64' })
})

test('the encoder throws on a missing required field and on a value of another type, which it does not show', () => {
  assert.throws(untyped({}), { message: 'Trd_GetFunds.C2S.header is required' })
  assert.throws(untyped({ header: { ...HEADER, accID: null } }), { message: 'Trd_Common.TrdHeader.accID is required' })
  assert.throws(untyped({ header: { ...HEADER, accID: 'secret' } }), { message: 'string is not uint64' })
  assert.throws(untyped({ header: HEADER, refreshCache: 1 }), { message: '1 is not bool' })
})
