import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasJwtShape, MAX_TOKEN_CHARS, readBearer } from '../../src/auth/bearer.ts'

test('a Bearer header gives its token, whatever the case of the scheme', () => {
  for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
    assert.deepEqual(readBearer(`${scheme} fc_00ff`), { ok: true, value: 'fc_00ff' })
  }
  assert.deepEqual(readBearer('Bearer  aZ09-._~+/=='), { ok: true, value: 'aZ09-._~+/==' })
})

test('no header is no token, which is not an error of form', () => {
  assert.deepEqual(readBearer(null), { ok: true, value: null })
})

test('everything else is malformed, and no part of it is taken for a token', () => {
  const odd = [
    '',
    'Bearer',
    'Bearer ',
    'Basic dXNlcjpwYXNz',
    'fc_00ff',
    'Bearer fc_00ff extra',
    'Bearer fc_00ff, Bearer fc_00ff',
    'Bearer "fc_00ff"',
    'Bearer fc=00ff',
    'Bearer ключ',
    'Bearerfc_00ff',
    ` Bearer fc_00ff`,
    `Bearer ${'a'.repeat(MAX_TOKEN_CHARS + 1)}`,
  ]
  for (const header of odd) {
    assert.deepEqual(readBearer(header), { ok: false, failure: { code: 'auth.malformed_token' } }, header)
  }
})

test('two Authorization headers are malformed, because nobody can say which one counts', () => {
  const headers = new Headers([
    ['Authorization', 'Bearer fc_1'],
    ['Authorization', 'Bearer fc_2'],
  ])
  assert.equal(readBearer(headers.get('Authorization')).ok, false)
})

test('a key is never taken for a JWT, and an unsigned JWT is never taken for a key', () => {
  assert.equal(hasJwtShape(`fc_${'0'.repeat(64)}`), false)
  assert.equal(hasJwtShape('fc_a.b.c'), false)
  assert.equal(hasJwtShape('a.b'), false)
  assert.equal(hasJwtShape('eyJhbGciOiJub25lIn0.e30.'), true)
  assert.equal(hasJwtShape('eyJhbGciOiJIUzI1NiJ9.e30.c2ln'), true)
})
