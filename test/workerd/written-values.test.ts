import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { timeOfDay } from '../../src/cli/opend/clock.ts'
import { type Listener, startTcpServer } from '../../src/cli/opend/tcp-server.ts'
import { OpendDriver } from '../../src/simulator/driver.ts'
import { SimulatedOpenD } from '../../src/simulator/opend.ts'
import { nativeCrypto } from '../../src/transport/native-crypto.ts'
import { startWorker, type TestWorker } from './harness.ts'

/** Bodies as people write them, in the real runtime, with its own time zones, answered by the simulated OpenD. */

let opend: OpendDriver
let listener: Listener
let worker: TestWorker

before(async () => {
  const clock = { kind: 'fast', factor: 1, fromMs: Date.now(), sinceMs: Date.now() } as const
  opend = new OpendDriver(new SimulatedOpenD({ seed: 1, crypto: nativeCrypto, clock, limitsRates: false }), timeOfDay)
  listener = await startTcpServer(opend, { port: 0 })
  worker = await startWorker({ opendPort: listener.port })
})

after(async () => {
  await worker.close()
  opend.stop()
  await listener.close()
})

interface Answer {
  readonly error?: string
  readonly left_out?: readonly object[]
  readonly s2c: Readonly<Record<string, readonly object[]>>
}

async function ask(path: string, body: object, status = 200): Promise<Answer> {
  const { status: actual, body: answer } = await worker.api(path, body)
  assert.equal(actual, status, `${path}: ${JSON.stringify(answer)}`)
  return answer as Answer
}

/** `YYYY-MM-DD` so many days from today, UTC. */
function dayFromNow(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
}

test('K-lines and subscriptions by the names of the official SDK', async () => {
  const types = ['QUOTE', 'K_DAY', 'RT_DATA', 'TICKER', 'ORDER_BOOK']
  await ask('/api/subscribe', { symbols: ['HK.700'], sub_type_list: types, is_sub_or_un_sub: true })
  const kLines = await ask('/api/kline', { symbol: 'HK.700', kl_type: 'K_DAY', rehab_type: 'qfq', req_num: 5 })
  assert.equal(kLines.s2c['kl_list']?.length, 5)
})

test('an option chain without times, and one of four months', async () => {
  const month = await ask('/api/option-chain', { symbol: 'us.aapl' })
  const short = month.s2c['option_chain'] ?? []
  assert.ok(short.length > 0)
  const long = await ask('/api/option-chain', { symbol: 'US.AAPL', end_time: dayFromNow(120) })
  const chain = (long.s2c['option_chain'] ?? []) as { strike_time: string }[]
  const days = chain.map(({ strike_time: day }) => day)
  assert.ok(days.length > short.length)
  assert.deepEqual(days, [...new Set(days)].toSorted(), 'an expiry is missing its place, or there twice')
})

test('history K-lines between two times with a zone', async () => {
  const span = { begin_time: `${dayFromNow(-20)}T00:00:00Z`, end_time: `${dayFromNow(-1)}T00:00:00Z` }
  const body = { symbol: 'US.AAPL', kl_type: 'K_DAY', rehab_type: 'None', ...span }
  assert.ok(((await ask('/api/history-kline', body)).s2c['kl_list'] ?? []).length > 5)
})

test('past orders and fills without a filter', async () => {
  const accounts = (await worker.api('/api/accounts')).body as Answer
  const [account] = (accounts.s2c['acc_list'] ?? []) as {
    acc_id: string
    trd_env: number
    trd_market_auth_list: number[]
  }[]
  assert.ok(account !== undefined)
  const { acc_id, trd_env, trd_market_auth_list } = account
  const header = { acc_id, trd_env, trd_market: trd_market_auth_list[0] }
  assert.ok(Array.isArray((await ask('/api/history-orders', header)).s2c['order_list']))
})

test('a batch of snapshots with a code that OpenD does not know', async () => {
  const symbols = ['HK.700', 'HK.99999', 'US.AAPL210115C185000']
  const refused = await ask('/api/snapshot', { symbols }, 400)
  assert.partialDeepStrictEqual(refused, { securities: ['HK.99999'], expired: ['US.AAPL210115C185000'] })
  const part = await ask('/api/snapshot?partial=true', { symbols })
  assert.equal(part.s2c['snapshot_list']?.length, 1)
  assert.deepEqual(part.left_out, [
    { symbol: 'US.AAPL210115C185000', reason: 'expired' },
    { symbol: 'HK.99999', reason: '未知股票 HK.99999' },
  ])
})
