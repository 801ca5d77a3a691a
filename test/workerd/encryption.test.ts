import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timeOfDay } from '../../src/cli/opend/clock.ts'
import { startTcpServer } from '../../src/cli/opend/tcp-server.ts'
import { OpendDriver } from '../../src/simulator/driver.ts'
import { SimulatedOpenD } from '../../src/simulator/opend.ts'
import { nativeCrypto } from '../../src/transport/native-crypto.ts'
import { startWorker } from './harness.ts'
import { freshRsaKey } from '../gateway/link/fresh-rsa-key.ts'

test('the link is encrypted with the key that OpenD has, and named as broken with another', async (t) => {
  const pem = freshRsaKey()
  const driver = new OpendDriver(new SimulatedOpenD({ seed: 1, crypto: nativeCrypto, rsaKeyPem: pem }), timeOfDay)
  t.after(() => driver.stop())
  const server = await startTcpServer(driver, { port: 0 })
  t.after(() => server.close())
  const right = await startWorker({ opendPort: server.port, vars: { OPEND_RSA_KEY: pem } })
  t.after(() => right.close())
  const wrong = await startWorker({ opendPort: server.port, vars: { OPEND_RSA_KEY: freshRsaKey() } })
  t.after(() => wrong.close())
  assert.equal((await right.api('/api/global-state')).status, 200)
  const refused = await wrong.api('/api/global-state')
  assert.equal(refused.status, 500)
  assert.match(JSON.stringify(refused.body), /gateway\.(?:init_rejected|bad_frame)/)
})
