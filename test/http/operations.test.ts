import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { describe } from '../../src/problem/problem.ts'
import { keyRig, makeRig, readError } from './rig.ts'

test('/health is green while the Worker lives, whatever else is broken', async () => {
  const { gateway, send } = makeRig()
  gateway.status_ = { ...gateway.status_, stage: 'parked' }
  for (const env of [undefined, {}]) {
    const response = await send('GET /health', env === undefined ? {} : { env })
    assert.equal(response.status, 200)
    assert.equal(await response.text(), 'ok')
  }
  assert.equal(gateway.touched, 0)
})

test('/readyz is green only when a call could be answered now', async () => {
  const { gateway, send } = makeRig()
  const ready = await send('GET /readyz')
  assert.equal(ready.status, 200)
  assert.equal(await ready.text(), 'ready')

  const failure = { code: 'gateway.connect_failed', detail: 'connection refused', retryInMs: 500 } as const
  const { status_ } = gateway
  const reds = [
    [
      { ...status_, stage: 'waiting', lastFailure: failure },
      /not up \(waiting\).*could not be reached.*connection refused/,
    ],
    [{ ...status_, stage: 'parked' }, /parked/],
    [{ ...status_, loggedIn: null }, /not yet reported/],
    [{ ...status_, loggedIn: { ...LOGGED_IN, quote: false } }, /quote server/],
    [{ ...status_, loggedIn: { ...LOGGED_IN, trade: false } }, /trade server/],
    [{ ...status_, storageFailure: { sinceMs: 0, detail: 'disk is full' } }, /storage refuses writes.*disk is full/],
  ] as const
  for (const [status, reason] of reds) {
    gateway.status_ = status
    const response = await send('GET /readyz')
    assert.equal(response.status, 503)
    assert.match(((await response.json()) as { reason: string }).reason, reason)
  }
})

test('/readyz of a misconfigured deployment is red and names the log', async (context) => {
  const log = mock.method(console, 'error', () => {})
  context.after(() => log.mock.restore())
  const { send } = makeRig()
  const response = await send('GET /readyz', { env: {} })
  assert.equal(response.status, 503)
  assert.match(await response.text(), /configuration of this deployment is wrong.*log/)
})

test('the status names the link and its last failure', async () => {
  const { gateway, send } = keyRig(['admin'])
  const lastFailure = { code: 'gateway.init_rejected', detail: 'no right', retryInMs: null } as const
  gateway.status_ = {
    ...gateway.status_,
    stage: 'waiting',
    loggedIn: null,
    lastFailure,
  }
  const status = (await (await send('GET /api/admin/status')).json()) as Record<string, unknown>
  assert.deepEqual(status['platform'], { connected: false })
  assert.deepEqual(status['login'], { online: false, quote: null, trade: null, user_id: '100000001' })
  assert.deepEqual(status['gateway'], {
    stage: 'waiting',
    since: '2026-11-22T00:00:00.000Z',
    upstream: 'simulator:',
    conn_id: '7418311293381240001',
    server_ver: 1002,
    pending_calls: 0,
    connects: 1,
    last_failure: { code: 'gateway.init_rejected', error: describe(lastFailure).error },
  })
})

test('the status names orders that need a person, a failing storage and what is being cancelled', async () => {
  const { gateway, send } = keyRig(['admin'])
  gateway.status_ = {
    ...gateway.status_,
    storageFailure: { sinceMs: Date.UTC(2026, 10, 22), detail: 'disk is full' },
    unknownOrders: 2,
    contradictions: { absent: 1, rejected: 0 },
    cancelTasks: [
      {
        ...{ reason: 'halt', scope: { kind: 'all' }, isRunning: true, attempts: 3, detail: '1 orders are open' },
        ...{ dueAtMs: Date.UTC(2026, 10, 22), nextAttemptMs: Date.UTC(2026, 10, 22, 0, 1) },
      },
    ],
  }
  const status = (await (await send('GET /api/admin/status')).json()) as Record<string, unknown>
  assert.deepEqual(status['orders'], {
    unknown: 2,
    contradictions: { absent: 1, rejected: 0 },
    storage_failure: { since: '2026-11-22T00:00:00.000Z', error: 'disk is full' },
    cancel_tasks: [
      {
        ...{ reason: 'halt', scope: { kind: 'all' }, running: true, attempts: 3, detail: '1 orders are open' },
        ...{ due: '2026-11-22T00:00:00.000Z', next_attempt: '2026-11-22T00:01:00.000Z' },
      },
    ],
  })
})

test('the version is the one of the package', async () => {
  const { default: manifest } = await import('../../package.json', { with: { type: 'json' } })
  const { send } = keyRig(['admin'])
  const status = (await (await send('GET /api/admin/status')).json()) as Record<string, unknown>
  assert.equal(status['version'], manifest.version)
})

test('reload and shutdown do their work and say so; an empty object is no parameter', async () => {
  const { gateway, send } = keyRig(['admin'])
  for (const [route, done] of [
    ['POST /api/admin/reload', 'reload'],
    ['POST /api/admin/shutdown', 'shutdown'],
  ] as const) {
    for (const body of [undefined, {}]) {
      const answer = (await (await send(route, { body })).json()) as Record<string, unknown>
      assert.equal(answer['ok'], true)
      assert.equal(gateway.done.pop(), done)
    }
  }
  const shutdown = (await (await send('POST /api/admin/shutdown')).json()) as Record<string, unknown>
  assert.equal(shutdown['shutting_down_in_secs'], 1)
})

test('/metrics needs the scope metrics, unless METRICS_AUTH=open opens it', async () => {
  const open = makeRig({ METRICS_AUTH: 'open' })
  assert.equal((await open.send('GET /metrics')).status, 200)
  const closed = { METRICS_AUTH: undefined }
  assert.equal((await readError(await makeRig(closed).send('GET /metrics'), 401)).code, 'auth.missing_token')

  const { send } = keyRig(['metrics'])
  assert.equal((await send('GET /metrics')).status, 200)
})
