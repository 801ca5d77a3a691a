import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roundedIdAdvice, writtenDoubleAdvice } from '../../src/base/rounded-id.ts'

test('an id with the digits of a double gets the advice, and one that a double cannot hold does not', () => {
  const ids = [281756479345015383n, 281756455988247813n, 1000000000000000001n, 12345678901234567890n]
  for (const id of ids) {
    const asJavaScriptWrites = BigInt(JSON.stringify(Number(id)))
    const asDouble = BigInt(Number(id))
    assert.deepEqual([roundedIdAdvice(id), writtenDoubleAdvice(id)], ['', ''], String(id))
    assert.match(roundedIdAdvice(asJavaScriptWrites), /^Send acc_id as a string/)
    assert.match(writtenDoubleAdvice(asJavaScriptWrites), /^Send acc_id as a string/)
    assert.match(roundedIdAdvice(asDouble), /^Send acc_id as a string/)
  }
  for (const id of [0n, 5n, 2n ** 53n - 1n]) assert.deepEqual([roundedIdAdvice(id), writtenDoubleAdvice(id)], ['', ''])
})
