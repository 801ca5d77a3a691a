import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { connectorMetrics, gatewayMetrics } from '../../durable-objects/gateway-metrics.ts'
import { DeliveryCounts } from '../../durable-objects/delivery-counts.ts'
import { OrderMetrics } from '../../durable-objects/order-metrics.ts'
import { MAX_COUNTER_SERIES } from '../../src/base/memory-budget.ts'
import { API_ENDPOINTS, OPERATIONS } from '../../src/endpoints.ts'
import { familyOf, METRIC_HELP, METRICS_CONTENT_TYPE, renderMetrics } from '../../src/http/operations/metrics-page.ts'
import { CoreRig } from '../core/gateway-rig.ts'
import { keysJson, LOCAL_ENV, makeRig, signJwt, tokenOf, type Rig } from './rig.ts'

const KEYS_JSON = keysJson({ id: 'bot', scopes: ['acc:read'] })

/** All counts the gateway was given, as `name{labels}` and value. */
function counts({ gateway }: Rig): Record<string, number> {
  const totals: Record<string, number> = {}
  for (const { name, labels, add } of gateway.counted) {
    if (name.startsWith('opend_edge_http_request_seconds')) continue
    const series = `${name}{${Object.values(labels).join()}}`
    totals[series] = (totals[series] ?? 0) + add
  }
  return totals
}

test('requests and looks at tokens are counted; a key shows as a hash of its id', async () => {
  const rig = makeRig({ KEYS_JSON })
  await rig.send('GET /api/accounts', { token: tokenOf('bot') })
  await rig.send('GET /api/accounts', { token: tokenOf('bot') })
  await rig.send('GET /api/global-state', { token: tokenOf('bot') })
  await rig.send('GET /api/accounts', { token: await signJwt(['acc:read']) })
  await rig.send('GET /api/accounts', { token: tokenOf('nobody') })
  await rig.send('GET http://edge.test/api/accounts')
  await rig.send('GET /api/accounts')
  await rig.send('GET /ws', { token: tokenOf('bot') })
  await rig.send('GET /metrics')
  const bot = `kh_${createHash('sha256').update('bot').digest('hex').slice(0, 8)}`
  assert.deepEqual(counts(rig), {
    [`futu_auth_events_total{rest,allow,${bot}}`]: 2,
    [`futu_auth_events_total{rest,reject,${bot}}`]: 1,
    [`futu_auth_events_total{ws,reject,${bot}}`]: 1,
    'futu_auth_events_total{rest,allow,<jwt>}': 1,
    'futu_auth_events_total{rest,reject,<invalid>}': 1,
    'futu_auth_events_total{rest,reject,<none>}': 2,
    'opend_edge_http_requests_total{/api/accounts,200}': 3,
    'opend_edge_http_requests_total{/api/accounts,401}': 3,
    'opend_edge_http_requests_total{/api/global-state,403}': 1,
    'opend_edge_http_requests_total{/ws,403}': 1,
  })
})

test('a read of this machine without a token is counted as one of its own', async () => {
  const rig = makeRig(LOCAL_ENV)
  await rig.send('GET /api/accounts')
  await rig.send('GET /metrics')
  assert.equal(counts(rig)['futu_auth_events_total{rest,allow,<local>}'], 1)
})

test('paths that callers invent make one series, not one each', async () => {
  const rig = makeRig()
  for (let i = 0; i < 20; i++) await rig.send(`GET /api/invented-${i}`)
  await rig.send('GET /metrics')
  assert.equal(counts(rig)['opend_edge_http_requests_total{<unknown>,404}'], 20)
  const endpoints = new Set(rig.gateway.counted.map(({ labels }) => labels['endpoint']))
  const known = new Set<string | undefined>([...API_ENDPOINTS, ...OPERATIONS].map(({ path }) => path))
  for (const endpoint of endpoints) assert.ok(endpoint === '<unknown>' || endpoint === undefined || known.has(endpoint))
})

test('every endpoint of the table, called once with each of three outcomes, has room for its series', async () => {
  const rig = makeRig()
  for (const { method, path } of [...API_ENDPOINTS, ...OPERATIONS]) {
    await rig.send(`${method} ${path}`)
    await rig.send(`PUT ${path}`)
    await rig.send(`${method} ${path}`, { token: 'wrong' })
    rig.clock.nowMs += 1_001
  }
  await rig.send('GET /metrics')
  const series = rig.gateway.counted.map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`)
  assert.ok(new Set(series).size < 0.8 * MAX_COUNTER_SERIES, `${new Set(series).size} series`)
})

test('an isolate reports at most once a second, and keeps what could not be reported', async () => {
  const rig = makeRig()
  let reports = 0
  let isDown = true
  const { gateway, clock } = rig
  const count = gateway.countRequests.bind(gateway)
  gateway.countRequests = async (deltas, denials) => {
    reports++
    if (isDown) throw new Error('the object is away')
    await count(deltas, denials)
  }
  for (let i = 0; i < 5; i++) await rig.send('GET /health')
  assert.equal(reports, 1)
  isDown = false
  clock.nowMs += 1000
  for (let i = 0; i < 5; i++) await rig.send('GET /health')
  await rig.send('GET /metrics')
  assert.equal(reports, 3)
  assert.equal(counts(rig)['opend_edge_http_requests_total{/health,200}'], 10)
})

test('the report goes on after the response, where the platform offers that', async () => {
  const { createApp } = await import('../../src/http/app.ts')
  const { FakeGateway } = await import('./fake-gateway.ts')
  const gateway = new FakeGateway()
  const waited: Promise<unknown>[] = []
  const app = createApp({ gateway: () => gateway, nowMs: Date.now, freshId: () => 'id', fetch })
  const context = {
    waitUntil: (work: Promise<unknown>) => waited.push(work),
    passThroughOnException: () => {},
    props: {},
  }
  await app.request('/health', {}, { OPEND_URL: 'simulator:' }, context)
  assert.equal(waited.length, 1)
  await Promise.all(waited)
  const requests = gateway.counted.filter(({ name }) => name === 'opend_edge_http_requests_total')
  assert.equal(requests.length, 1)
})

test('the page is the Prometheus text format, with labels escaped', () => {
  const page = renderMetrics([
    { name: 'opend_edge_gateway_up', type: 'gauge', values: [{ labels: {}, value: 1 }] },
    {
      name: 'futu_auth_events_total',
      type: 'counter',
      values: [{ labels: { iface: 'rest', outcome: 'allow', key_id: 'a"b\\c\nd' }, value: 12 }],
    },
    { name: 'from_a_newer_object', type: 'counter', values: [] },
  ])
  assert.equal(
    page,
    [
      '# HELP opend_edge_gateway_up Whether the link to OpenD is up.',
      '# TYPE opend_edge_gateway_up gauge',
      'opend_edge_gateway_up 1',
      '# HELP futu_auth_events_total Tokens checked, by interface, outcome and key. A key appears as kh_ and 8 hex digits of the SHA-256 of its id.',
      '# TYPE futu_auth_events_total counter',
      String.raw`futu_auth_events_total{iface="rest",outcome="allow",key_id="a\"b\\c\nd"} 12`,
      '# TYPE from_a_newer_object counter',
      '',
    ].join('\n'),
  )
})

test('every metric that there is has an explanation, and every explanation a metric', async () => {
  const { gateway } = new CoreRig()
  const rig = makeRig({ KEYS_JSON })
  await rig.send('GET /api/accounts')
  await rig.send('GET /metrics')
  const names = [
    ...rig.gateway.counted.map(({ name }) => familyOf(name)),
    ...gatewayMetrics(gateway, 0, 0).map(({ name }) => name),
    ...connectorMetrics([], 0).map(({ name }) => name),
    ...gateway.metrics().map(({ name }) => name),
    ...new DeliveryCounts().samples().map(({ name }) => name),
    ...new OrderMetrics().samples(gateway.orders.entries.counts).map(({ name }) => name),
  ]
  assert.ok(names.length > 30)
  assert.deepEqual(new Set(names), new Set(Object.keys(METRIC_HELP)))
  for (const help of Object.values(METRIC_HELP)) assert.match(help, /^[A-Z][^\n]*\.$/)
})

test('/metrics shows what the object knows, as that format', async () => {
  const rig = makeRig()
  rig.gateway.samples = [{ name: 'opend_edge_gateway_up', type: 'gauge', values: [{ labels: {}, value: 0 }] }]
  const response = await rig.send('GET /metrics')
  assert.equal(response.headers.get('Content-Type'), `${METRICS_CONTENT_TYPE}; charset=utf-8`)
  assert.match(await response.text(), /^opend_edge_gateway_up 0$/m)
})
