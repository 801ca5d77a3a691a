import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sha1 } from '../../src/transport/native-crypto.ts'
import { MAX_FRAME_BODY_BYTES } from '../../src/base/memory-budget.ts'
import { Deframer } from '../../src/wire/deframer.ts'
import { encodeFrame, HEADER_BYTES, type Frame } from '../../src/wire/frame.ts'
import { hex } from './hex.ts'

const aFrame = fc
  .record({ protoId: fc.nat(9999), serial: fc.nat(), body: fc.uint8Array({ maxLength: 200 }) })
  .map(({ protoId, serial, body }) => encodeFrame({ protoId, serial }, body, sha1(body)))

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

/** Cuts a stream at the given fractions of its length. */
function cut(stream: Uint8Array, places: readonly number[]): Uint8Array[] {
  const bounds = [
    0,
    ...places.map((place) => Math.floor(place * stream.length)).toSorted((a, b) => a - b),
    stream.length,
  ]
  return bounds.slice(1).map((end, i) => stream.slice(bounds[i], end))
}

function wire(frame: Frame): string {
  const { protoId, serial, bodyFormat, digest } = frame.header
  return hex(encodeFrame({ protoId, serial, bodyFormat }, frame.body, digest))
}

const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 })

test('any cutting of a stream gives the same frames', () => {
  fc.assert(
    fc.property(fc.array(aFrame, { maxLength: 6 }), places, (frames, cuts) => {
      const deframer = new Deframer()
      const seen: string[] = []
      for (const chunk of cut(concat(frames), cuts)) {
        const result = deframer.push(chunk)
        assert.ok(result.ok)
        seen.push(...result.frames.map(wire))
        chunk.fill(0xee) // The caller may reuse its memory.
      }
      assert.deepEqual(
        seen,
        frames.map((frame) => hex(frame)),
      )
      assert.equal(deframer.bufferedBytes, 0)
    }),
  )
})

test('frames before garbage arrive, however the bytes are cut', () => {
  const garbage = fc.uint8Array({ minLength: 1, maxLength: 100 }).filter((bytes) => bytes[0] !== 0x46)
  fc.assert(
    fc.property(fc.array(aFrame, { maxLength: 4 }), garbage, places, (frames, tail, cuts) => {
      const deframer = new Deframer()
      const seen: string[] = []
      let isBroken = false
      for (const chunk of cut(concat([...frames, tail]), cuts)) {
        const result = deframer.push(chunk)
        seen.push(...result.frames.map(wire))
        isBroken ||= !result.ok
      }
      assert.deepEqual(
        seen,
        frames.map((frame) => hex(frame)),
      )
      assert.ok(isBroken, 'garbage went unnoticed')
      assert.ok(!deframer.push(frames[0] ?? new Uint8Array(1)).ok, 'a broken stream must stay broken')
    }),
  )
})

test('random bytes never make it hold more than came, nor more than one frame', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 30 }), fc.nat(300), (chunks, maxBodyBytes) => {
      const deframer = new Deframer(maxBodyBytes)
      let received = 0
      // A valid start, or random bytes would end at the first one.
      for (const chunk of [Uint8Array.of(0x46, 0x54), ...chunks]) {
        deframer.push(chunk)
        received += chunk.length
        assert.ok(deframer.bufferedBytes <= Math.min(received, HEADER_BYTES + maxBodyBytes))
      }
    }),
  )
})

test('a length over the bound is refused from the header alone', () => {
  const header = encodeFrame({ protoId: 1, serial: 1 }, new Uint8Array(0), new Uint8Array(20))
  new DataView(header.buffer).setUint32(12, 1001, true)
  const result = new Deframer(1000).push(header)
  assert.ok(!result.ok)
  assert.match(result.detail, /1001 bytes.*1000/)
})

test('a promised length costs nothing, and one-byte segments no more than their bytes', () => {
  const promised = MAX_FRAME_BODY_BYTES
  const header = encodeFrame({ protoId: 1, serial: 1 }, new Uint8Array(0), new Uint8Array(20))
  new DataView(header.buffer).setUint32(12, promised, true)
  const before = process.memoryUsage().arrayBuffers
  const deframers = Array.from({ length: 20 }, () => new Deframer())
  for (const deframer of deframers) assert.ok(deframer.push(header).ok)
  const one = new Uint8Array(1)
  for (let i = 0; i < 100_000; i++) deframers[0]?.push(one)
  const grownBytes = process.memoryUsage().arrayBuffers - before
  // Twenty promises of 8 MiB would be 160; a hundred thousand kept one-byte arrays would be more than 8.
  assert.ok(grownBytes < 2 * 1024 * 1024, `${grownBytes} bytes for 100 KB that came`)
  assert.equal(deframers[0]?.bufferedBytes, HEADER_BYTES + 100_000)
})

test('an empty body is a frame', () => {
  const result = new Deframer().push(encodeFrame({ protoId: 7, serial: 9 }, new Uint8Array(0), new Uint8Array(20)))
  assert.ok(result.ok)
  assert.deepEqual(
    result.frames.map((frame) => [frame.header.protoId, frame.body.length]),
    [[7, 0]],
  )
})
