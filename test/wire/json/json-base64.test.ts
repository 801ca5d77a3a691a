import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { decodeBase64 } from '../../../src/wire/json/json-base64.ts'

test('any bytes come back from the platform’s base64', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      assert.deepEqual(decodeBase64(Buffer.from(bytes).toString('base64')), Uint8Array.from(bytes))
    }),
  )
})

test('a text is accepted only when it is the one spelling of its bytes', () => {
  const digit = fc.constantFrom('A', 'B', 'a', 'b', '0', '1', '+', '/', '=', '-', '_', ' ', '\n', '\u00e9')
  fc.assert(
    fc.property(fc.string({ unit: digit, maxLength: 9 }), (text) => {
      const bytes = decodeBase64(text)
      const canonical = Buffer.from(text, 'base64').toString('base64') === text
      assert.equal(bytes !== null, canonical)
    }),
    { numRuns: 2000 },
  )
})

for (const [text, why] of [
  ['QQ', 'no padding'],
  ['QQ=', 'too little padding'],
  ['Q===', 'too much padding'],
  ['QR==', 'bits that are dropped'],
  ['QQ==QQ==', 'padding inside'],
  ['QQ-_', 'the alphabet of URLs'],
  [' QQ=', 'white space'],
  ['====', 'padding only'],
] as const) {
  test(`base64 with ${why} is refused`, () => assert.equal(decodeBase64(text), null))
}
