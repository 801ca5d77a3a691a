import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isInRanges, parseAddressRange } from '../../src/auth/address-range.ts'

function isIn(address: string | null, ...ranges: readonly string[]): boolean {
  return isInRanges(
    address,
    ranges.map((text) => parseAddressRange(text) ?? assert.fail(`${text} is no range`)),
  )
}

test('an address is in the ranges that contain it, in every form that it can have', () => {
  assert.ok(isIn('203.0.113.7', '203.0.113.0/24'))
  assert.ok(isIn('203.0.113.7', '198.51.100.0/24', '203.0.113.7'))
  assert.ok(isIn('::ffff:203.0.113.7', '203.0.113.0/24'))
  assert.ok(isIn('2001:DB8:0:0:1::7', '2001:db8::/32'))
  assert.ok(isIn('2001:db8::', '2001:db8::/128'))
  assert.ok(isIn('::1', '::/0'))
  assert.ok(!isIn('203.0.112.255', '203.0.113.0/24'))
  assert.ok(!isIn('2001:db9::', '2001:db8::/32'))
  assert.ok(!isIn('::1', '0.0.0.0/0'))
})

test('an address that is not known is in no range', () => {
  for (const address of [null, '', 'localhost', '1.2.3', '1.2.3.4.5', '256.0.0.1', '1::2::3', '12345::']) {
    assert.ok(!isIn(address, '0.0.0.0/0', '::/0'), String(address))
  }
})

test('a network is in a range only if all of it is', () => {
  assert.ok(isIn('2001:db8:0:1::/64', '2001:db8::/32'))
  assert.ok(isIn('2001:db8:0:1::/64', '2001:db8:0:1::/64'))
  assert.ok(!isIn('2001:db8:0:1::/64', '2001:db8:0:1::/65'))
  assert.ok(!isIn('2001:db8:0:1::/64', '2001:db8:0:1::/128'))
})

test('a range whose address has bits beyond its prefix is refused, as it may be a slip', () => {
  for (const text of [
    '203.0.113.7/24',
    '2001:db8::1/64',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '',
  ]) {
    assert.equal(parseAddressRange(text), null, text)
  }
})
