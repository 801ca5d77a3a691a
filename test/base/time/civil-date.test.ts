import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseTimestamp } from '../../../src/base/time/civil-date.ts'

test('RFC 3339 times are read with their offset and fraction', () => {
  assert.equal(parseTimestamp('2027-01-31T00:00:00Z'), Date.UTC(2027, 0, 31))
  assert.equal(parseTimestamp('2027-01-31t08:00:00+08:00'), Date.UTC(2027, 0, 31))
  assert.equal(parseTimestamp('2027-01-30 19:00:00-05:00'), Date.UTC(2027, 0, 31))
  assert.equal(parseTimestamp('2027-01-31T00:00:00.123456789Z'), Date.UTC(2027, 0, 31) + 123)
  assert.equal(parseTimestamp('2028-02-29T23:59:59Z'), Date.UTC(2028, 1, 29, 23, 59, 59))
})

test('a time that does not exist is refused, not moved', () => {
  const wrong = [
    '2027-02-29T00:00:00Z',
    '2027-02-30T00:00:00Z',
    '2027-13-01T00:00:00Z',
    '2027-01-01T24:00:00Z',
    '2027-01-01T00:60:00Z',
    '2027-01-01T00:00:00',
    '2027-01-01',
    '1900000000',
    'tomorrow',
    '',
  ]
  for (const text of wrong) assert.equal(parseTimestamp(text), null, text)
})
