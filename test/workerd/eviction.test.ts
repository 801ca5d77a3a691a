import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startWorker } from './harness.ts'

const codeOf = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && 'code' in body ? body.code : null

test('a gateway that was shut down stays so through an eviction, and reload brings it back', async () => {
  const worker = await startWorker()
  try {
    assert.equal((await worker.api('/api/global-state')).status, 200)
    await worker.api('/api/admin/shutdown', {})
    await worker.evict()
    const parked = await worker.api('/api/global-state')
    assert.deepEqual([parked.status, codeOf(parked.body)], [500, 'gateway.parked'])
    await worker.api('/api/admin/reload', {})
    assert.equal((await worker.api('/api/global-state')).status, 200)
  } finally {
    await worker.close()
  }
})
