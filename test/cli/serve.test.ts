import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CALLS } from '../../src/calls.ts'

const top = mkdtempSync(join(tmpdir(), 'opend-edge-serve-'))
const children: ChildProcess[] = []
after(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(top, { recursive: true })
})

const ADMIN = `fc_${'ab'.repeat(32)}`
const HASH = createHash('sha256').update(ADMIN).digest('hex')
const KEYS_JSON = JSON.stringify({
  version: 1,
  keys: [{ id: 'ops', hash: `sha256:${HASH}`, scopes: ['acc:read', 'qot:read', 'admin'] }],
})
const ACCOUNT = { trd_env: 'simulate', acc_id: '281756479345015383', trd_market: 'HK' }
const ORDER = {
  ...{ ...ACCOUNT, sec_market: 'HK', code: '00700', trd_side: 'BUY', order_type: 'NORMAL' },
  ...{ qty: 100, price: 250 },
}

function run(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const program = fileURLToPath(new URL(`../../src/cli/${file}.ts`, import.meta.url))
  const child = spawn(process.execPath, [program, ...args], { env: { PATH: process.env['PATH'], ...env } })
  children.push(child)
  let [out, errors] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const closed = once(child, 'close') as Promise<[number | null]>
  const until = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const [, found] = pattern.exec(out) ?? []
      if (found !== undefined) return found
      const ended = await Promise.race([once(child.stdout, 'data').then(() => false), closed.then(() => true)])
      assert.ok(!ended, `${file} ended: ${errors}`)
    }
  }
  const end = async () => ({ code: (await closed)[0], errors })
  return { child, until, end }
}

/** Passes bytes on to OpenD. `onOrder` is called once, after an order has been passed on and before its reply is. */
async function startRelay(opendPort: number) {
  const relay = { port: 0, onOrder: null as (() => void) | null, close: () => {} }
  const server = createServer((edge) => {
    const opend = connect(opendPort, '127.0.0.1')
    let isCut = false
    edge.on('data', (bytes: Buffer) => {
      opend.write(bytes)
      const start = bytes.toString('latin1').indexOf('FT')
      if (relay.onOrder === null || start < 0 || bytes.readUInt32LE(start + 2) !== CALLS.Trd_PlaceOrder.protoId) return
      isCut = true
      relay.onOrder()
      relay.onOrder = null
    })
    opend.on('data', (bytes) => isCut || edge.write(bytes))
    for (const socket of [edge, opend]) {
      socket.on('error', () => {})
      socket.on('close', () => (edge.destroy(), opend.destroy()))
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  relay.port = (server.address() as AddressInfo).port
  relay.close = () => server.close()
  return relay
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

interface Answer {
  readonly status: number
  readonly text: string
}

test('npm run serve keeps keys, ledger, counters and subscriptions over kill -9', { timeout: 120_000 }, async (t) => {
  const opend = run('opend', ['--port', '0', '--hours', 'always', '--latency', '0'])
  const relay = await startRelay(Number(await opend.until(/tcp:\/\/127\.0\.0\.1:(\d+)/)))
  t.after(() => relay.close())
  const port = await freePort()
  const args = ['--port', String(port), '--data', join(top, 'data')]
  const env = { OPEND_URL: `tcp://127.0.0.1:${relay.port}`, KEYS_JSON, LOG_LEVEL: 'off' }
  const start = async () => {
    const server = run('serve', args, env)
    await server.until(/(listens) on/)
    return server
  }
  const call = async (path: string, token: string, body?: object, id?: string): Promise<Answer> => {
    const headers = { Authorization: `Bearer ${token}`, ...(id !== undefined && { 'Idempotency-Key': id }) }
    const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) }
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init)
    return {
      status: response.status,
      text: await response.text(),
    }
  }

  const first = await start()
  const made = await call('/api/admin/keys', ADMIN, {
    ...{ id: 'ann', scopes: ['qot:read', 'acc:read', 'trade:simulate'], max_orders_per_minute: 10 },
  })
  const { key } = JSON.parse(made.text) as { readonly key: string }
  assert.equal((await call('/api/quote', key, { security_list: ['HK.00700'], sub_type_list: ['BASIC'] })).status, 200)
  const placed = await call('/api/order', key, ORDER, 'one')
  assert.equal(placed.status, 200, placed.text)
  const second = await run('serve', ['--port', String(await freePort()), ...args.slice(2)], env).end()
  assert.equal(second.code, 1)
  assert.match(second.errors, /^The npm run serve at .* uses the data folder/)

  // The order is at OpenD, and nothing but the ledger knows it.
  relay.onOrder = () => first.child.kill('SIGKILL')
  await assert.rejects(call('/api/order', key, ORDER, 'two'))
  await first.end()

  const again = await start()
  const replay = await call('/api/order', key, ORDER, 'one')
  assert.deepEqual([replay.status, replay.text], [placed.status, placed.text], 'the ledger has the answer')
  const unsure = await call('/api/order', key, ORDER, 'two')
  assert.ok([200, 202].includes(unsure.status), unsure.text)
  const me = (await call('/api/me', key)).text
  assert.match(me, /"orders_per_minute":\{"cap":10,"used":2,/, 'both orders count')
  assert.match(me, /"subscriptions":\{"used":1,/)
  const orders = await call('/api/orders', key, ACCOUNT)
  assert.equal(orders.text.match(/"order_id":/g)?.length, 2, orders.text)

  const edge = ['--edge', `http://127.0.0.1:${port}`, '--token']
  const doctor = run('doctor', [...edge, ADMIN])
  await doctor.until(/right {4}(quote) {2}/)
  assert.equal((await doctor.end()).code, 0)
  assert.equal((await run('doctor', [...edge, 'fc_wrong']).end()).code, 1)

  again.child.kill('SIGTERM')
  assert.equal((await again.end()).code, 0)
})

test('a server that cannot work is refused with one sentence', async () => {
  const data = ['--data', join(top, 'refused')]
  const refusals: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ KEYS_JSON }, /^OPEND_URL is not set: [^\n]*\n$/],
    [{ OPEND_URL: 'connector:' }, /^No caller can be admitted: set KEYS_JSON [^\n]*\n$/],
    [{ OPEND_URL: 'connector:,simulator:', KEYS_JSON }, /^OPEND_URL [^\n]*\n$/],
  ]
  for (const [env, sentence] of refusals) {
    const { code, errors } = await run('serve', data, env).end()
    assert.equal(code, 1)
    assert.match(errors, sentence)
  }
})
