import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KLType, OrderBookType, SubType } from '../../proto/enums.ts'
import { readPush } from '../../src/pushes/read-push.ts'
import { decodeMessage } from '../../src/wire/decode.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import {
  ACCOUNT,
  basicQuote,
  eventOf,
  fillBody,
  kLineBody,
  noticeBody,
  orderBody,
  quoteBody,
  RECEIVED_MS,
  tickBody,
} from './sample-pushes.ts'

const SECURITY = { market: 1, code: '00700' }

test('a push of several quotes becomes one event for each, with a message that holds it alone', () => {
  const quotes = [basicQuote('00700', 300), basicQuote('00005', 60), basicQuote('09988', 80)]
  const events = readPush(3005, quoteBody(...quotes), RECEIVED_MS)
  assert.deepEqual(
    events?.map(({ stream, receivedAtMs }) => [stream, receivedAtMs]),
    [
      ['1:1_00700', RECEIVED_MS],
      ['1:1_00005', RECEIVED_MS],
      ['1:1_09988', RECEIVED_MS],
    ],
  )
  for (const [index, event] of (events ?? []).entries()) {
    const decoded = decodeMessage('Qot_UpdateBasicQot.Response', event.body)
    assert.deepEqual(decoded, {
      ok: true,
      value: { retType: 0, s2c: { basicQotList: [{ ...quotes[index] }] } },
    })
    assert.ok(event.type === 'quote' && event.protoId === 3005)
    assert.deepEqual(event.s2c.basicQotList, [quotes[index]])
  }
})

test('a push of one quote keeps the bytes of OpenD, with fields that the schema does not know', () => {
  const known = quoteBody(basicQuote('00700', 300))
  // Field 99, varint 1.
  const body = new Uint8Array([...known, 0x98, 0x06, 1])
  assert.deepEqual(eventOf(3005, body).body, body)
})

test('a push without quotes is understood and concerns nobody', () => {
  assert.deepEqual(readPush(3005, quoteBody(), RECEIVED_MS), [])
})

test('a K-line push belongs to the subscription of its period and adjustment', () => {
  const pairs = Object.entries(KLType).filter(([name]) => name !== 'Unknown')
  for (const [name, klType] of pairs) {
    const spelling = name === 'Quarter' ? 'KL_Qurater' : `KL_${name.replace('_', '')}`
    const expected = new Map<string, number>(Object.entries(SubType)).get(spelling)
    const event = eventOf(3007, kLineBody('00700', [['2026-05-05 10:01:00', 1]], klType))
    assert.ok(event.type === 'quote' && expected !== undefined)
    assert.deepEqual([event.subType, event.rehabType, event.stream], [expected, 1, `${expected}:1_00700:1`])
  }
  assert.equal(readPush(3007, kLineBody('00700', [], 99), RECEIVED_MS), null)
})

test('an order book is of whole lots or of odd lots, two streams', () => {
  const streams = [undefined, OrderBookType.Normal, OrderBookType.Odd].map((orderBookType) => {
    const s2c = { security: SECURITY, orderBookType }
    return eventOf(3013, encodeMessage('Qot_UpdateOrderBook.Response', { retType: 0, s2c })).stream
  })
  assert.deepEqual(streams, ['2:1_00700', '2:1_00700', '22:1_00700'])
})

test('every other push finds its stream', () => {
  const s2c = { security: SECURITY }
  const line = encodeMessage('Qot_UpdateRT.Response', { retType: 0, s2c })
  const brokers = encodeMessage('Qot_UpdateBroker.Response', { retType: 0, s2c })
  const reminder = encodeMessage('Qot_UpdatePriceReminder.Response', {
    retType: 0,
    s2c: { ...s2c, price: 1, changeRate: 1, marketStatus: 1, content: '', note: '' },
  })
  const streams = (
    [
      [3009, line],
      [3011, tickBody('00700', 1)],
      [3015, brokers],
      [2208, orderBody(1n)],
      [2218, fillBody(1n)],
      [1003, noticeBody('')],
      [3019, reminder],
    ] as const
  ).map(([protoId, body]) => eventOf(protoId, body).stream)
  assert.deepEqual(streams, [
    '5:1_00700',
    '4:1_00700',
    '14:1_00700',
    `orders:${ACCOUNT}`,
    `fills:${ACCOUNT}`,
    'notify',
    'reminders',
  ])
})

test('an account id over 2^53 keeps its digits', () => {
  const accID = 2n ** 64n - 1n
  const event = eventOf(2208, orderBody(1n, { accID }))
  assert.ok(event.type === 'trade')
  assert.deepEqual([event.accId, event.stream], [accID, 'orders:18446744073709551615'])
})

test('what is no push, does not decode, or says that something is wrong is dropped', () => {
  const body = quoteBody(basicQuote('00700', 300))
  assert.equal(readPush(3004, body, RECEIVED_MS), null, 'a reply')
  assert.equal(readPush(3261, body, RECEIVED_MS), null, 'a push that no client can ask for')
  assert.equal(readPush(3005, body.subarray(0, -1), RECEIVED_MS), null, 'cut')
  for (const protoId of [1003, 2208, 2218, 3005, 3007, 3009, 3011, 3013, 3015, 3019]) {
    const refused = encodeMessage('Qot_UpdateBasicQot.Response', { retType: -1, retMsg: 'no right' })
    assert.equal(readPush(protoId, refused, RECEIVED_MS), null)
    const empty = encodeMessage('Qot_UpdateBasicQot.Response', { retType: 0 })
    assert.equal(readPush(protoId, empty, RECEIVED_MS), null, 'no content')
  }
})

test('a push that holds something and says that it failed is dropped all the same', () => {
  const s2c = { basicQotList: [basicQuote('00700', 300)] }
  assert.equal(readPush(3005, encodeMessage('Qot_UpdateBasicQot.Response', { retType: -1, s2c }), RECEIVED_MS), null)
})
