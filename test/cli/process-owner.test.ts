import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { basename } from 'node:path'
import { test } from 'node:test'
import { portOwnerOf, portProblem, portText } from '../../src/cli/process-owner.ts'
import { opendProblem } from '../../src/cli/start/opend-probe.ts'

test('a port in use is reported with its process; a free one is not reported', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  const holder = `${basename(process.execPath)} (process ${process.pid})`
  assert.equal(await portProblem('127.0.0.1', address.port), `Port ${address.port} is in use by ${holder}`)
  const opend = [{ kind: 'tcp', hostname: '127.0.0.1', port: address.port }] as const
  assert.equal(await opendProblem(opend), null)
  await new Promise((resolve) => server.close(resolve))
  assert.equal(await portProblem('127.0.0.1', address.port), null)
  assert.equal(portOwnerOf(address.port), null)
  assert.equal(
    await opendProblem(opend),
    `OpenD cannot be reached at tcp://127.0.0.1:${address.port}: the connection is refused. Start it there or correct OPEND_URL; the gateway retries.`,
  )
})

test('other reasons why a port is unavailable are reported too', () => {
  assert.equal(portText('EACCES', 80), 'Port 80 needs administrator rights')
  assert.equal(portText('EADDRNOTAVAIL', 80), 'Cannot listen on port 80 (EADDRNOTAVAIL)')
})

test('the embedded simulator is always reachable', async () => {
  assert.equal(await opendProblem([{ kind: 'simulator' }]), null)
})
