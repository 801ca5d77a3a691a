import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shownName, shownText, withoutSecrets, withoutTokens } from '../../src/base/shown-text.ts'

test('a long text is cut, and never within a character', () => {
  assert.equal(shownText('a'.repeat(500)), 'a'.repeat(500))
  assert.equal(shownText('a'.repeat(501)), `${'a'.repeat(500)}...`)
  assert.equal(shownText(`${'a'.repeat(499)}\u{1F600}b`), `${'a'.repeat(499)}...`)
  assert.equal(shownName('a'.repeat(65)), `${'a'.repeat(64)}...`)
})

test('a text of another program cannot start a line of the log, steer a terminal or turn the text around', () => {
  assert.equal(shownText('a\r\nb\u001b[2Jc\u2028d\u202Ee\u0085f'), 'a  b [2Jc d e f')
  assert.equal(shownText('交易未解锁'), '交易未解锁')
})

test('what looks like a secret is not logged, and names are', () => {
  const hex = '0123456789abcdef'.repeat(4)
  for (const secret of [`fc_${hex}`, hex, hex.slice(0, 20), 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln']) {
    assert.equal(withoutSecrets(`unknown field ${secret}.`), 'unknown field [redacted].')
  }
  const plain = 'KEYS_JSON keys[0]: allowed_trading_hours_timezone, https://app-2.example.com:8080, "trade:reel"'
  assert.equal(withoutSecrets(plain), plain)
})

test('a token is removed from an id, also one that was cut, and an id that only looks random stays', () => {
  const jwt = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln'
  const key = `fc_${'0123456789abcdef'.repeat(4)}`
  for (const token of [key, key.slice(0, 40), key.slice(3), jwt, jwt.slice(0, 15), jwt.slice(0, 30)]) {
    assert.equal(withoutTokens(`key:${token}`), 'key:[redacted]')
    assert.equal(withoutSecrets(`GET /api/${token}`), 'GET /api/[redacted]')
  }
  for (const token of [`my_${key}`, `z${key}`, `k${key.slice(3)}`])
    assert.ok(!withoutTokens(token).includes(key.slice(3)), token)
  const subject = 'jwt:auth0|5f7c8ec7c33c6c004bbafe82'
  assert.equal(withoutTokens(subject), subject)
})
