import assert from 'node:assert/strict'
import { mock, test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { DURATION_BUCKETS, DurationCounts } from '../../src/http/operations/duration-counts.ts'
import { renderMetrics } from '../../src/http/operations/metrics-page.ts'
import { keysJson, makeRig, tokenOf } from './rig.ts'

const KEYS = keysJson({ id: 'bot', scopes: ['qot:read'] })

/** The lines of both outputs while a test runs. */
function logOf(context: TestContext): () => readonly Record<string, unknown>[] {
  const outputs = (['log', 'error'] as const).map((output) => mock.method(console, output, () => {}))
  context.after(() => outputs.forEach((output) => output.mock.restore()))
  return () =>
    outputs.flatMap((output) =>
      output.mock.calls.map(({ arguments: [line] }) => JSON.parse(String(line)) as Record<string, unknown>),
    )
}

test('a request has one line with its id, route, caller, status and time, and nothing of its query or token', async (context) => {
  const lines = logOf(context)
  const rig = makeRig({ KEYS_JSON: KEYS, LOG_LEVEL: 'info' })
  const headers = { 'X-Request-Id': 'req-1' }
  await rig.send('GET /api/global-state?token=fc_123', { token: tokenOf('bot'), headers })
  await rig.send('GET /api/order-intents/oi_12345678', { token: 'wrong' })
  const [first, second] = lines()
  assert.deepEqual(
    { ...first, duration_ms: 0 },
    {
      ...{ level: 'info', request_id: 'req-1', route: 'GET /api/global-state', status: 400, duration_ms: 0 },
      caller: 'key:bot',
    },
  )
  assert.deepEqual(
    [second?.['route'], second?.['status'], second?.['caller']],
    ['GET /api/order-intents/{id}', 401, '<invalid>'],
  )
  assert.doesNotMatch(JSON.stringify(lines()), /fc_|wrong|12345678/)
})

test('the level decides which requests have a line', async (context) => {
  const lines = logOf(context)
  for (const level of ['error', 'off']) {
    const rig = makeRig({ KEYS_JSON: KEYS, LOG_LEVEL: level })
    await rig.send('GET /health')
    rig.gateway.answers.set('GetGlobalState', { code: 'gateway.not_ready', detail: 'test', retryInMs: null })
    await rig.send('GET /api/global-state', { token: tokenOf('bot') })
    rig.gateway.status_ = { ...rig.gateway.status_, stage: 'waiting' }
    assert.equal((await rig.send('GET /readyz')).status, 503)
  }
  assert.deepEqual(
    lines().map(({ level, status }) => [level, status]),
    [['error', 500]],
  )
})

test('durations become a histogram whose buckets add up, also when a report is lost', () => {
  const durations = fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(durations, durations, (lost, later) => {
      const [first, second] = [new DurationCounts(), new DurationCounts()]
      for (const ms of lost) first.add('/a', ms)
      for (const ms of later) second.add('/a', ms)
      second.addAll(first)
      const all = [...lost, ...later]
      const series = new Map(second.deltas().map(({ name, labels, add }) => [`${name} ${labels['le'] ?? ''}`, add]))
      for (const bound of DURATION_BUCKETS) {
        const expected = all.filter((ms) => ms <= bound * 1_000).length
        assert.equal(series.get(`opend_edge_http_request_seconds_bucket ${bound}`), expected)
      }
      assert.equal(series.get('opend_edge_http_request_seconds_bucket +Inf'), all.length)
      assert.equal(series.get('opend_edge_http_request_seconds_count '), all.length)
    }),
  )
})

test('a histogram is one family on the page of metrics', () => {
  const counts = new DurationCounts()
  counts.add('/health', 3)
  const page = renderMetrics(
    counts.deltas().map(({ name, labels, add }) => ({ name, type: 'counter', values: [{ labels, value: add }] })),
  )
  assert.equal(page.match(/# TYPE/g)?.length, 1)
  assert.match(page, /# TYPE opend_edge_http_request_seconds histogram\n/)
  assert.match(page, /_bucket\{endpoint="\/health",le="0.005"\} 1\n/)
})
