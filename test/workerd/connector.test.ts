import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { timeOfDay } from '../../src/cli/opend/clock.ts'
import { startTcpServer } from '../../src/cli/opend/tcp-server.ts'
import { OpendDriver } from '../../src/simulator/driver.ts'
import { SimulatedOpenD } from '../../src/simulator/opend.ts'
import { nativeCrypto } from '../../src/transport/native-crypto.ts'
import { startConnector } from './connector-rig.ts'
import { startWorker, TEST_KEY, type TestWorker } from './harness.ts'
import { SocketClient } from './socket-client.ts'

/** The connector against the real Worker and object: what happens when a part of the way goes away. */

/** Friday 2026-11-20, 10:30 in Hong Kong. */
const TRADING_HOUR_MS = Date.UTC(2026, 10, 20, 2, 30)

/** A port on which nothing listens. */
const CLOSED_PORT = 1

async function startOpend(t: TestContext): Promise<number> {
  const clock = { kind: 'fast', factor: 1, fromMs: TRADING_HOUR_MS, sinceMs: Date.now() } as const
  const driver = new OpendDriver(new SimulatedOpenD({ seed: 1, crypto: nativeCrypto, clock }), timeOfDay)
  t.after(() => driver.stop())
  const server = await startTcpServer(driver, { port: 0 })
  t.after(() => server.close())
  return server.port
}

async function startEdge(t: TestContext, vars: Readonly<Record<string, string>> = {}): Promise<TestWorker> {
  const worker = await startWorker({ opendPort: CLOSED_PORT, vars: { OPEND_URL: 'connector:', ...vars } })
  t.after(() => worker.close())
  return worker
}

interface Status {
  readonly gateway: {
    readonly upstream: string
    readonly connectors: readonly { readonly name: string; readonly state: string; readonly reason: string | null }[]
  }
}

async function statesOf(worker: TestWorker): Promise<readonly string[]> {
  const { gateway } = (await worker.api('/api/admin/status')).body as Status
  return gateway.connectors.map(({ name, state }) => `${name} ${state}`)
}

async function isAnswered(worker: TestWorker): Promise<void> {
  const { status, body } = await worker.api('/api/global-state')
  assert.equal(status, 200, JSON.stringify(body))
}

test('a connector that is killed and started again brings the pushes back to the clients', async (t) => {
  const worker = await startEdge(t)
  const opendPort = await startOpend(t)
  const first = await startConnector(t, worker, { opendPort })
  const client = await SocketClient.open(worker.url, { token: TEST_KEY })
  t.after(() => client.socket.terminate())
  await client.subscribe(['HK.00700'], ['ORDER_BOOK'])
  await client.inbox.push('2:1_00700')
  const stoppedMs = Date.now()
  const changeTo = (isUp: boolean) =>
    client.inbox.take(`link that is ${isUp ? 'up' : 'down'}`, (message) => {
      return message['type'] === 'gateway' && message['up'] === isUp && Number(message['at_ms']) >= stoppedMs
    })
  first.stop()
  await changeTo(false)
  await startConnector(t, worker, { opendPort })
  await changeTo(true)
  const before = client.inbox.ofStream('2:1_00700').length
  await client.inbox.take(
    'a push after the restart',
    (message) => message['stream'] === '2:1_00700' && client.inbox.ofStream('2:1_00700').length > before,
  )
  await isAnswered(worker)
})

test('without a connector, and with one whose OpenD is down, the error says so and what to do', async (t) => {
  const worker = await startEdge(t)
  const nobody = await worker.api('/api/global-state')
  assert.equal(nobody.status, 500)
  assert.match(JSON.stringify(nobody.body), /no connector is connected: run npm run connector beside OpenD/)
  await startConnector(t, worker, { opendPort: CLOSED_PORT })
  const down = await worker.api('/api/global-state')
  assert.match(
    JSON.stringify(down.body),
    /the connector home reports: OpenD at 127\.0\.0\.1:1 cannot be reached: ECONNREFUSED/,
  )
  const ready = await worker.fetch('/readyz')
  assert.equal(ready.status, 503)
  assert.match(await ready.text(), /ECONNREFUSED/)
})

test('the second connector takes over from the first, and status, metrics and audit show it', async (t) => {
  const worker = await startEdge(t, { OPEND_CONNECTORS: 'home,office' })
  const opendPort = await startOpend(t)
  const home = await startConnector(t, worker, { opendPort, name: 'home' })
  await isAnswered(worker)
  const office = await startConnector(t, worker, { opendPort, name: 'office' })
  await office.line(/on standby/)
  assert.deepEqual(await statesOf(worker), ['home active', 'office standby'])
  home.stop()
  await office.line(/this connector is active/)
  await isAnswered(worker)
  assert.deepEqual(await statesOf(worker), ['office active'])
  const metrics = await (await worker.fetch('/metrics')).text()
  assert.match(metrics, /^opend_edge_connector_takeovers_total 1$/m)
  assert.match(metrics, /^opend_edge_connectors\{state="active"\} 1$/m)
  const audit = JSON.stringify((await worker.api('/api/admin/audit?limit=20')).body)
  assert.match(audit, /take_over/)
  assert.match(audit, /from home/)
})

test('a connector stays connected while the object is evicted, and carries the link after it', async (t) => {
  const worker = await startEdge(t)
  const opendPort = await startOpend(t)
  const connector = await startConnector(t, worker, { opendPort })
  await isAnswered(worker)
  await worker.evict()
  await isAnswered(worker)
  assert.deepEqual(await statesOf(worker), ['home active'])
  assert.ok(connector.lines.filter((line) => line.includes('this connector is active')).length >= 2)
})

test('a connector whose key is revoked is dropped at once, and one without the scope is not let in', async (t) => {
  const worker = await startEdge(t)
  const opendPort = await startOpend(t)
  const made = await worker.api('/api/admin/keys', { id: 'house', scopes: ['gateway'] })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const { key: token } = made.body as { readonly key: string }
  const connector = await startConnector(t, worker, { opendPort, token })
  await isAnswered(worker)
  assert.equal((await worker.api('/api/admin/keys/house/revoke', {})).status, 200)
  assert.deepEqual(await statesOf(worker), [], 'dropped before the call is answered')
  await connector.line(/does not accept the token any more/)
  const admin = await worker.api('/api/admin/keys', { id: 'reader', scopes: ['qot:read', 'admin', 'trade:real'] })
  const reader = await startConnector(t, worker, {
    opendPort,
    token: (admin.body as { readonly key: string }).key,
  })
  await reader.line(/it needs the scope gateway/)
})
