import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sha1 } from '../../src/transport/native-crypto.ts'
import { decodeMessage } from '../../src/wire/decode.ts'
import { BodyFormat, decodeHeader, digestMatches, encodeFrame, HEADER_BYTES } from '../../src/wire/frame.ts'
import { hex, unhex } from './hex.ts'

/** The first packet that the official Python client sends, byte for byte. */
const PYTHON_INIT = unhex(
  '4654' +
    'e9030000' +
    '00' +
    '00' +
    '031f0000' +
    '26000000' +
    '4d698c15ec3857ebffeefeee5b10470407' +
    '00c6dd' +
    '0000000000000000' +
    '0a2408ac021208' +
    Buffer.from('PyNormal').toString('hex') +
    '180120ffffffffffffffffff0128003206' +
    Buffer.from('Python').toString('hex'),
)

test('the first packet of the official Python client reads as what it is', () => {
  const header = decodeHeader(PYTHON_INIT, 0)
  assert.ok(header !== null)
  assert.deepEqual(
    [header.protoId, header.bodyFormat, header.serial, header.bodyBytes],
    [1001, BodyFormat.Protobuf, 0x1f03, 38],
  )
  const body = PYTHON_INIT.subarray(HEADER_BYTES)
  assert.equal(body.length, header.bodyBytes)
  assert.ok(digestMatches(header, body, sha1))
  const request = decodeMessage('InitConnect.Request', body)
  assert.ok(request.ok)
  assert.deepEqual(
    { ...request.value.c2s },
    {
      clientVer: 300,
      clientID: 'PyNormal',
      recvNotify: true,
      packetEncAlgo: -1,
      pushProtoFmt: 0,
      programmingLanguage: 'Python',
    },
  )
})

test('that packet is also what encodeFrame writes', () => {
  const body = PYTHON_INIT.subarray(HEADER_BYTES)
  const frame = encodeFrame({ protoId: 1001, serial: 0x1f03 }, body, sha1(body))
  assert.equal(hex(frame), hex(PYTHON_INIT))
})

test('any header survives the way out and in, at any offset', () => {
  const u32 = fc.integer({ min: 0, max: 0xffff_ffff })
  fc.assert(
    fc.property(
      u32,
      u32,
      fc.constantFrom(0, 1),
      fc.uint8Array(),
      fc.nat(9),
      (protoId, serial, bodyFormat, body, at) => {
        const frame = encodeFrame({ protoId, serial, bodyFormat }, body, sha1(body))
        const shifted = new Uint8Array(at + frame.length)
        shifted.set(frame, at)
        const header = decodeHeader(shifted, at)
        assert.deepEqual(header, {
          protoId,
          serial,
          bodyFormat,
          bodyBytes: body.length,
          digest: new Uint8Array(sha1(body)),
        })
      },
    ),
  )
})

test('a digest matches only the very body it was made of', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), (body, at) => {
      const header = decodeHeader(encodeFrame({ protoId: 1, serial: 1 }, body, sha1(body)), 0)
      assert.ok(header !== null && digestMatches(header, body, sha1))
      const changed = body.slice()
      changed[at % body.length] = (changed[at % body.length] ?? 0) ^ 1
      assert.ok(!digestMatches(header, changed, sha1))
    }),
  )
})
