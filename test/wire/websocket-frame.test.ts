import '../../src/wire/full-schema.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeMessage } from '../../src/wire/decode.ts'
import {
  decodeWebSocketReply,
  decodeWebSocketRequest,
  encodeWebSocketReply,
  encodeWebSocketRequest,
  REPLY_HEADER_BYTES,
} from '../../src/wire/websocket-frame.ts'
import { hex, unhex } from './hex.ts'

/** What the official JavaScript client sends first, with the key `secret123`. */
const JAVASCRIPT_INIT = unhex(
  '66742d76312e3000' +
    '00000001' +
    '0000000000000002' +
    '0a2e2220' +
    Buffer.from('5d7845ac6ee7cfffafc5fe5f35cf666d').toString('hex') +
    '320a' +
    Buffer.from('JavaScript').toString('hex'),
)

test('the first message of the official JavaScript client reads as what it is, and is written the same', () => {
  const request = decodeWebSocketRequest(JAVASCRIPT_INIT)
  assert.ok(request !== null)
  assert.deepEqual([request.command, request.section], [1, 2n])
  const init = decodeMessage('InitWebSocket.Request', request.body)
  assert.ok(init.ok)
  assert.equal(init.value.c2s?.websocketKey, '5d7845ac6ee7cfffafc5fe5f35cf666d')
  assert.equal(hex(encodeWebSocketRequest(request)), hex(JAVASCRIPT_INIT))
})

const u32 = fc.integer({ min: 0, max: 0xffff_ffff })
const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })

test('requests and replies survive the way out and in', () => {
  fc.assert(
    fc.property(u32, u64, fc.uint8Array(), fc.integer({ min: -5, max: 5 }), (command, section, body, error) => {
      const request = { command, section, body }
      assert.deepEqual(decodeWebSocketRequest(encodeWebSocketRequest(request)), request)
      const reply = { ...request, error, errorText: 'wrong key' }
      assert.deepEqual(decodeWebSocketReply(encodeWebSocketReply(reply)), reply)
    }),
  )
})

test('the error text is 20 ASCII characters whatever is said: more crash the official client', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(0xffff), { maxLength: 60 }), (units) => {
      const errorText = String.fromCharCode(...units)
      const message = encodeWebSocketReply({ command: 1, section: 1n, error: 1, errorText, body: new Uint8Array(0) })
      assert.equal(message.length, REPLY_HEADER_BYTES)
      assert.ok(message.subarray(24).every((byte) => byte < 0x7f))
    }),
  )
})

test('a message without the sign is no packet', () => {
  const unsigned = JAVASCRIPT_INIT.slice()
  unsigned[7] = 1
  assert.equal(decodeWebSocketRequest(unsigned), null)
  assert.equal(decodeWebSocketRequest(JAVASCRIPT_INIT.subarray(0, 19)), null)
  assert.equal(decodeWebSocketReply(JAVASCRIPT_INIT.subarray(0, 43)), null)
})
