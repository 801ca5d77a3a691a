import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NO_NETWORK, networkOf } from '../../src/auth/client-network.ts'

test('an IPv4 address is a network, and so are the first 64 bits of an IPv6 address, however it is written', () => {
  assert.equal(networkOf('203.0.113.7'), '203.0.113.7')
  assert.equal(networkOf('::ffff:203.0.113.7'), '203.0.113.7')
  for (const same of ['2001:db8:0:1::1', '2001:0DB8:0000:0001:ffff:1:2:3', '2001:db8:0:1:2::', '2001:db8::1:0:0:0:9']) {
    assert.equal(networkOf(same), '2001:db8:0:1::/64', same)
  }
  assert.equal(networkOf('2001:db8:0:2::1'), '2001:db8:0:2::/64')
  assert.equal(networkOf('::1'), '0:0:0:0::/64')
  assert.equal(networkOf(null), NO_NETWORK)
})
