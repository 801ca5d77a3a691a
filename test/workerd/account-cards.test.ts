import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { timeOfDay } from '../../src/cli/opend/clock.ts'
import { type Listener, startTcpServer } from '../../src/cli/opend/tcp-server.ts'
import { OpendDriver } from '../../src/simulator/driver.ts'
import { SimulatedOpenD } from '../../src/simulator/opend.ts'
import { nativeCrypto } from '../../src/transport/native-crypto.ts'
import { startWorker, type TestWorker } from './harness.ts'
import { keysJson, sampleKey } from './push-rig.ts'

/** Keys whose accounts are named by card, in the real runtime: the account list comes from the object by RPC. */

/** The card of the second account of the simulated login. */
const CARD_HOLDER = { id: 'card', key: sampleKey('c4'), record: { allowed_card_nums: ['4263'] } }
const MINE = '987654'
const OTHER = '281756455988247916'

let opend: OpendDriver
let listener: Listener
let worker: TestWorker

before(async () => {
  opend = new OpendDriver(new SimulatedOpenD({ seed: 1, crypto: nativeCrypto }), timeOfDay)
  listener = await startTcpServer(opend, { port: 0 })
  worker = await startWorker({ opendPort: listener.port, vars: { KEYS_JSON: keysJson([CARD_HOLDER]) } })
})

after(async () => {
  await worker.close()
  opend.stop()
  await listener.close()
})

async function ask(path: string, body?: object): Promise<{ readonly status: number; readonly text: string }> {
  const headers = { Authorization: `Bearer ${CARD_HOLDER.key}`, 'Content-Type': 'application/json' }
  const post = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const response = await worker.fetch(path, { headers, ...post })
  return { status: response.status, text: await response.text() }
}

const funds = (accId: string) => ask('/api/funds', { header: { trd_env: 1, acc_id: accId, trd_market: 1 } })

test('a key with a card sees the account of that card alone, and nothing while the list cannot be had', async () => {
  const listed = await ask('/api/accounts')
  assert.equal(listed.status, 200, listed.text)
  assert.deepEqual(
    [...listed.text.matchAll(/"acc_id":"(\d+)"/g)].map(([, id]) => id),
    [MINE],
  )
  assert.equal((await funds(MINE)).status, 200)
  const refused = await funds(OTHER)
  assert.deepEqual([refused.status, /auth\.account_not_allowed/.test(refused.text)], [403, true])

  await listener.close()
  await worker.evict()
  const unreachable = await funds(MINE)
  assert.ok(unreachable.status >= 500, unreachable.text)
  assert.match(unreachable.text, /"code":"gateway\./)
})
