import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startWorker, TEST_KEY } from './harness.ts'
import { openInBrowser, SocketClient } from './socket-client.ts'

/** Live pushes of the simulated OpenD on board, as `npm start` has it. */

test('with reads open, a page on this machine gets ticks without a token, and keeps to what others may see', async (t) => {
  const worker = await startWorker({ vars: { LOCAL_OPEN_READS: 'true' } })
  t.after(() => worker.close())
  const { socket, inbox } = await openInBrowser(worker.url, '', [])
  assert.equal((await inbox.type('hello'))['caller'], 'local')
  socket.send('{"op":"subscribe","symbols":["HK.00700","US.AAPL"],"types":["Basic","Ticker"]}')
  assert.equal((await inbox.type('reply'))['ok'], true)
  await Promise.all(['1:1_00700', '4:1_00700', '1:11_AAPL', '4:11_AAPL'].map((stream) => inbox.push(stream)))
  // The market is always open there: something trades soon.
  const second = await inbox.push('4:1_00700')
  assert.deepEqual([second['type'], 'snapshot' in second], ['quote', false])

  // It may become somebody by showing a key.
  const wish = '{"op":"subscribe","symbols":["HK.00005"],"types":["Basic"]}'
  socket.send(`{"op":"auth","token":"${TEST_KEY}"}`)
  assert.equal((await inbox.type('hello'))['caller'], 'key:local')
  assert.equal((await inbox.type('reply'))['ok'], true)
  socket.send(wish)
  const streams = (await inbox.type('reply'))['streams'] as readonly string[]
  assert.ok(
    streams.includes('1:1_00005') && !streams.includes('1:1_00700'),
    'what nobody subscribed is not taken along',
  )
  socket.close()
})

test('the embedded OpenD pushes to sockets and reads agree with it', async (t) => {
  const worker = await startWorker()
  t.after(() => worker.close())
  const client = await SocketClient.open(worker.url, { token: TEST_KEY })
  await client.subscribe(['HK.00388'], ['KL_1Min', 'OrderBook'])
  const [line, book] = await Promise.all(['11:1_00388:1', '2:1_00388'].map((stream) => client.inbox.push(stream)))
  assert.deepEqual([line?.['proto_id'], book?.['proto_id']], [3007, 3013])
  const read = await worker.api('/api/kline', { security: 'HK.00388', kl_type: '1Min', rehab_type: 1, req_num: 5 })
  assert.equal(read.status, 200, JSON.stringify(read.body))
  await client.close()
})
