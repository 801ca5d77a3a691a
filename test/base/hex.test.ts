import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bytesOfHex, hexOf } from '../../src/base/hex.ts'

test('bytes survive as hexadecimal digits of either case', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = hexOf(bytes)
      assert.equal(text, Buffer.from(bytes).toString('hex'))
      assert.deepEqual(bytesOfHex(text), bytes)
      assert.deepEqual(bytesOfHex(text.toUpperCase()), bytes)
    }),
  )
})

test('half a byte and other characters stand for no bytes', () => {
  for (const text of ['0', 'abc', '0g', ' 00', '00\n', '0x00']) assert.equal(bytesOfHex(text), null)
})
