import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { startWorker, TEST_KEY, type TestWorker } from './harness.ts'

/** Uploads that end too early, in the real runtime. `fetch` sends none of these, so the bytes are written here. */

let worker: TestWorker

before(async () => {
  worker = await startWorker()
})
after(() => worker.close())

function head(method: string, path: string, ...headers: readonly string[]): string {
  const all = [`Host: ${worker.url.host}`, `Authorization: Bearer ${TEST_KEY}`, 'Connection: close', ...headers]
  return `${method} ${path} HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n`
}

test('an upload that its client aborts is neither a bug in the log nor a 500 in the metrics', async () => {
  const uploads = [
    `${head('POST', '/api/quote', 'Content-Length: 100')}{"symbols"`,
    `${head('POST', '/api/stock-filter', 'Content-Length: 100')}{"market"`,
    `${head('POST', '/api/order', 'Transfer-Encoding: chunked')}5\r\n{"cod\r\n`,
    `${head('GET', '/api/accounts', 'Transfer-Encoding: chunked')}5\r\n{"`,
    `${head('POST', '/api/trading/halt', 'Content-Length: 100')}{"scope"`,
  ]
  const aborted = async (upload: string): Promise<void> => {
    const socket = connect(Number(worker.url.port), worker.url.hostname)
    socket.on('error', () => {})
    await once(socket, 'connect')
    await new Promise((resolve) => socket.write(upload, resolve))
    // A call of another connection is answered only after the runtime has taken these bytes.
    await worker.fetch('/health')
    socket.destroy()
  }
  await Promise.all(uploads.map(aborted))
  for (const path of ['/api/accounts', '/api/global-state']) assert.equal((await worker.api(path)).status, 200)
  const metrics = await (await worker.fetch('/metrics')).text()
  assert.doesNotMatch(metrics, /opend_edge_http_requests_total\{[^}]*status="5/)
  assert.deepEqual(
    worker.logs().filter((line) => /error|bug|disconnected/i.test(line)),
    [],
  )
})
