import assert from 'node:assert/strict'
import { test } from 'node:test'
import { USUAL_LATENCY } from '../../src/simulator/session/latency.ts'
import { startWorker } from './harness.ts'

/** The simulated HK account of the simulator. */
const ACCOUNT = '281756479345015383'

test('with reads open, the published first calls work as they are printed', async (t) => {
  const worker = await startWorker({ vars: { LOCAL_OPEN_READS: 'true' } })
  t.after(() => worker.close())
  assert.equal((await worker.fetch('/api/accounts')).status, 200)
  const quote = await worker.fetch('/api/quote', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"security_list":[{"market":1,"code":"00700"}],"sub_type_list":[1]}',
  })
  assert.equal(quote.status, 200)
  assert.match(await quote.text(), /"basic_qot_list":\[\{"security":\{"market":1,"code":"00700"\}/)
  const placeholder = { headers: { Authorization: 'Bearer fc_xxxx....' } }
  assert.equal((await worker.fetch('/api/accounts', placeholder)).status, 401, 'a token that is given is looked at')
  assert.equal((await worker.fetch('/api/order', { method: 'POST', body: '{}' })).status, 401, 'writes need a key')
})

test('what happened on the embedded OpenD survives a restart of the object', async (t) => {
  const worker = await startWorker()
  t.after(() => worker.close())
  const header = { trd_env: 'simulate', acc_id: ACCOUNT, trd_market: 'HK' }
  const order = { header, trd_side: 'BUY', order_type: 'NORMAL', code: '00700', qty: 100, price: 100, sec_market: 'HK' }
  const placed = await worker.api('/api/order', order)
  assert.equal(placed.status, 200, JSON.stringify(placed.body))
  const [, orderId] = /"order_id":"(\d+)"/.exec(JSON.stringify(placed.body)) ?? []
  assert.ok(orderId !== undefined)
  await worker.evict()
  const orders = await worker.api('/api/orders', { header })
  assert.ok(JSON.stringify(orders.body).includes(`"order_id":"${orderId}"`), JSON.stringify(orders.body))
})

test('orders of an embedded OpenD that lost its state get other ids than those of before', async (t) => {
  const worker = await startWorker()
  t.after(() => worker.close())
  const header = { trd_env: 'simulate', acc_id: ACCOUNT, trd_market: 'HK' }
  const order = { header, trd_side: 'BUY', order_type: 'NORMAL', code: '00700', qty: 100, price: 100, sec_market: 'HK' }
  const ids: (string | undefined)[] = []
  for (let run = 0; run < 2; run++) {
    const placed = await worker.api('/api/order', order)
    ids.push(/"order_id":"(\d+)"/.exec(JSON.stringify(placed.body))?.[1])
    await worker.evict()
    await worker.sql('DELETE FROM simulator_state')
    await worker.evict()
  }
  assert.equal(new Set(ids).size, 2, JSON.stringify(ids))
  assert.equal(ids.includes(undefined), false)
})

test('the reply to an order of the demo takes the time of a trade server', async (t) => {
  const worker = await startWorker({ hasLatency: true })
  t.after(() => worker.close())
  const header = { trd_env: 'simulate', acc_id: ACCOUNT, trd_market: 'HK' }
  const order = { header, trd_side: 'BUY', order_type: 'NORMAL', code: '00700', qty: 100, price: 100, sec_market: 'HK' }
  await worker.api('/api/accounts')
  const startMs = performance.now()
  const placed = await worker.api('/api/order', order)
  assert.equal(placed.status, 200, JSON.stringify(placed.body))
  const tookMs = performance.now() - startMs
  assert.ok(tookMs >= USUAL_LATENCY.orders.leastMs, `${tookMs} ms`)
})
