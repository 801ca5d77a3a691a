import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gatewayMetrics } from '../../durable-objects/gateway-metrics.ts'
import { MAX_FILTERED_SERIES } from '../../src/base/memory-budget.ts'
import type { PushSocket } from '../../src/pushes/push-socket.ts'
import { CoreRig } from '../core/gateway-rig.ts'
import { order, quote } from '../pushes/sample-pushes.ts'

/** A socket of that caller; the count reads nothing else of it. */
function socketOf(id: string, scopes: readonly string[]): PushSocket {
  return { facts: { caller: { id, scopes } } } as unknown as PushSocket
}

const QUOTES_ONLY = socketOf('key:quotes', ['qot:read'])
const ALL = socketOf('key:all', ['qot:read', 'acc:read'])

/** The series of the metric of a gateway. */
function seriesOf({ gateway }: CoreRig) {
  const metric = gatewayMetrics(gateway, 0, 0).find(({ name }) => name === 'futu_ws_filtered_pushes_total')
  return metric?.values ?? []
}

test('an order push is counted for the sockets without the scope, a quote for none', () => {
  const rig = new CoreRig()
  const { filtered } = rig.gateway.pushes
  filtered.count(order(1n), [QUOTES_ONLY, QUOTES_ONLY, ALL])
  filtered.count(quote('00700', 1), [QUOTES_ONLY])
  const [series, ...more] = seriesOf(rig)
  assert.deepEqual([series?.labels['required_scope'], series?.value, more], ['acc:read', 2, []])
  assert.match(series?.labels['key_id'] ?? '', /^kh_[0-9a-f]{8}$/)
})

test('the callers of JWTs share one series, and callers beyond the bound are not counted', () => {
  const rig = new CoreRig()
  const sockets = Array.from({ length: MAX_FILTERED_SERIES + 50 }, (_, n) => socketOf(`jwt:${n}`, ['qot:read']))
  rig.gateway.pushes.filtered.count(order(1n), sockets)
  assert.deepEqual(
    seriesOf(rig).map(({ labels, value }) => [labels['key_id'], value]),
    [['<jwt>', MAX_FILTERED_SERIES]],
  )
})
