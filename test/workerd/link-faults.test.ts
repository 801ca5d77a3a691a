import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CALL_DEADLINE_MS } from '../../src/gateway/link/timing.ts'
import { startWorker, type TestWorker } from './harness.ts'
import { type Reaction, ScriptedGateway } from './scripted-gateway.ts'

/** Faults of the link in the real runtime: each ends in a named error, within the deadline, and the link comes back. */

const GLOBAL_STATE = 1002

const workers: TestWorker[] = []
const gateways: ScriptedGateway[] = []

async function workerOn(port: number): Promise<TestWorker> {
  const worker = await startWorker({ opendPort: port })
  workers.push(worker)
  return worker
}

async function listen(port = 0): Promise<ScriptedGateway> {
  const gateway = await ScriptedGateway.listen(port)
  gateways.push(gateway)
  return gateway
}

async function globalState(worker: TestWorker): Promise<{ status: number; code: string | null; tookMs: number }> {
  const startMs = performance.now()
  const { status, body } = await worker.api('/api/global-state')
  const code = typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : null
  return { status, code, tookMs: performance.now() - startMs }
}

async function assertComesBack(worker: TestWorker): Promise<void> {
  const { status, code } = await globalState(worker)
  assert.deepEqual({ status, code }, { status: 200, code: null }, 'the next call is answered')
}

let shared: { readonly worker: TestWorker; readonly gateway: ScriptedGateway }

before(async () => {
  const gateway = await listen()
  const worker = await workerOn(gateway.port)
  shared = { worker, gateway }
  await assertComesBack(worker)
})

after(async () => {
  await Promise.all(workers.map((worker) => worker.close()))
  await Promise.all(gateways.map((gateway) => gateway.close()))
})

const midCall: readonly { readonly reaction: Reaction; readonly code: string }[] = [
  { reaction: 'cut', code: 'gateway.disconnected' },
  { reaction: 'half-frame-then-cut', code: 'gateway.disconnected' },
  { reaction: 'garbage', code: 'gateway.bad_frame' },
  { reaction: 'wrong-digest', code: 'gateway.bad_digest' },
]

for (const { reaction, code } of midCall) {
  test(`in mid-call, ${reaction} ends in ${code}, and the link comes back`, async () => {
    const { worker, gateway } = shared
    gateway.react = (protoId) => (protoId === GLOBAL_STATE ? reaction : 'answer')
    const failed = await globalState(worker)
    assert.deepEqual({ status: failed.status, code: failed.code }, { status: 500, code })
    assert.ok(failed.tookMs < CALL_DEADLINE_MS)
    gateway.react = () => 'answer'
    await assertComesBack(worker)
  })
}

test('a reply that arrives byte by byte is a reply', async () => {
  shared.gateway.react = () => 'one-byte-at-a-time'
  await assertComesBack(shared.worker)
  shared.gateway.react = () => 'answer'
})

test('a restart of the object in mid-call ends in gateway.object_restarted, and the link comes back', async () => {
  const { worker, gateway } = shared
  gateway.react = (protoId) => (protoId === GLOBAL_STATE ? 'ignore' : 'answer')
  const arrived = gateway.arrival(GLOBAL_STATE)
  const call = globalState(worker)
  await arrived
  await worker.evict()
  const { status, code } = await call
  assert.deepEqual({ status, code }, { status: 500, code: 'gateway.object_restarted' })
  gateway.react = () => 'answer'
  await assertComesBack(worker)
})

test('a refused port is named, and the first call after OpenD starts is answered', async () => {
  const unused = await ScriptedGateway.listen()
  const { port } = unused
  await unused.close()
  const worker = await workerOn(port)
  const failed = await globalState(worker)
  assert.deepEqual({ status: failed.status, code: failed.code }, { status: 500, code: 'gateway.connect_failed' })
  assert.ok(failed.tookMs < CALL_DEADLINE_MS)
  await listen(port)
  await assertComesBack(worker)
})

test('a mute server and half a frame are named before the deadline', async () => {
  const [mute, half] = await Promise.all([listen(), listen()])
  mute.react = () => 'ignore'
  half.react = () => 'half-frame-then-silence'
  const outcomes = await Promise.all([mute, half].map(async ({ port }) => globalState(await workerOn(port))))
  for (const { status, code, tookMs } of outcomes) {
    assert.deepEqual({ status, code }, { status: 500, code: 'gateway.init_timeout' })
    assert.ok(tookMs < CALL_DEADLINE_MS)
  }
})
