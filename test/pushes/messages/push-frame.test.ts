import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeBase64 } from '../../../src/wire/json/json-base64.ts'
import { PushFrame, Repeat } from '../../../src/pushes/messages/push-frame.ts'
import type { PushEvent } from '../../../src/pushes/push-event.ts'
import { decodeToJson } from '../../../src/wire/decode.ts'
import { eventOf, kLine, notice, order, orderBody, quote, tick } from '../sample-pushes.ts'

function parsed(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>
}

test('a quote in JSON: the fields of futu-opend-rs, the stream and its number, the decoded message', () => {
  const event = quote('00700', 300.2)
  const { data, ...head } = parsed(new PushFrame(event, 17, 1).text('json'))
  assert.deepEqual(head, {
    type: 'quote',
    proto_id: 3005,
    stream: '1:1_00700',
    seq: 17,
    sec_key: '1_00700',
    sub_type: 1,
  })
  const response = decodeToJson('Qot_UpdateBasicQot.Response', event.body)
  assert.ok(response.ok)
  assert.deepEqual(data, response.value['s2c'])
  // 2^60, which a double cannot tell from its neighbours.
  assert.match(JSON.stringify(data), /"volume":"1152921504606846976"/)
})

test('in base64 a frame has the bytes of the event instead of its data', () => {
  const event = quote('00700', 300.2)
  const frame = parsed(new PushFrame(event, 1, 1).text('base64'))
  assert.equal(frame['data'], undefined)
  assert.deepEqual(Buffer.from(String(frame['body_b64']), 'base64'), Buffer.from(event.body))
})

test('rehab_type is there for K-lines only, acc_id and trd_market for trades only, and nothing is null', () => {
  const head = (event: PushEvent): object => {
    const { data, seq, ...rest } = parsed(new PushFrame(event, 1, 1).text('json'))
    assert.ok(data !== undefined && seq === 1)
    return rest
  }
  assert.deepEqual(head(kLine('00700', ['2026-05-05 10:01:00', 1])), {
    type: 'quote',
    proto_id: 3007,
    stream: '11:1_00700:1',
    sec_key: '1_00700',
    sub_type: 11,
    rehab_type: 1,
  })
  assert.deepEqual(head(order(7n)), {
    type: 'trade',
    proto_id: 2208,
    stream: 'orders:281756',
    acc_id: '281756',
    trd_market: 'HK',
  })
  assert.deepEqual(head(eventOf(2208, orderBody(7n, { trdMarket: 4711 }))), {
    type: 'trade',
    proto_id: 2208,
    stream: 'orders:281756',
    acc_id: '281756',
  })
  assert.deepEqual(head(notice('kicked')), { type: 'notify', proto_id: 1003, stream: 'notify' })
})

test('a K-line without adjustment says 0, which is not the same as no K-line', () => {
  const event = kLine('00700', ['2026-05-05 10:01:00', 1])
  assert.ok(event.type === 'quote')
  const plain = { ...event, rehabType: 0, stream: '11:1_00700:0' }
  assert.equal(parsed(new PushFrame(plain, 1, 1).text('json'))['rehab_type'], 0)
})

test('a snapshot is the frame with a mark', () => {
  const frame = new PushFrame(tick('00700', 1), 3, 1)
  for (const form of ['json', 'base64'] as const) {
    assert.deepEqual(parsed(new Repeat(frame, 2, true).text(form)), { snapshot: true, ...parsed(frame.text(form)) })
    assert.equal(new Repeat(frame, 2, false).text(form), frame.text(form))
  }
})

test('base64 is that of everybody', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      assert.equal(encodeBase64(bytes), Buffer.from(bytes).toString('base64'))
    }),
  )
})
