import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { fetch as fetchOrUpgrade } from 'miniflare'
import { startTcpServer } from '../../src/cli/opend/tcp-server.ts'
import { timeOfDay } from '../../src/cli/opend/clock.ts'
import { startWebSocketServer } from '../../src/cli/opend/websocket-server.ts'
import { OpendDriver } from '../../src/simulator/driver.ts'
import { SimulatedOpenD } from '../../src/simulator/opend.ts'
import { md5Hex, nativeCrypto } from '../../src/transport/native-crypto.ts'
import { startConnector } from './connector-rig.ts'
import { startWorker, TEST_KEY, type TestWorker } from './harness.ts'
import { SocketClient } from './socket-client.ts'
import { freshRsaKey } from '../gateway/link/fresh-rsa-key.ts'

/** The same calls over every way to OpenD: reads, subscriptions with pushes, orders of both environments. */

type Json = Readonly<Record<string, unknown>>

const KEY = 'secret123'

/** Friday 2026-11-20, 10:30 in Hong Kong. */
const TRADING_HOUR_MS = Date.UTC(2026, 10, 20, 2, 30)

interface Ports {
  readonly tcp: number
  readonly ws: number
}

interface WayIn {
  readonly name: string
  readonly rsaKeyPem?: string
  readonly vars: (ports: Ports) => Readonly<Record<string, string>>
  /** Whether a connector has to be started. */
  readonly hasConnector?: true
}

const PEM = freshRsaKey()

const WAYS: readonly WayIn[] = [
  { name: 'a connector', hasConnector: true, vars: () => ({ OPEND_URL: 'connector:' }) },
  {
    name: 'a connector, to an OpenD with a key',
    hasConnector: true,
    rsaKeyPem: PEM,
    vars: () => ({ OPEND_URL: 'connector:', OPEND_RSA_KEY: PEM }),
  },
  {
    name: 'the WebSocket port with a key',
    vars: ({ ws }) => ({ OPEND_URL: `ws://127.0.0.1:${ws}`, OPEND_WS_KEY: KEY }),
  },
  { name: 'TCP', vars: ({ tcp }) => ({ OPEND_URL: `tcp://127.0.0.1:${tcp}` }) },
  {
    name: 'TCP with a key',
    rsaKeyPem: PEM,
    vars: ({ tcp }) => ({ OPEND_URL: `tcp://127.0.0.1:${tcp}`, OPEND_RSA_KEY: PEM }),
  },
  {
    name: 'the second address, when the first does not answer',
    vars: ({ tcp }) => ({ OPEND_URL: `tcp://127.0.0.1:1, tcp://127.0.0.1:${tcp}` }),
  },
]

/**
 * The test harness passes what the Worker fetches to Node's `fetch`, which cannot open WebSockets. That of the runtime's
 * own package can.
 */
function letUpgradesPass(t: TestContext): void {
  const original = globalThis.fetch
  t.after(() => (globalThis.fetch = original))
  globalThis.fetch = async (input, init) => {
    const request = init instanceof Request ? init : new Request(input, init)
    if (request.headers.get('Upgrade') !== 'websocket') return original(input, init)
    const headers = Object.fromEntries([...request.headers].filter(([name]) => !name.startsWith('sec-websocket')))
    return fetchOrUpgrade(request.url, { headers })
  }
}

async function startOpend(t: TestContext, rsaKeyPem: string | undefined): Promise<Ports> {
  const clock = { kind: 'fast', factor: 1, fromMs: TRADING_HOUR_MS, sinceMs: Date.now() } as const
  const key = rsaKeyPem === undefined ? {} : { rsaKeyPem }
  const options = { seed: 1, crypto: nativeCrypto, clock, limitsRates: false, webSocketKeyMd5: md5Hex(KEY), ...key }
  const driver = new OpendDriver(new SimulatedOpenD(options), timeOfDay)
  t.after(() => driver.stop())
  const tcp = await startTcpServer(driver, { port: 0 })
  t.after(() => tcp.close())
  const ws = await startWebSocketServer(driver, { port: 0 })
  t.after(() => ws.close())
  return { tcp: tcp.port, ws: ws.port }
}

async function ask(worker: TestWorker, path: string, body?: unknown): Promise<Json> {
  const { status, body: answer } = await worker.api(path, body)
  assert.equal(status, 200, `${path}: ${JSON.stringify(answer)}`)
  return (answer as { readonly s2c: Json }).s2c
}

for (const { name, rsaKeyPem, vars, hasConnector } of WAYS) {
  test(`reads, pushes and orders pass over ${name}`, async (t) => {
    letUpgradesPass(t)
    const ports = await startOpend(t, rsaKeyPem)
    const worker = await startWorker({ opendPort: ports.tcp, vars: vars(ports) })
    t.after(() => worker.close())
    if (hasConnector) await startConnector(t, worker, { opendPort: ports.tcp })

    const client = await SocketClient.open(worker.url, { token: TEST_KEY })
    t.after(() => client.socket.terminate())
    await client.subscribe(['HK.00700'], ['BASIC', 'ORDER_BOOK'])
    const { basic_qot_list } = await ask(worker, '/api/quote', {
      security_list: ['HK.00700'],
      sub_type_list: ['BASIC'],
    })
    assert.equal((basic_qot_list as readonly unknown[]).length, 1)
    await client.inbox.push('2:1_00700')

    const { acc_list } = await ask(worker, '/api/accounts')
    for (const env of [0, 1]) {
      const account = (acc_list as readonly Json[]).find(
        (one) => one['trd_env'] === env && (one['trd_market_auth_list'] as readonly number[]).includes(1),
      )
      const header = { trd_env: env, acc_id: String(account?.['acc_id']), trd_market: 1 }
      if (env === 1) {
        await ask(worker, '/api/unlock-trade', { unlock: true, pwd_md5: md5Hex('123456'), security_firm: 1 })
      }
      const order = { header, trd_side: 1, order_type: 1, code: '00700', qty: 100, price: 200, sec_market: 1 }
      const { order_id } = await ask(worker, '/api/order', order)
      await ask(worker, '/api/cancel-order', { header, order_id })
      const { order_list } = await ask(worker, '/api/orders', { header })
      assert.ok((order_list as readonly Json[]).some((one) => one['order_id'] === order_id))
    }
  })
}
