import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { describe } from '../../src/problem/problem.ts'
import { ProgramStatusType } from '../../proto/enums.ts'
import { keyRig, makeRig, readError } from './rig.ts'
import { READY } from './sample-answers.ts'

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
  const { send } = makeRig()
  const ready = await send('GET /readyz')
  assert.equal(ready.status, 200)
  assert.equal(await ready.text(), 'ready')
})

const CONNECT_FAILED = { code: 'gateway.connect_failed', detail: 'connection refused', retryInMs: 500 } as const
const LOGGED_IN = { quote: true, trade: true, program: ProgramStatusType.Ready }
const NEEDS_CODE = { quote: false, trade: false, program: ProgramStatusType.NeedPhoneVerifyCode }

/** What is wrong; the part that `/readyz` names, its reason, and what it reports of the link, the logins and the storage. */
const REDS = [
  [
    { stage: 'waiting', loggedIn: null, lastFailure: CONNECT_FAILED },
    ['link', /not up \(waiting\).*could not be reached.*connection refused/, ['waiting', null, null, true]],
  ],
  [{ stage: 'parked', loggedIn: null }, ['link', /parked/, ['parked', null, null, true]]],
  [{ loggedIn: null }, ['quote_login', /not yet reported/, ['ready', null, null, true]]],
  [{ loggedIn: { ...LOGGED_IN, quote: false } }, ['quote_login', /quote server/, ['ready', false, true, true]]],
  [{ loggedIn: { ...LOGGED_IN, trade: false } }, ['trade_login', /trade server/, ['ready', true, false, true]]],
  [{ loggedIn: NEEDS_CODE }, ['quote_login', /NeedPhoneVerifyCode/, ['ready', false, false, true]]],
  [
    { storageFailure: { sinceMs: 0, detail: 'disk is full' } },
    ['storage', /storage refuses writes.*disk is full/, ['ready', true, true, false]],
  ],
] as const

test('/readyz names the first part that stops calls, and tells the parts apart', async () => {
  const { gateway, send } = makeRig()
  for (const [wrong, [part, reason, [link, quote_login, trade_login, storage]]] of REDS) {
    gateway.status_ = { ...READY, ...wrong }
    const response = await send('GET /readyz')
    assert.equal(response.status, 503)
    const body = (await response.json()) as { part: string; reason: string; parts: object }
    assert.equal(body.part, part)
    assert.match(body.reason, reason)
    assert.deepEqual(body.parts, { worker: true, object: true, link, quote_login, trade_login, storage })
  }
})

test('/readyz tells an object that does not answer from one that is not ready, and logs the cause', async (context) => {
  const log = mock.method(console, 'error', () => {})
  context.after(() => log.mock.restore())
  const { gateway, send } = makeRig()
  gateway.status = async () => Promise.reject(new Error('the object is overloaded'))
  const response = await send('GET /readyz')
  assert.equal(response.status, 503)
  const unknown = { link: null, quote_login: null, trade_login: null, storage: null }
  assert.deepEqual(await response.json(), {
    ...{ status: 'not ready', part: 'object', reason: 'The gateway object does not answer.' },
    parts: { worker: true, object: false, ...unknown },
  })
  assert.match(String(log.mock.calls[0]?.arguments[0]), /overloaded/)
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
    loggedInAsOfMs: null,
    lastFailure,
    lastFailureAtMs: Date.UTC(2026, 10, 22),
    pendingCalls: 2,
    oldestPendingMs: gateway.status_.nowMs - 11_500,
  }
  const status = (await (await send('GET /api/admin/status')).json()) as Record<string, unknown>
  assert.deepEqual(status['platform'], { connected: false })
  assert.deepEqual(status['login'], {
    ...{ online: null, quote: null, trade: null, program_status: null, as_of: null },
    user_id: '100000001',
  })
  assert.deepEqual(status['gateway'], {
    stage: 'waiting',
    since: '2026-11-22T00:00:00.000Z',
    upstream: 'simulator:',
    connectors: [],
    conn_id: '7418311293381240001',
    server_ver: 1002,
    pending_calls: 2,
    oldest_pending_seconds: 11.5,
    waiting_calls: 0,
    connects: 1,
    last_failure: { at: '2026-11-22T00:00:00.000Z', code: 'gateway.init_rejected', error: describe(lastFailure).error },
  })
})

test('the status names orders that need a person, a failing storage and what is being cancelled', async () => {
  const { gateway, send } = keyRig(['admin'])
  gateway.status_ = {
    ...gateway.status_,
    storageFailure: { sinceMs: Date.UTC(2026, 10, 22), detail: 'disk is full' },
    unknownOrders: 2,
    oldestUnknownMs: gateway.status_.nowMs - 90_000,
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
    oldest_unknown_seconds: 90,
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

test('the status shows what OpenD has told, and null with a reason for the rest', async () => {
  const { gateway, send } = keyRig(['admin'])
  const read = async (): Promise<Record<string, unknown>> =>
    (await (await send('GET /api/admin/status')).json()) as Record<string, unknown>
  const unknown = await read()
  assert.deepEqual(
    [unknown['quote_rights'], unknown['trade_unlock'], unknown['pushes'], unknown['notices']],
    [
      { rights: null, as_of: null, reason: 'OpenD has not answered yet.' },
      { unlocked: null, as_of: null, evidence: 'No call has shown it since the gateway object started.' },
      { last: null, last_by_protocol: {} },
      [],
    ],
  )
  const atMs = Date.UTC(2026, 10, 22)
  gateway.status_ = {
    ...gateway.status_,
    quoteRights: { rights: { hk: 'Level2' }, asOfMs: atMs, reason: null },
    tradeLock: { isUnlocked: false, asOfMs: atMs, evidence: 'OpenD accepted a call to lock trade.' },
    lastPushes: { Notify: atMs, Trd_UpdateOrder: atMs - 1_000 },
    notices: [{ atMs, type: 'GtwEvent', what: 'KickedOut', text: 'logged in elsewhere' }],
  }
  const known = await read()
  const at = '2026-11-22T00:00:00.000Z'
  assert.deepEqual(
    [known['quote_rights'], known['trade_unlock'], known['pushes'], known['notices']],
    [
      { rights: { hk: 'Level2' }, as_of: at, reason: null },
      { unlocked: false, as_of: at, evidence: 'OpenD accepted a call to lock trade.' },
      { last: at, last_by_protocol: { Notify: at, Trd_UpdateOrder: '2026-11-21T23:59:59.000Z' } },
      [{ at, type: 'GtwEvent', what: 'KickedOut', text: 'logged in elsewhere' }],
    ],
  )
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
