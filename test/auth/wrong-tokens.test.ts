import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MOST_WRONG_TOKENS, WrongTokens } from '../../src/auth/wrong-tokens.ts'

test('a network that sends many different wrong tokens waits until the first is a minute old', () => {
  const wrong = new WrongTokens()
  for (let n = 0; n < MOST_WRONG_TOKENS; n++) {
    assert.equal(wrong.waitMs('192.0.2.1', n), 0)
    wrong.count('192.0.2.1', `token ${n}`, n)
  }
  assert.equal(wrong.waitMs('192.0.2.1', 100), 60_000 - 100)
  assert.equal(wrong.waitMs('192.0.2.2', 100), 0)
  assert.equal(wrong.waitMs('192.0.2.1', 60_000), 0)
})

test('a program that sends one revoked key for hours slows down nobody', () => {
  const wrong = new WrongTokens()
  for (let nowMs = 0; nowMs < 7_200_000; nowMs += 500) {
    wrong.count('192.0.2.1', 'revoked', nowMs)
    assert.equal(wrong.waitMs('192.0.2.1', nowMs), 0)
  }
})

test('a clock that was set back does not slow a network down', () => {
  const wrong = new WrongTokens()
  for (let n = 0; n < MOST_WRONG_TOKENS; n++) wrong.count('192.0.2.1', `token ${n}`, 3_600_000)
  assert.equal(wrong.waitMs('192.0.2.1', 0), 0)
})
