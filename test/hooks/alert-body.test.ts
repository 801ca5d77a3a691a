import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readAlertBody } from '../../src/hooks/alert-body.ts'

test('a secret in the body is taken out, and nothing that is stored contains it', () => {
  const name = fc.constantFrom('secret', 'Passphrase', 'password', 'TOKEN', 'key')
  const secret = fc.string({ minLength: 8 }).filter((text) => !'ticker (removed) HKEX:700 secret'.includes(text))
  fc.assert(
    fc.property(name, secret, (field, hidden) => {
      const read = readAlertBody(JSON.stringify({ ticker: 'HKEX:700', [field]: hidden, qty: 100 }))
      assert.ok(read.ok)
      assert.equal(read.value.secret, hidden)
      assert.ok(!read.value.text.includes(JSON.stringify(hidden).slice(1, -1)), read.value.text)
      assert.deepEqual({ ...read.value.object }, { ticker: 'HKEX:700', qty: 100 })
    }),
  )
})

test('a message is a text, an object is JSON, and anything else says what is wrong', () => {
  const codeOf = (text: string): string => {
    const read = readAlertBody(text)
    return read.ok ? (read.value.object === null ? 'text' : 'object') : read.failure.code
  }
  assert.deepEqual(
    ['buy HK.00700 100', '{"a":1}', ' {"a":1}\n', '', '  ', '{"a":}', '{"a":1,"a":2}', '[1]', '{'].map(codeOf),
    [
      'text',
      'object',
      'object',
      'request.missing_field',
      'request.missing_field',
      'request.malformed_json',
      'request.malformed_json',
      'text',
      'request.malformed_json',
    ],
  )
})

test('what is stored of a body with a secret keeps large integers', () => {
  const read = readAlertBody('{"secret":"abcdefgh","acc":281756479345015383}')
  assert.ok(read.ok)
  assert.match(read.value.text, /281756479345015383/)
})
