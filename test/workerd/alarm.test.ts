import { test } from 'node:test'
import { startWorker } from './harness.ts'
import { ScriptedGateway } from './scripted-gateway.ts'

const INIT_CONNECT = 1001

test('after a restart the object connects by itself within its alarm interval', { timeout: 60_000 }, async () => {
  const gateway = await ScriptedGateway.listen()
  const worker = await startWorker({ opendPort: gateway.port })
  try {
    await worker.api('/api/global-state')
    await worker.evict()
    // Nobody calls any more: only the alarm can wake the object, and this resolves when OpenD sees it come back.
    await gateway.arrival(INIT_CONNECT)
  } finally {
    await worker.close()
    await gateway.close()
  }
})
