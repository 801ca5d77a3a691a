import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_FILTERED_SERIES } from '../../src/base/memory-budget.ts'
import { FilteredPushes } from '../../src/pushes/push-metrics.ts'
import type { PushSocket } from '../../src/pushes/push-socket.ts'
import { order, quote } from './sample-pushes.ts'

/** A socket of that caller; the count reads nothing else of it. */
function socketOf(id: string, scopes: readonly string[]): PushSocket {
  return { facts: { caller: { id, scopes } } } as unknown as PushSocket
}

const QUOTES_ONLY = socketOf('key:quotes', ['qot:read'])
const ALL = socketOf('key:all', ['qot:read', 'acc:read'])

test('an order push is counted for the sockets without the scope, a quote for none', () => {
  const filtered = new FilteredPushes()
  filtered.count(order(1n), [QUOTES_ONLY, QUOTES_ONLY, ALL])
  filtered.count(quote('00700', 1), [QUOTES_ONLY])
  const [family] = filtered.samples()
  assert.deepEqual(
    family?.values.map(({ labels, value }) => [labels['required_scope'], value]),
    [['acc:read', 2]],
  )
  assert.match(family?.values[0]?.labels['key_id'] ?? '', /^kh_[0-9a-f]{8}$/)
})

test('the callers of JWTs share one series, and callers beyond the bound are not counted', () => {
  const filtered = new FilteredPushes()
  const sockets = Array.from({ length: MAX_FILTERED_SERIES + 50 }, (_, n) => socketOf(`jwt:${n}`, ['qot:read']))
  filtered.count(order(1n), sockets)
  const [family] = filtered.samples()
  assert.deepEqual(
    family?.values.map(({ labels, value }) => [labels['key_id'], value]),
    [['<jwt>', MAX_FILTERED_SERIES]],
  )
})
