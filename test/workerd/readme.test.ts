import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exampleCalls } from '../docs/example-calls.ts'
import { startWorker, TEST_KEY } from './harness.ts'

test('the read, the order, its cancel and the order list of the README work as they are printed', async (t) => {
  const worker = await startWorker({ vars: { LOCAL_OPEN_READS: 'true' } })
  t.after(() => worker.close())
  const [read, order, cancel, list, ...others] = exampleCalls('README.md')
  assert.ok(read !== undefined && order !== undefined && cancel !== undefined)
  assert.ok(list !== undefined && others.length === 0)

  const quote = await worker.fetch(read.path, { method: 'POST', headers: read.headers, body: read.body })
  assert.equal(quote.status, 200, await quote.text())

  const withKey = { Authorization: `Bearer ${TEST_KEY}` }
  const send = { method: 'POST', headers: { ...order.headers, ...withKey }, body: order.body }
  const placed = await worker.fetch(order.path, send)
  const answer = await placed.text()
  assert.equal(placed.status, 200, answer)
  const [, orderId] = /"order_id":"(\d+)"/.exec(answer) ?? []
  assert.ok(orderId !== undefined, answer)
  const repeated = await worker.fetch(order.path, send)
  assert.equal(repeated.headers.get('Idempotency-Replayed'), 'true')
  assert.equal(await repeated.text(), answer)

  // What the shell takes from the answer stands as 1 in the example.
  const body = cancel.body?.replace('"order_id":"1"', `"order_id":"${orderId}"`) ?? ''
  const cancelled = await worker.fetch(cancel.path, {
    method: 'POST',
    headers: { ...cancel.headers, ...withKey },
    body,
  })
  assert.equal(cancelled.status, 200, await cancelled.text())

  const listed = await worker.fetch(list.path, { method: 'POST', headers: list.headers, body: list.body })
  const orders = await listed.text()
  assert.match(orders, new RegExp(`"order_id":"${orderId}".*"fill_qty":0`))
})
